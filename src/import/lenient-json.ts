import { parse } from 'yaml';

/**
 * JSON as the proxy accepts it: with comments, single quotes and trailing commas. YAML's flow style accepts that, except comments.
 * @returns undefined if the proxy would refuse it. Source: fastjson 1.2.83 and fastjson2 2.0.59, measured.
 */
export function readLenientJson(text: string): unknown {
  try {
    return printable(JSON.parse(text));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    const plain = text.replace(
      /("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
      (_, quoted: string | undefined) => quoted ?? ' ',
    );
    if (!/^\s*[{[]/.test(plain)) return undefined;
    try {
      return printable(parse(plain.replaceAll('\t', ' '), { logLevel: 'error', maxAliasCount: 0, uniqueKeys: false }));
    } catch {
      return undefined;
    }
  }
}

/** @throws RangeError if it is nested too deeply to be written again */
function printable(value: unknown): unknown {
  JSON.stringify(value);
  return value;
}
