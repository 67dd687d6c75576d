/**
 * Reads a file exactly as java.util.Properties.load(InputStream) does, and keeps the line of each pair. No library keeps the
 * lines and reads the text as Latin-1; both matter here. Source: the Javadoc of java.util.Properties.load, compared with JDK 17.
 */

export type PropertyPair = {
  /** As Java has them: every character above 127 is one byte of the file. */
  key: string;
  value: string;
  /** The value before backslashes are removed. */
  raw: string;
  /** First physical line, from 1, and how many it covers. */
  line: number;
  lines: number;
  hasSeparator: boolean;
  /** A \u that is not followed by four hex digits: Java refuses the whole file. */
  badEscape: boolean;
};

const BLANK = /^[ \t\f]+/;

/** @param text one character for each byte */
export function readJavaProperties(text: string): PropertyPair[] {
  const lines = text.split(/\r\n|\r|\n/);
  const pairs: PropertyPair[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const first = index;
    let logical = (lines[index] as string).replace(BLANK, '');
    if (logical === '' || logical.startsWith('#') || logical.startsWith('!')) continue;
    while (endsInOddBackslashes(logical) && index + 1 < lines.length) {
      index += 1;
      logical = logical.slice(0, -1) + (lines[index] as string).replace(BLANK, '');
    }
    if (endsInOddBackslashes(logical)) logical = logical.slice(0, -1);
    if (logical !== '') pairs.push({ ...splitPair(logical), line: first + 1, lines: index - first + 1 });
  }
  return pairs;
}

function endsInOddBackslashes(line: string): boolean {
  return ((/\\+$/.exec(line)?.[0] ?? '').length & 1) === 1;
}

function splitPair(logical: string): Omit<PropertyPair, 'line' | 'lines'> {
  let end = 0;
  while (end < logical.length && !/[=: \t\f]/.test(logical[end] as string)) end += logical[end] === '\\' ? 2 : 1;
  const rawKey = logical.slice(0, end);
  const separator = /^[ \t\f]*[=:]?[ \t\f]*/.exec(logical.slice(end))?.[0] ?? '';
  const raw = logical.slice(end + separator.length);
  const key = unescaped(rawKey);
  const value = unescaped(raw);
  return { key: key.text, value: value.text, raw, hasSeparator: /[=:]/.test(separator), badEscape: key.isBad || value.isBad };
}

const SHORT: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' };

function unescaped(text: string): { text: string; isBad: boolean } {
  let isBad = false;
  const plain = text.replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (_, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    if (escaped === 'u') isBad = true;
    return SHORT[escaped] ?? escaped;
  });
  return { text: plain, isBad };
}
