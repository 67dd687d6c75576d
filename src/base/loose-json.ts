const INTEGER = /-?\d+/y;
const BLANK = /\s*/y;

/**
 * Parses JSON as fastjson writes it: a `Map<Long, …>` has bare integer keys, `{0:"127.0.0.1:10911"}`, which `JSON.parse` rejects.
 * @throws SyntaxError if `text` is not JSON even with quotes around such keys.
 */
export function parseLooseJson(text: string): unknown {
  return JSON.parse(quoteIntegerKeys(text));
}

/** @returns `text` with each bare integer key in quotes; strings stay unchanged. Linear in the length of `text`. */
export function quoteIntegerKeys(text: string): string {
  let quoted = '';
  let copied = 0;
  let index = 0;
  while (index < text.length) {
    const character = text[index];
    if (character === '"') {
      index = endOfString(text, index);
    } else if (character === '{' || character === ',') {
      const start = skip(BLANK, text, index + 1);
      const end = skip(INTEGER, text, start);
      if (end > start && text[skip(BLANK, text, end)] === ':') {
        quoted += `${text.slice(copied, start)}"${text.slice(start, end)}"`;
        copied = end;
      }
      index = end;
    } else {
      index += 1;
    }
  }
  return quoted + text.slice(copied);
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index + 1;
}

function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}
