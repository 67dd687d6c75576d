import type { Argv, Options } from 'yargs';
import { parseDurationMs } from '../base/units.js';
import { DEFAULT_CLUSTER } from '../contract/calls.js';
import { OPTIONAL_VALUES } from './arguments.js';
import { usage } from './usage.js';

/** Options that may be given several times; of any other, yargs would make a list that nobody expects. */
const LISTS: ReadonlySet<string> = new Set(['_', '--', 'selector', 'set', 'heap', 'file', 'files', 'what', 'property', 'broker', 'args']);

/** Words of other programs, which may be empty. */
const FREE: ReadonlySet<string> = new Set(['_', '--', 'args', 'dashboard']);

/** A value that its option does not take. */
class Refused {
  constructor(
    readonly given: string,
    readonly why: string,
    readonly nextFor: (option: string) => string,
  ) {}
}

/** What yargs itself accepts, for every command. @throws RmqdevError USAGE */
export function checkOptions(argv: object): true {
  for (const [name, value] of Object.entries(argv)) {
    const option = `${name.length === 1 ? '-' : '--'}${name}`;
    if (!FREE.has(name) && !OPTIONAL_VALUES.has(name) && (value === '' || (Array.isArray(value) && value.includes(''))))
      throw usage(
        `<${name}> is empty`,
        'an argument is an empty text, which is what a shell variable leaves if it is not set',
        'Write a value, or omit the argument',
      );
    if (Array.isArray(value) && !LISTS.has(name))
      throw usage(`${option} is given ${value.length} times`, `it takes one value, and was given ${value.join(', ')}`, 'Keep one of them');
    if (value instanceof Refused) throw usage(`${option} ${value.given}`, value.why, value.nextFor(option));
  }
  return true;
}

/**
 * @returns a `coerce` for yargs that reads a text. It does not throw, because yargs would keep only the message: it leaves a `Refused`
 * in place of the value, and `checkOptions` throws. It also leaves lists, which `checkOptions` refuses, and what it has read before.
 */
function reading<T>(read: (text: string) => T | Refused): (given: unknown) => T {
  return (given) => (typeof given === 'string' ? read(given) : given) as T;
}

/** An option that takes a duration: `500ms`, `5s`, `2m`; a bare number is seconds. The command gets milliseconds. */
export function durationOption(fallback: string, describe: string) {
  return {
    type: 'string',
    default: fallback,
    describe: `${describe} (500ms, 5s, 2m)`,
    coerce: reading((text): number | Refused => {
      const ms = parseDurationMs(text) ?? 0;
      if (ms > 0) return ms;
      return new Refused(text, 'it must be a duration above 0', () => 'Write it as 500ms, 5s or 2m; a bare number is seconds');
    }),
  } satisfies Options;
}

/** A whole number, `min` or more. */
export function countOption({ min, example }: { min: number; example: number }) {
  return numberOption((value) => Number.isInteger(value) && value >= min, `it must be a whole number, ${min} or more`, example);
}

/** A number above 0. */
export const rateOption = (example: number) =>
  numberOption((value) => value > 0 && Number.isFinite(value), 'it must be a number above 0', example);

/** Of type string, so that the error shows what is not a number as it was written. */
function numberOption(isRight: (value: number) => boolean, why: string, example: number) {
  return {
    type: 'string',
    coerce: reading((text): number | Refused => {
      const value = text.trim() === '' ? Number.NaN : Number(text);
      return isRight(value) ? value : new Refused(text, why, (option) => `Write ${option} ${example}`);
    }),
  } satisfies Options;
}

/** An option that takes how many of the last lines to show. */
export const linesOption = { ...countOption({ min: 0, example: 50 }), alias: 'n' };

export function clusterOption<T>(argv: Argv<T>) {
  return argv.option('cluster', {
    alias: 'c',
    type: 'string',
    default: DEFAULT_CLUSTER,
    defaultDescription: 'the only one running, else the last one used',
    describe: 'The cluster',
  });
}

const SELECTOR = {
  type: 'string',
  array: true,
  describe: 'broker-a, master-a, slave-b, "broker-*", masters, slaves, brokers, namesrvs, all',
} as const;

/** `<selector..>`, as product names: ids, live roles, brokerNames, globs, groups. */
export const requiredSelectors = <T>(argv: Argv<T>) => argv.positional('selector', { ...SELECTOR, demandOption: true });

/** `[selector..]`: an empty list is every node. */
export const optionalSelectors = <T>(argv: Argv<T>) => argv.positional('selector', { ...SELECTOR, default: [] });
