import { usage } from './usage.js';

/** yargs loses a lone dash, so this word takes its place: no shell can pass it. */
const DASH = '\0-';

/** @returns the words for yargs to read. `restoreDashes` undoes it in what yargs has read. */
export function hideDashes(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((arg, index) => (arg === '-' && (end < 0 || index < end) ? DASH : arg));
}

/** Puts the lone dashes back, in place. */
export function restoreDashes(argv: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(argv)) {
    if (value === DASH) argv[name] = '-';
    else if (Array.isArray(value)) argv[name] = value.map((each) => (each === DASH ? '-' : each));
  }
}

/** @returns a message of yargs as it would be without `hideDashes`. */
export function withDashes(message: string): string {
  return message.replaceAll(DASH, '-');
}

/** What yargs knows of the options of a command: their names in the spelling of the command line, and their aliases. */
export type KnownOptions = { string: readonly string[]; number: readonly string[]; alias: Readonly<Record<string, readonly string[]>> };

/** Options that mean something without a value. If a value is written, it must not be empty. */
export const OPTIONAL_VALUES: ReadonlySet<string> = new Set(['advertise', 'dashboard', 'trace']);

/** For yargs, a word that begins with a dash and a digit is a value. */
const OPTION = /^--?[a-zA-Z]/;

/**
 * Refuses an option whose value is missing or empty. A shell variable that is not set turns `-c $C` into `-c`, which yargs ignores.
 * @throws RmqdevError USAGE
 */
export function refuseEmptyValues(args: readonly string[], options: KnownOptions): void {
  const named = [...options.string, ...options.number];
  const takesValue = new Set(named.flatMap((name) => [name, ...(options.alias[name] ?? [])]));
  const end = args.indexOf('--');
  const own = end < 0 ? args : args.slice(0, end);
  own.forEach((word, index) => {
    const option = optionOf(word);
    if (option === undefined || !takesValue.has(option.name)) return;
    const value = option.value ?? own[index + 1];
    if (OPTIONAL_VALUES.has(option.name) && option.value === undefined && (value === undefined || OPTION.test(value))) return;
    if (value !== undefined && value !== '' && (option.value !== undefined || !OPTION.test(value))) return;
    const spelt = `${option.name.length === 1 ? '-' : '--'}${option.name}`;
    throw usage(
      `${spelt} has no value`,
      value === undefined || value !== ''
        ? 'nothing follows it, which is what a shell variable leaves if it is not set'
        : 'the value is empty',
      `Write the value after ${spelt}, or omit the option`,
    );
  });
}

/** `--name`, `--name=value`, `-n`, `-n=value`; of `-fn` the last letter, which alone may have a value. */
function optionOf(word: string): { name: string; value: string | undefined } | undefined {
  const [, long, longValue] = /^--([a-zA-Z][\w-]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
  if (long !== undefined) return { name: long, value: longValue };
  const [, letters, value] = /^-([a-zA-Z]+)(?:=([\s\S]*))?$/.exec(word) ?? [];
  return letters === undefined ? undefined : { name: letters.at(-1) as string, value };
}
