import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { RmqdevError } from '../../base/errors.js';

/** How a process ended, as far as somebody's words say it. */
export type SaidExit = { code: number | null; signal: string | null; adopted: false };

const SIGNALS = constants.signals as Readonly<Record<string, number>>;
/** What people and shells put before the number: `exit status 253`, `Exited (255)`, `exit code: 3`, `code=255`, `status 137`. */
const BEFORE_CODE = /^(?:(?:process |it )?(?:has )?(?:exit(?:ed)?|ended|end)?[ _]*(?:with )?(?:status|code|value)?)\s*[:=]?\s*/i;
const BEFORE_SIGNAL = /^(?:(?:was )?(?:killed|ended|terminated) (?:by|with) )?(?:signal )?/i;

/** @returns the exit status or signal that `text` is, undefined where it is something else. A negative status counts as a shell shows it: -3 is 253. */
export function saidExit(text: string): SaidExit | undefined {
  const trimmed = text.trim().replace(/[.!]$/, '');
  const code = /^\(?(-?\d{1,3})\)?$/.exec(trimmed.replace(BEFORE_CODE, ''))?.[1];
  if (code !== undefined && Math.abs(Number(code)) <= 255) return { code: Number(code) & 0xff, signal: null, adopted: false };
  const word = trimmed.replace(BEFORE_SIGNAL, '').toUpperCase();
  const isSignal = /^signal \d+$/i.test(trimmed);
  const name = isSignal
    ? Object.keys(SIGNALS).find((candidate) => SIGNALS[candidate] === Number(word))
    : [word, `SIG${word}`].find((candidate) => candidate in SIGNALS);
  return name === undefined ? undefined : { code: null, signal: name, adopted: false };
}

/** A word that is meant as a file or folder: it has a slash, or ends as a log does. */
const PATH_LIKE = /^(?:\S*\/\S*|\.{1,2}|\S+\.(?:log|out|txt|gz)(?:\.\d+)?)$/;

/**
 * @returns `words` where all are written like files or folders, undefined where one is something else.
 * @throws RmqdevError FILE_UNREADABLE where one of them is not there
 */
export function saidPaths(words: readonly string[]): readonly string[] | undefined {
  if (words.length === 0 || !words.every((word) => PATH_LIKE.test(word))) return undefined;
  const missing = words.find((word) => !existsSync(word));
  if (missing === undefined) return words;
  throw new RmqdevError('FILE_UNREADABLE', {
    what: `${missing} cannot be explained`,
    why: 'there is no such file or folder',
    next: 'Name a log that is there, put a pasted line in quotes, or name a node: `rmqdev explain broker-a`',
  });
}
