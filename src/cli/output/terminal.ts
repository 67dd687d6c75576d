import pc from 'picocolors';
import type { ClusterState, NodeState } from '../../contract/status.js';

export type Colors = ReturnType<typeof pc.createColors>;

/** Colours where `stream` is a terminal that shows them and NO_COLOR is unset. */
export function colorsFor(stream: NodeJS.WritableStream): Colors {
  return pc.createColors(pc.isColorSupported && 'isTTY' in stream && stream.isTTY === true);
}

export function paintState(colors: Colors, state: NodeState | ClusterState | string): string {
  if (state === 'ready' || state === 'in sync') return colors.green(state);
  if (state === 'failed') return colors.red(state);
  if (state === 'stopped') return colors.dim(state);
  return colors.yellow(state);
}

/** A colour of its own for each node, in the order in which they first speak. */
export function nodePainter(colors: Colors): (node: string) => string {
  const palette = [
    colors.cyan,
    colors.green,
    colors.magenta,
    colors.blue,
    colors.yellow,
    colors.cyanBright,
    colors.greenBright,
    colors.magentaBright,
  ];
  const given = new Map<string, (text: string) => string>();
  return (node) => {
    const paint = given.get(node) ?? (palette[given.size % palette.length] as (text: string) => string);
    given.set(node, paint);
    return paint(node);
  };
}

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

/** @returns `at` in local time: `12:00:05.120` today, with the date otherwise. */
export function localTime(at: string | number, options: { millis: boolean } = { millis: true }): string {
  const date = new Date(at);
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  const exact = options.millis ? `${time}.${pad(date.getMilliseconds(), 3)}` : time;
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? exact : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${exact}`;
}
