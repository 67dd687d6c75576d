import { readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { systemCode } from '../base/errors.js';
import { grouped } from '../base/grouped.js';
import { formatBytes } from '../base/units.js';
import type { ConfigFile, ConfigSet, Launch, SetHost, StartScript } from '../diagnose/lint/config-set.js';
import { textOf } from './addresses.js';
import { identityOf, isShipped, joinedFolders } from './cluster-folders.js';
import { readVariables } from './compose-file.js';
import { readConfigFile } from './config-file.js';
import { type ContainerFile, containersOf, mayStartContainers, readContainerFile } from './container-file.js';
import { containerNodes, mountedFiles, type ReadPlan } from './container-nodes.js';
import { readContainerPlan, readScriptPlan } from './container-plans.js';
import { commonFolders, environmentOf } from './environment.js';
import { readFileText } from './file-text.js';
import { type FoundFile, foundFiles } from './found-files.js';
import { type HostName, type HostNames, readHostNames } from './host-names.js';
import { LaunchClaims } from './launch-claims.js';
import { PathMatcher } from './path-matcher.js';
import { hostsOf } from './set-hosts.js';
import { readStartScript } from './start-script.js';

const CONFIG =
  /(\.(properties|conf|cnf|cfg|ini|json)|(broker|namesrv|controller)[\w-]*(?=\.t))(\.(j2|jinja2?|tpl|tmpl|template|erb|example|sample|dist))?$/i;
const SCRIPT = /\.(sh|cmd|bat|ps1)$/i;
/** Configuration is small; a larger file is a log, or data. */
const MAX_BYTES = 1_048_576;

/** The name of a file that comes through a pipe. */
const PIPED = 'stdin';

/**
 * Reads files and folders (with everything below them) into sets that are meant to run together. Files that were named one by one are
 * one set; else each folder is one set, but folders with one broker each and different identities belong together.
 * @param readPiped gives the text from a pipe, for the path `-`
 * @throws RmqdevError FILE_UNREADABLE if a path that the user named does not exist, or has too many files
 */
export async function readSets(paths: readonly string[], readPiped?: () => Promise<Uint8Array>): Promise<ConfigSet[]> {
  if (readPiped === undefined || !paths.includes('-')) return setsOf(await foundFiles(paths), readSmall);
  const found = await foundFiles(paths.filter((path) => path !== '-'));
  const piped = await readPiped();
  const isTooLarge = piped.length > MAX_BYTES;
  return setsOf([...found, { path: PIPED, asked: true }], async (path) =>
    path !== PIPED ? readSmall(path) : isTooLarge ? undefined : piped,
  );
}

/** @param read gives the bytes, or why there are none; undefined if the file is too large for configuration, or must not be read */
export async function setsOf(
  found: readonly FoundFile[],
  read: (path: string) => Promise<Uint8Array | string | undefined>,
): Promise<ConfigSet[]> {
  const configs: { file: ConfigFile; asked: boolean }[] = [];
  const scripts: StartScript[] = [];
  const others: string[] = [];
  const versions: NamedVersion[] = [];
  const containers: ContainerFile[] = [];
  const names = new Map<string, HostName>();
  const plans: (ReadPlan & { asked: boolean })[] = [];
  const variables = new Map<string, ReadonlyMap<string, string>>();
  for (const { path, asked, trouble } of found) {
    const isScript = SCRIPT.test(path) || (!CONFIG.test(path) && /(^|\/)(start|run)[\w.-]*$/i.test(path));
    const isConfig = CONFIG.test(path) || (asked && !mayStartContainers(path));
    noteVersions(path, path, versions);
    if (!isScript && !isConfig && trouble === undefined) {
      others.push(path);
      if (basename(path) === 'hosts') {
        const content = await read(path);
        if (content instanceof Uint8Array) readHostNames(readFileText(content).lines, names);
      }
      if (mayStartContainers(path) || basename(path) === '.env') {
        const content = await read(path);
        const { lines } = readFileText(content instanceof Uint8Array ? content : new Uint8Array());
        containers.push(...readContainerFile(path, lines));
        for (const line of lines) if (/rocketmq/i.test(line)) noteVersions(line, path, versions);
        if (basename(path) === '.env') variables.set(dirname(path), readVariables(lines));
        const plan = /\.ya?ml(\.\w+)?$/i.test(path)
          ? readContainerPlan(lines.join('\n'), variables.get(dirname(path)) ?? new Map())
          : undefined;
        if (plan) plans.push({ path, plan, asked });
        // Who names a Compose file alone means the files that it mounts too.
        if (plan && asked) {
          for (const mounted of mountedFiles(path, plan).filter((each) => CONFIG.test(each) && !found.some((file) => file.path === each))) {
            const inside = await read(mounted);
            if (inside instanceof Uint8Array) configs.push({ file: readConfigFile(mounted, inside, false), asked: true });
          }
        }
      }
      continue;
    }
    const content = trouble ?? (await read(path));
    if (content === undefined && !asked) continue;
    if (content === undefined) {
      configs.push({ file: unread(path, `it has more than ${formatBytes(MAX_BYTES)}`), asked });
      continue;
    }
    if (typeof content === 'string') configs.push({ file: unread(path, content), asked });
    else if (isScript) {
      const { lines } = readFileText(content);
      for (const line of lines) if (/rocketmq/i.test(line)) noteVersions(line, path, versions);
      containers.push(...readContainerFile(path, lines));
      const { plan, rest: commands, inner } = readScriptPlan(lines);
      plans.push(...[plan, ...inner].map((each) => ({ path, plan: each, asked })));
      scripts.push(readStartScript(path, commands));
    } else configs.push({ file: readConfigFile(path, content, asked), asked });
  }
  const contained = containerNodes(
    plans,
    configs.map(({ file }) => file),
  );
  const isAsked = (file: ConfigFile) => plans.some(({ path, asked }) => asked && path === file.within);
  configs.push(...contained.files.map((file) => ({ file, asked: isAsked(file) })));
  scripts.push(...contained.scripts);
  const wanted = configs.filter(({ file, asked }) => file.role !== undefined || asked || file.remarks.length > 0);
  const groups = byEnvironment(wanted).flatMap((each) => group(each, contained.links));
  if (groups.length === 0) groups.push([]);
  // A script may start files of several sets.
  const claims = new LaunchClaims(
    scripts,
    groups.map((files) => files.map(({ path }) => path)),
    configs.map(({ file }) => file.path),
  );
  const rest = { otherFiles: others.map((path) => basename(path)), containers, versions, names };
  return groups.map((files, set) =>
    assemble(files, { ...rest, scripts: claims.scriptsOf(set), isOwn: (launch) => claims.isOf(launch, set) }),
  );
}

const unread = (path: string, detail: string): ConfigFile => ({
  path,
  role: undefined,
  entries: [],
  remarks: [{ kind: 'unreadable', line: null, text: '', detail }],
});

/** @returns the bytes, or why there are none; undefined if the file is too large for configuration. */
async function readSmall(path: string): Promise<Uint8Array | string | undefined> {
  try {
    // Not by promises: for thousands of small files each takes longer than its file.
    return statSync(path).size > MAX_BYTES ? undefined : readFileSync(path);
  } catch (error) {
    return systemCode(error) ?? (error as Error).message;
  }
}

type NamedVersion = { version: string; folder: string };

/** Images of RocketMQ itself: clients, dashboards and the like have other versions. */
const VERSION =
  /rocketmq(?![\w./-]*(?:client|spring|starter|dashboard|console|exporter|connect|mqtt|stream))[\w./-]*?[-_/:](?:[a-z]+-)?v?([45]\.\d{1,2}\.\d{1,2})(?![\d.])/gi;
const VERSION_VARIABLE = /rocketmq_?version\w*["']?\s*[:= ]\s*["']?v?([45]\.\d{1,2}\.\d{1,2})/gi;

function noteVersions(text: string, path: string, versions: NamedVersion[]): void {
  for (const pattern of [VERSION, VERSION_VARIABLE])
    for (const [, version] of text.matchAll(pattern)) versions.push({ version: version as string, folder: dirname(path) });
}

/** The versions named near the files: in their folders, or above or below these; else anywhere. */
function versionsOf(files: readonly ConfigFile[], versions: readonly NamedVersion[]): string[] {
  const own = new Set(files.map(({ path }) => dirname(path)));
  const above = new Set([...own].flatMap(withParents));
  const near = versions.filter(({ folder }) => above.has(folder) || withParents(folder).some((parent) => own.has(parent)));
  return [...new Set((near.length > 0 ? near : versions).map(({ version }) => version))];
}

/** A folder and all above it; '.' is above all. */
function withParents(folder: string): string[] {
  const parents = ['.', folder];
  for (let end = folder.lastIndexOf('/'); end >= 0; end = end === 0 ? -1 : folder.lastIndexOf('/', end - 1))
    parents.push(folder.slice(0, end));
  return parents;
}

/** Files for development and for production never run together. */
function byEnvironment<T extends { file: ConfigFile }>(configs: readonly T[]): T[][] {
  const common = commonFolders(configs.map(({ file }) => file.path));
  return [...grouped(configs, ({ file }) => environmentOf(file.path, common)).values()];
}

const isControlled = (file: ConfigFile) => textOf(file, 'enableControllerMode').toLowerCase() === 'true';

/** What belongs together from the start: a folder, with its manifests; a Compose file or a script, with what is in it. */
const placeOf = ({ path, within, isManifest }: ConfigFile) => (within === undefined || isManifest ? dirname(within ?? path) : within);

function group(configs: readonly { file: ConfigFile; asked: boolean }[], links: readonly (readonly string[])[]): ConfigFile[][] {
  const named = configs.filter(({ asked }) => asked).map(({ file }) => file);
  const byFolder = grouped(
    configs.filter(({ asked }) => !asked).map(({ file }) => file),
    placeOf,
  );
  const brokersOf = (files: readonly ConfigFile[]) => files.filter(({ role }) => role === 'broker');
  const isBrokerless = (files: readonly ConfigFile[]) => files.every(({ role }) => role !== 'broker' && role !== 'container');
  const folders = [...byFolder.values()];
  const clusters = joinedFolders(folders, links).filter((files) => !isBrokerless(files));
  const single = clusters.filter((files) => brokersOf(files).length <= 1);
  const many = clusters.filter((files) => brokersOf(files).length > 1);
  const alone = single.flatMap(brokersOf);
  const fits =
    new Set(alone.map(identityOf)).size === alone.length &&
    new Set(alone.filter(isControlled).map((file) => textOf(file, 'controllerAddr'))).size <= 1;
  const sets = [...many, ...(fits && single.length > 0 ? [single.flat()] : single), ...(isBrokerless(named) ? [] : [named])];
  // NameServers, controllers and proxies in separate folders belong to the brokers, if there is one set of brokers.
  const isIn = new Set(sets.flat());
  const others = [...folders, named].filter((files) => files.length > 0 && isBrokerless(files) && !files.some((file) => isIn.has(file)));
  const [only, second] = sets;
  if (only && second === undefined) return [[...only, ...others.flat()]];
  return [...sets, ...others];
}

type Rest = {
  /** Those that concern the set. */
  scripts: readonly StartScript[];
  /** Whether a launch means a file of the set. */
  isOwn: (launch: Launch) => boolean;
  otherFiles: readonly string[];
  containers: readonly ContainerFile[];
  versions: readonly NamedVersion[];
  names: HostNames;
};

function assemble(all: readonly ConfigFile[], { scripts, isOwn, otherFiles, containers, versions, names }: Rest): ConfigSet {
  const contained = (files: readonly ConfigFile[]) => {
    const paths = files.map(({ path }) => path);
    return containers.map((file) => containersOf(paths, file)).filter((each) => each.files.length > 0);
  };
  const hosts = hostsOf(all, { scripts, containers: contained(all), names });
  const files = hosts ? withoutSamples(all) : all;
  return {
    files,
    ...(hosts ? { hosts } : {}),
    scripts: linked(
      scripts,
      files.map(({ path }) => path),
      hosts,
      isOwn,
    ),
    versions: versionsOf(files, versions),
    otherFiles,
    containers: contained(files),
  };
}

/** A folder that was copied from a host still has the samples of the release, next to the files that were written. */
function withoutSamples(files: readonly ConfigFile[]): ConfigFile[] {
  const written = new Set(files.filter((file) => file.role === 'broker' && !isShipped(file)).map(identityOf));
  return files.filter((file) => !(isShipped(file) && written.has(identityOf(file))));
}

/** @returns the scripts, each own launch with the one of `paths` that it means, of its own host first; the others keep what they had. */
function linked(
  scripts: readonly StartScript[],
  paths: readonly string[],
  hosts: readonly SetHost[] = [],
  isOwn: (launch: Launch) => boolean,
): StartScript[] {
  const everywhere = new PathMatcher(paths);
  const matchers = new Map(hosts.map((host) => [host, new PathMatcher(host.files.filter((path) => paths.includes(path)))]));
  return scripts.map((script) => {
    const host = hosts.find(({ files }) => files.includes(script.path));
    const meant = ({ config = '' }: Launch) => (host && matchers.get(host)?.find(config)) ?? everywhere.find(config);
    const launches = script.launches.map((launch) => (isOwn(launch) ? { ...launch, file: meant(launch) ?? launch.file } : launch));
    return { ...script, launches };
  });
}
