import { readFileSync } from 'node:fs';

/** Options of `java` whose value is the next argument. */
const WITH_VALUE = new Set(['-cp', '-classpath', '--class-path', '-p', '--module-path', '--add-opens', '--add-exports', '--add-modules']);

/**
 * Takes java's arguments apart: options, main class, and what belongs to the main class.
 * @param {string[]} argv
 * @returns {{ system: Record<string, string>, options: string[], mainClass: string | undefined, args: string[] }} `system` holds the `-D` properties
 */
export function parseJavaArguments(argv) {
  const system = {};
  const options = [];
  let index = 0;
  while (index < argv.length && argv[index].startsWith('-')) {
    const option = argv[index];
    const [, key, value = ''] = /^-D([^=]+)=?(.*)$/s.exec(option) ?? [];
    if (key !== undefined) system[key] = value;
    else options.push(option);
    index += WITH_VALUE.has(option) ? 2 : 1;
  }
  return { system, options, mainClass: argv[index], args: argv.slice(index + 1) };
}

/**
 * @param {string[]} args of a main class
 * @param {string[]} names of one option, such as `-c` and `--configFile`
 * @returns {string | undefined} the value of that option
 */
export function optionValue(args, ...names) {
  const at = args.findIndex((arg) => names.includes(arg));
  return at < 0 ? undefined : args[at + 1];
}

/**
 * Reads `java.util.Properties` text, without line continuations.
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function parseProperties(text) {
  const entries = text
    .split(/\r?\n/)
    .map((line) => /^\s*([^#!\s=:][^\s=:]*)\s*[=:]?\s*(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, key, value]) => [
      key,
      value.replace(/\\u([0-9a-f]{4})|\\(.)/gi, (_, hex, escaped) => (hex ? String.fromCharCode(Number.parseInt(hex, 16)) : escaped)),
    ]);
  return Object.fromEntries(entries);
}

/**
 * @param {string} file
 * @returns {Record<string, string>}
 */
export const readProperties = (file) => parseProperties(readFileSync(file, 'latin1'));

/**
 * @param {Record<string, string>} properties
 * @returns {string} as `MixAll.properties2String` prints them: raw
 */
export const formatProperties = (properties) =>
  Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
