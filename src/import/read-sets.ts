import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RmqdevError, systemCode } from '../base/errors.js';
import type { ConfigFile, ConfigSet, Launch, StartScript } from '../diagnose/lint/config-set.js';
import { readConfigFile } from './config-file.js';
import { readFileText } from './file-text.js';
import { readStartScript } from './start-script.js';

const CONFIG = /\.(properties|conf|cnf|cfg|ini|json)$/i;
const SCRIPT = /\.(sh|cmd|bat|ps1)$/i;
const SKIPPED = /^(node_modules|\.git|target|lib|\.svn|\.idea)$/;
/** Configuration is small; a larger file is a log, or data. */
const MAX_BYTES = 1_048_576;
/** A folder with more is no configuration, or not only. */
const MAX_FILES = 20_000;

type Found = { path: string; asked: boolean };

/**
 * Reads files and folders (with what is below them) into sets that are meant to run together: what was named file by file is one
 * set; else each folder is one, but folders with a single broker each that differ in their identities belong together.
 * @throws RmqdevError FILE_UNREADABLE where a path that the user named is not there
 */
export async function readSets(paths: readonly string[]): Promise<ConfigSet[]> {
  const found: Found[] = [];
  for (const path of [...new Set(paths)].sort()) {
    const about = await stat(path).catch((error: unknown) => {
      throw new RmqdevError(
        'FILE_UNREADABLE',
        {
          what: `${path} cannot be read`,
          why: systemCode(error) === 'ENOENT' ? 'it does not exist' : (error as Error).message,
          next: 'Name configuration files, or the folder that holds them',
        },
        { cause: error },
      );
    });
    if (about.isDirectory()) found.push(...(await filesBelow(path)));
    else found.push({ path, asked: true });
  }
  const configs: { file: ConfigFile; asked: boolean }[] = [];
  const scripts: ReturnType<typeof readStartScript>[] = [];
  const others: string[] = [];
  const versions = new Set<string>();
  for (const { path, asked } of found) {
    const isScript = SCRIPT.test(path) || /(^|\/)(start|run)[\w.-]*$/i.test(path);
    if (!asked && !isScript && !CONFIG.test(path)) {
      others.push(path);
      continue;
    }
    const content = await readSmall(path);
    noteVersions(path, versions);
    if (content === undefined) {
      if (asked)
        configs.push({
          asked,
          file: {
            path,
            role: undefined,
            entries: [],
            remarks: [{ kind: 'unreadable', line: null, text: '', detail: 'it is larger than 1 MB, or must not be read' }],
          },
        });
    } else if (isScript) {
      const { lines } = readFileText(content);
      for (const line of lines) if (/rocketmq/i.test(line)) noteVersions(line, versions);
      scripts.push(readStartScript(path, lines));
    } else configs.push({ file: readConfigFile(path, content, asked), asked });
  }
  const wanted = configs.filter(({ file, asked }) => file.role !== undefined || asked || file.remarks.length > 0);
  const sets = group(wanted).map((files) => assemble(files, scripts, others, [...versions]));
  return sets.length > 0 ? sets : [assemble([], scripts, others, [...versions])];
}

async function filesBelow(folder: string): Promise<Found[]> {
  const files: Found[] = [];
  const visit = async (path: string, depth: number): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files.length >= MAX_FILES) return;
      if (entry.isDirectory() && depth < 12 && !SKIPPED.test(entry.name)) await visit(join(path, entry.name), depth + 1);
      else if (entry.isFile()) files.push({ path: join(path, entry.name), asked: false });
    }
  };
  await visit(folder, 0);
  return files;
}

async function readSmall(path: string): Promise<Uint8Array | undefined> {
  const about = await stat(path).catch(() => undefined);
  return about?.isFile() && about.size <= MAX_BYTES ? readFile(path).catch(() => undefined) : undefined;
}

function noteVersions(text: string, versions: Set<string>): void {
  for (const [, version] of text.matchAll(/rocketmq[\w-]*?[-_/](?:all-|v)?(\d\.\d{1,2}\.\d{1,2})(?!\d)/gi)) versions.add(version as string);
}

const identity = (file: ConfigFile) => {
  const value = (key: string) => file.entries.findLast((entry) => entry.key === key)?.value.trim() ?? '';
  return `${value('brokerName')}#${value('brokerId')}#${value('dLegerSelfId')}`;
};

function group(configs: readonly { file: ConfigFile; asked: boolean }[]): ConfigFile[][] {
  const named = configs.filter(({ asked }) => asked).map(({ file }) => file);
  const byFolder = new Map<string, ConfigFile[]>();
  for (const { file, asked } of configs) {
    if (!asked) byFolder.set(dirname(file.path), [...(byFolder.get(dirname(file.path)) ?? []), file]);
  }
  const folders = [...byFolder.values()];
  const brokersOf = (files: readonly ConfigFile[]) => files.filter(({ role }) => role === 'broker');
  const single = folders.filter((files) => brokersOf(files).length <= 1);
  const identities = single.flatMap((files) => brokersOf(files).map(identity));
  const fits = identities.length > 0 && new Set(identities).size === identities.length;
  const many = folders.filter((files) => !single.includes(files));
  // NameServers and proxies in a folder of their own belong to the brokers, where there is one set of these.
  const sets = fits || many.length === 0 ? [...many] : [...many, ...single];
  const rest = fits || many.length === 0 ? single.flat() : [];
  const isBrokerless = brokersOf(rest).length === 0;
  const merged = !fits && many.length === 0 ? single : rest.length === 0 ? [] : [rest];
  if (isBrokerless && many.length === 1 && rest.length > 0)
    return [[...(many[0] as ConfigFile[]), ...rest], ...(named.length > 0 ? [named] : [])];
  return [...sets, ...merged, ...(named.length > 0 ? [named] : [])];
}

function assemble(
  files: readonly ConfigFile[],
  scripts: readonly ReturnType<typeof readStartScript>[],
  others: readonly string[],
  versions: readonly string[],
): ConfigSet {
  const paths = files.map(({ path }) => path);
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
