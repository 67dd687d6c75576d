import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RmqdevError, systemCode } from '../base/errors.js';
import type { ConfigFile, ConfigSet, Launch, StartScript } from '../diagnose/lint/config-set.js';
import { readConfigFile } from './config-file.js';
import { type ContainerFile, containersOf, mayStartContainers, readContainerFile } from './container-file.js';
import { environmentOf } from './environment.js';
import { readFileText } from './file-text.js';
import { readStartScript } from './start-script.js';

const CONFIG = /\.(properties|conf|cnf|cfg|ini|json)(\.(j2|jinja2?|tpl|tmpl|template|erb|example|sample|dist))?$/i;
const SCRIPT = /\.(sh|cmd|bat|ps1)$/i;
const SKIPPED = /^(node_modules|\.git|target|lib|\.svn|\.idea)$/;
/** Configuration is small; a larger file is a log, or data. */
const MAX_BYTES = 1_048_576;
/** A folder with more is no configuration, or not only. */
const MAX_FILES = 20_000;

/** `asked`: the user named this very file. */
export type Found = { path: string; asked: boolean };

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
  return setsOf(found, readSmall);
}

/** @param read gives undefined where the content is none, too large, or must not be read */
export async function setsOf(found: readonly Found[], read: (path: string) => Promise<Uint8Array | undefined>): Promise<ConfigSet[]> {
  const configs: { file: ConfigFile; asked: boolean }[] = [];
  const scripts: ReturnType<typeof readStartScript>[] = [];
  const others: string[] = [];
  const versions: NamedVersion[] = [];
  const containers: ContainerFile[] = [];
  for (const { path, asked } of found) {
    const isScript = SCRIPT.test(path) || /(^|\/)(start|run)[\w.-]*$/i.test(path);
    const isConfig = CONFIG.test(path) || (asked && !mayStartContainers(path));
    noteVersions(path, path, versions);
    if (!isScript && !isConfig) {
      others.push(path);
      if (mayStartContainers(path) || basename(path) === '.env') {
        const { lines } = readFileText((await read(path)) ?? new Uint8Array());
        containers.push(...readContainerFile(path, lines));
        for (const line of lines) if (/rocketmq/i.test(line)) noteVersions(line, path, versions);
      }
      continue;
    }
    const content = await read(path);
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
      for (const line of lines) if (/rocketmq/i.test(line)) noteVersions(line, path, versions);
      containers.push(...readContainerFile(path, lines));
      scripts.push(readStartScript(path, lines));
    } else configs.push({ file: readConfigFile(path, content, asked), asked });
  }
  const wanted = configs.filter(({ file, asked }) => file.role !== undefined || asked || file.remarks.length > 0);
  const rest = { scripts, others, containers, versions };
  const sets = byEnvironment(wanted)
    .flatMap(group)
    .map((files) => assemble(files, rest));
  return sets.length > 0 ? sets : [assemble([], rest)];
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

type NamedVersion = { version: string; folder: string };

/** Of RocketMQ itself: its clients, dashboards and the like have versions of their own. */
const VERSION =
  /rocketmq(?![\w./-]*(?:client|spring|starter|dashboard|console|exporter|connect|mqtt|stream))[\w./-]*?[-_/:](?:[a-z]+-)?v?([45]\.\d{1,2}\.\d{1,2})(?![\d.])/gi;
const VERSION_VARIABLE = /rocketmq_?version\w*["']?\s*[:= ]\s*["']?v?([45]\.\d{1,2}\.\d{1,2})/gi;

function noteVersions(text: string, path: string, versions: NamedVersion[]): void {
  for (const pattern of [VERSION, VERSION_VARIABLE])
    for (const [, version] of text.matchAll(pattern)) versions.push({ version: version as string, folder: dirname(path) });
}

/** The versions named around the files: in their folders, or above or below these; else anywhere. */
function versionsOf(files: readonly ConfigFile[], versions: readonly NamedVersion[]): string[] {
  const isWithin = (inner: string, outer: string) => outer === '.' || inner === outer || inner.startsWith(`${outer}/`);
  const folders = files.map(({ path }) => dirname(path));
  const near = versions.filter(({ folder }) => folders.some((own) => isWithin(own, folder) || isWithin(folder, own)));
  return [...new Set((near.length > 0 ? near : versions).map(({ version }) => version))];
}

/** Files of development and of production are never run together. */
function byEnvironment<T extends { file: ConfigFile }>(configs: readonly T[]): T[][] {
  const environments = new Map<string, T[]>();
  for (const config of configs) {
    const name = environmentOf(config.file.path);
    environments.set(name, [...(environments.get(name) ?? []), config]);
  }
  return [...environments.values()];
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

type Rest = {
  scripts: readonly ReturnType<typeof readStartScript>[];
  others: readonly string[];
  containers: readonly ContainerFile[];
  versions: readonly NamedVersion[];
};

function assemble(files: readonly ConfigFile[], { scripts, others, containers, versions }: Rest): ConfigSet {
  const paths = files.map(({ path }) => path);
  const linked = scripts.map(
    (script): StartScript => ({
      ...script,
      launches: script.launches.map((launch): Launch => ({ ...launch, file: matching(launch.config, paths) })),
    }),
  );
  return {
    files,
    scripts: linked,
    versions: versionsOf(files, versions),
    otherFiles: others.map((path) => basename(path)),
    containers: containers.map((file) => containersOf(paths, file)).filter((each) => each.files.length > 0),
  };
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
