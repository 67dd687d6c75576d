import type { Argv, Options } from 'yargs';
import { RmqdevError } from '../base/errors.js';
import { parseDurationMs } from '../base/units.js';
import type { ClusterOptions, GlobalOptions } from './with-daemon.js';

/** An option that takes a duration: `500ms`, `5s`, `2m`; a bare number is seconds. Anything else is a usage error. */
export function durationOption(fallback: string, describe: string) {
  return {
    type: 'string',
    default: fallback,
    describe: `${describe} (500ms, 5s, 2m)`,
    coerce: (text: string) => {
      const ms = parseDurationMs(text);
      if (ms !== undefined && ms > 0) return text;
      throw usage(`--timeout ${text}`, 'it is no duration above 0', 'Write it as 500ms, 5s or 2m; a bare number is seconds');
    },
  } satisfies Options;
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
    default: '@default',
    defaultDescription: 'the only one running, else the last one used',
    describe: 'The cluster',
  }) as unknown as Argv<T & ClusterOptions>;
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
