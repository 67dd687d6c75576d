import { constants } from 'node:os';

/** How a process ended, as far as somebody's words say it. */
export type SaidExit = { code: number | null; signal: string | null; adopted: false };

const SIGNALS = constants.signals as Readonly<Record<string, number>>;
/** What people and shells put before the number: `exit status 253`, `Exited (255)`, `exit code: 3`, `code=255`, `status 137`. */
const BEFORE_CODE = /^(?:(?:process |it )?(?:has )?(?:exit(?:ed)?|ended|end)?[ _-]*(?:with )?(?:status|code|value)?)\s*[:=]?\s*/i;
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
