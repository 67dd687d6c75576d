import type { Argv, Options } from 'yargs';
import { RmqdevError } from '../base/errors.js';
import { parseDurationMs } from '../base/units.js';
import { DEFAULT_CLUSTER } from '../contract/calls.js';
import type { ClusterOptions, GlobalOptions } from './with-daemon.js';

/** An option that takes a duration: `500ms`, `5s`, `2m`; a bare number is seconds. */
export function durationOption(fallback: string, describe: string) {
  return { type: 'string', default: fallback, describe: `${describe} (500ms, 5s, 2m)` } satisfies Options;
}

/** Options that may stand several times; of any other, yargs would make a list that nobody expects. */
const LISTS: ReadonlySet<string> = new Set(['_', '--', 'selector', 'set', 'heap', 'file', 'files', 'what', 'property', 'broker', 'args']);

/** Words of other programs, which may be empty. */
const FREE: ReadonlySet<string> = new Set(['_', '--', 'args']);

/** What yargs itself lets pass, for every command. A `coerce` cannot refuse: yargs keeps only the message of what it throws. @throws RmqdevError USAGE */
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
    if (name === 'timeout' && !(Number(parseDurationMs(String(value))) > 0))
      throw usage(`--timeout ${value}`, 'it is no duration above 0', 'Write it as 500ms, 5s or 2m; a bare number is seconds');
  }
  return true;
}

/** An option that takes how many of the last lines to show. */
export const linesOption = {
  alias: 'n',
  type: 'number',
  coerce: (lines: number | undefined) => {
    if (lines === undefined || (Number.isInteger(lines) && lines >= 0)) return lines;
    throw usage('--lines', 'it is no number of lines', 'Write -n 50');
  },
} satisfies Options;

export function clusterOption<T extends GlobalOptions>(argv: Argv<T>): Argv<T & ClusterOptions> {
  return argv.option('cluster', {
    alias: 'c',
    type: 'string',
    default: DEFAULT_CLUSTER,
    defaultDescription: 'the only one running, else the last one used',
    describe: 'The cluster',
  }) as unknown as Argv<T & ClusterOptions>;
}

/** A whole number of at least `min`. */
export function countOption(min: number, describe: string) {
  return {
    type: 'number',
    describe,
    coerce: (count: number | undefined) => {
      if (count === undefined || (Number.isInteger(count) && count >= min)) return count;
      throw usage(`a count of ${count}`, `it is no whole number of at least ${min}`, 'Write -n 50');
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

export function usage(what: string, why: string, next: string): RmqdevError {
  return new RmqdevError('USAGE', { what, why, next });
}
