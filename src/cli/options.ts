import type { Argv, Options } from 'yargs';
import { parseDurationMs } from '../base/units.js';
import { DEFAULT_CLUSTER } from '../contract/calls.js';
import type { ClusterOptions, GlobalOptions } from './session.js';
import { usage } from './usage.js';

/** An option that takes a duration: `500ms`, `5s`, `2m`; a bare number is seconds. */
export function durationOption(fallback: string, describe: string) {
  return { type: 'string', default: fallback, describe: `${describe} (500ms, 5s, 2m)` } satisfies Options;
}

/** Options that may stand several times; of any other, yargs would make a list that nobody expects. */
const LISTS: ReadonlySet<string> = new Set(['_', '--', 'selector', 'set', 'heap', 'file', 'files', 'what', 'property', 'broker', 'args']);

/** Words of other programs, which may be empty. */
const FREE: ReadonlySet<string> = new Set(['_', '--', 'args']);

/** A value that its option does not take. A `coerce` cannot refuse it: yargs keeps only the message of what that throws. */
class WrongValue {
  constructor(
    readonly given: string,
    readonly why: string,
    /** A value that would do. */
    readonly example: number,
  ) {}
}

/** What yargs itself lets pass, for every command. @throws RmqdevError USAGE */
export function checkOptions(argv: object): true {
  for (const [name, value] of Object.entries(argv)) {
    const option = `${name.length === 1 ? '-' : '--'}${name}`;
    if (!FREE.has(name) && (value === '' || (Array.isArray(value) && value.includes(''))))
      throw usage(
        `<${name}> is empty`,
        'an argument is an empty text; a shell variable that is not set leaves one',
        'Write it, or omit it',
      );
    if (Array.isArray(value) && !LISTS.has(name))
      throw usage(`${option} stands ${value.length} times`, `it takes one value, and was given ${value.join(', ')}`, 'Keep one of them');
    if (value instanceof WrongValue) throw usage(`${option} ${value.given}`, value.why, `Write ${option} ${value.example}`);
    if (name === 'timeout' && !(Number(parseDurationMs(String(value))) > 0))
      throw usage(`--timeout ${value}`, 'it is no duration above 0', 'Write it as 500ms, 5s or 2m; a bare number is seconds');
  }
  return true;
}

/** An option that takes how many of the last lines to show. */
export const linesOption = { ...countOption({ min: 0, example: 50 }), alias: 'n' };

export function clusterOption<T extends GlobalOptions>(argv: Argv<T>): Argv<T & ClusterOptions> {
  return argv.option('cluster', {
    alias: 'c',
    type: 'string',
    default: DEFAULT_CLUSTER,
    defaultDescription: 'the only one running, else the last one used',
    describe: 'The cluster',
  }) as unknown as Argv<T & ClusterOptions>;
}

/** A whole number, `min` or more. */
export function countOption({ min, example }: { min: number; example: number }) {
  return numberOption((value) => Number.isInteger(value) && value >= min, `it must be a whole number, ${min} or more`, example);
}

/** A number above 0. */
export const rateOption = (example: number) =>
  numberOption((value) => value > 0 && Number.isFinite(value), 'it must be a number above 0', example);

/** Of type string, so that what is no number is told as it was written. */
function numberOption(isRight: (value: number) => boolean, why: string, example: number) {
  return {
    type: 'string',
    coerce: (given: unknown): number | undefined => {
      // Of a list, checkOptions says that it is one.
      if (given === undefined || Array.isArray(given)) return given as never;
      const value = String(given).trim() === '' ? Number.NaN : Number(given);
      return isRight(value) ? value : (new WrongValue(String(given), why, example) as never);
    },
  } satisfies Options;
}

/** `selector…` as product names: ids, live roles, brokerNames, globs, groups. */
export function selectorsPositional<T>(argv: Argv<T>, isRequired: boolean): Argv<T & { selector: string[] }> {
  return argv.positional('selector', {
    type: 'string',
    array: true,
    ...(isRequired ? { demandOption: true } : { default: [] }),
    describe: 'broker-a, master-a, slave-b, "broker-*", masters, slaves, brokers, namesrvs, all',
  }) as unknown as Argv<T & { selector: string[] }>;
}
