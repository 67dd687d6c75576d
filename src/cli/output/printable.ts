/** Control characters (C0, DEL, C1), separators of lines, and marks that turn the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * @returns `text` as it may go to a terminal: what would move the cursor, set a colour or a title, or break the line is shown as an escape
 * (`\n`, `\x1b`, `\u202e`). For text that somebody else wrote, such as the body of a message.
 */
export const printable = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return SHORT[character] ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`);
  });

/** The same for a line of a log: tabs stay, because they only indent what a stack trace has below it. */
export const printableLine = (text: string): string => text.split('\t').map(printable).join('\t');
