import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { systemCode } from '../base/errors.js';
import { formatBytes } from '../base/units.js';
import type { ConfigFile, ConfigSet, Launch, StartScript } from '../diagnose/lint/config-set.js';
import { readConfigFile } from './config-file.js';
import { readFileText } from './file-text.js';
import { foundFiles } from './found-files.js';
import { readStartScript } from './start-script.js';

const CONFIG = /\.(properties|conf|cnf|cfg|ini|json)$/i;
const SCRIPT = /\.(sh|cmd|bat|ps1)$/i;
/** Configuration is small; a larger file is a log, or data. */
const MAX_BYTES = 1_048_576;

/**
 * Reads files and folders (with what is below them) into sets that are meant to run together: what was named file by file is one
 * set; else each folder is one, but folders with a single broker each that differ in their identities belong together.
 * @throws RmqdevError FILE_UNREADABLE where a path that the user named is not there, or holds too many files
 */
export async function readSets(paths: readonly string[]): Promise<ConfigSet[]> {
  const configs: { file: ConfigFile; asked: boolean }[] = [];
  const scripts: ReturnType<typeof readStartScript>[] = [];
  const others: string[] = [];
  const versions = new Set<string>();
  for (const { path, asked, trouble } of await foundFiles(paths)) {
    const isScript = SCRIPT.test(path) || /(^|\/)(start|run)[\w.-]*$/i.test(path);
    if (!asked && !isScript && !CONFIG.test(path) && trouble === undefined) {
      others.push(path);
      continue;
    }
    const content = trouble ?? (await readSmall(path));
    if (content === undefined && !asked) continue;
    noteVersions(path, versions);
    if (content === undefined) {
      configs.push({ file: unread(path, `it has more than ${formatBytes(MAX_BYTES)}`), asked });
      continue;
    }
    if (typeof content === 'string') configs.push({ file: unread(path, content), asked });
    else if (isScript) {
      const { lines } = readFileText(content);
      for (const line of lines) if (/rocketmq/i.test(line)) noteVersions(line, versions);
      scripts.push(readStartScript(path, lines));
    } else configs.push({ file: readConfigFile(path, content, asked), asked });
  }
  const wanted = configs.filter(({ file, asked }) => file.role !== undefined || asked || file.remarks.length > 0);
  const all = configs.map(({ file }) => file.path);
  const sets = group(wanted).map((files) => assemble(files, scripts, others, [...versions], all));
  return sets.length > 0 ? sets : [assemble([], scripts, others, [...versions], all)];
}

const unread = (path: string, detail: string): ConfigFile => ({
  path,
  role: undefined,
  entries: [],
  remarks: [{ kind: 'unreadable', line: null, text: '', detail }],
});

/** @returns the bytes, or why there are none; undefined where it is too large for configuration. */
async function readSmall(path: string): Promise<Uint8Array | string | undefined> {
  try {
    const { size } = await stat(path);
    return size > MAX_BYTES ? undefined : await readFile(path);
  } catch (error) {
    return systemCode(error) ?? (error as Error).message;
  }
}

function noteVersions(text: string, versions: Set<string>): void {
  for (const [, version] of text.matchAll(/rocketmq[\w-]*?[-_/](?:all-|v)?(\d\.\d{1,2}\.\d{1,2})(?!\d)/gi)) versions.add(version as string);
}

const textOf = (file: ConfigFile, key: string) => file.entries.findLast((entry) => entry.key === key)?.value.trim() ?? '';
const isControlled = (file: ConfigFile) => textOf(file, 'enableControllerMode').toLowerCase() === 'true';

/** Replicas that a controller leads are all alike: those of one list of controllers belong together. */
const identity = (file: ConfigFile) =>
  isControlled(file) ? file.path : ['brokerName', 'brokerId', 'dLegerSelfId'].map((key) => textOf(file, key)).join('#');

function group(configs: readonly { file: ConfigFile; asked: boolean }[]): ConfigFile[][] {
  const named = configs.filter(({ asked }) => asked).map(({ file }) => file);
  const byFolder = new Map<string, ConfigFile[]>();
  for (const { file, asked } of configs) {
    if (!asked) byFolder.set(dirname(file.path), [...(byFolder.get(dirname(file.path)) ?? []), file]);
  }
  const brokersOf = (files: readonly ConfigFile[]) => files.filter(({ role }) => role === 'broker');
  const isBrokerless = (files: readonly ConfigFile[]) => files.every(({ role }) => role !== 'broker' && role !== 'container');
  const folders = [...byFolder.values()];
  const single = folders.filter((files) => !isBrokerless(files) && brokersOf(files).length <= 1);
  const many = folders.filter((files) => brokersOf(files).length > 1);
  const alone = single.flatMap(brokersOf);
  const fits =
    new Set(alone.map(identity)).size === alone.length &&
    new Set(alone.filter(isControlled).map((file) => textOf(file, 'controllerAddr'))).size <= 1;
  const sets = [...many, ...(fits && single.length > 0 ? [single.flat()] : single), ...(isBrokerless(named) ? [] : [named])];
  // NameServers, controllers and proxies in folders of their own belong to the brokers, where there is one set of these.
  const others = [...folders, named].filter((files) => files.length > 0 && isBrokerless(files));
  const [only, second] = sets;
  if (only && second === undefined) return [[...only, ...others.flat()]];
  return [...sets, ...others];
}

/** @param paths of all files that were read, of whatever set */
function assemble(
  files: readonly ConfigFile[],
  scripts: readonly ReturnType<typeof readStartScript>[],
  others: readonly string[],
  versions: readonly string[],
  paths: readonly string[],
): ConfigSet {
  const linked = scripts.map(
    (script): StartScript => ({
      ...script,
      launches: script.launches.map((launch): Launch => ({ ...launch, file: matching(launch.config, paths) })),
    }),
  );
  return { files, scripts: linked, versions, otherFiles: others.map((path) => basename(path)) };
}

/** @returns the path whose last parts are most like those of `config`. */
function matching(config: string | undefined, paths: readonly string[]): string | undefined {
  if (config === undefined) return undefined;
  const wanted = config.split('/').reverse();
  const scored = paths
    .map((path) => {
      const parts = path.replaceAll('\\', '/').split('/').reverse();
      const score = wanted.findIndex((part, i) => part !== parts[i]);
      return { path, score: score < 0 ? wanted.length : score };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  return scored[0]?.path;
}
