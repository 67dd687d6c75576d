import { basename, dirname, posix } from 'node:path';
import type { ConfigFile, Launch, StartScript } from '../diagnose/lint/config-set.js';
import type { ConfigRole } from '../rocketmq/keys.js';
import { isShipped } from './cluster-folders.js';
import type { ContainerPlan, ContainerSpec, Mount } from './container-spec.js';
import { readEmbedded } from './embedded.js';
import { writtenFiles } from './here-documents.js';
import { PathMatcher } from './path-matcher.js';
import { shellWords } from './shell-words.js';
import { readStartScript } from './start-script.js';

export type ReadPlan = { path: string; plan: ContainerPlan };
/** `links`: paths of files that are started together. */
export type ContainerNodes = { files: ConfigFile[]; scripts: StartScript[]; links: string[][] };

/** Images of RocketMQ itself. */
const IMAGE = /rocketmq|\brmq\b/i;
const OTHER_IMAGE = /dashboard|console|exporter|connect|mqtt|streams?|client|spring|mysql|redis/i;
/** What a container is if its command does not say it. */
const NAMED: readonly { role: ConfigRole; name: RegExp }[] = [
  { role: 'namesrv', name: /namesrv|name-?_?(server|service|srv)|nsrv|:server-/i },
  { role: 'controller', name: /controller/i },
  { role: 'broker', name: /broker/i },
  { role: 'proxy', name: /proxy/i },
];

/**
 * The nodes that containers run: the configuration inside the file that starts them, the files that they mount, and a node without a file
 * for each container that has none.
 */
export function containerNodes(plans: readonly ReadPlan[], configs: readonly ConfigFile[]): ContainerNodes {
  const contents = new Map<string, ConfigFile>();
  for (const { path, plan } of plans) {
    for (const { name, embedded } of plan.contents) {
      const file = readEmbedded(path, name, embedded);
      if (file) contents.set(contentKey({ path, plan }, name), { ...file, isManifest: plan.kind === 'kubernetes' });
    }
  }
  const files = [...contents.values()];
  const scripts: StartScript[] = [];
  const links: string[][] = [];
  const taken = new Set<string>();
  for (const group of unitsOf(plans)) {
    // A plain start script: nothing to look for among thousands of files.
    if (group.every(({ plan }) => plan.specs.length + plan.contents.length + (plan.described?.length ?? 0) === 0)) continue;
    const unit = new Unit(group, [...configs, ...files], contents);
    for (const { path, plan } of group) for (const spec of onceByName(plan)) unit.add(path, spec);
    const inside = files.filter((file) => group.some(({ path }) => path === file.within));
    // The operator gives each of its brokers the settings of one ConfigMap, which names none.
    const common = group.some(({ plan }) => plan.described?.length) ? inside.filter((file) => file.role === 'broker' && !nameIn(file)) : [];
    for (const { path, plan } of group)
      for (const node of plan.described ?? [])
        unit.describe(
          path,
          node,
          common.flatMap(({ entries }) => entries),
        );
    const own = inside.filter((file) => !common.includes(file));
    for (const file of common) files.splice(files.indexOf(file), 1);
    const mounted = [...unit.linked].filter((path) => !own.some((file) => file.path === path));
    // A second file that starts the same configuration is a variant of the first one.
    const isVariant = mounted.some((path) => taken.has(path));
    const hasBroker = [...own, ...configs.filter(({ path }) => unit.linked.has(path))].some(({ role }) => role === 'broker');
    const isBeside = !hasBroker && configs.some((file) => file.role === 'broker' && !isShipped(file) && isBelow(file.path, unit.folder));
    const made = isVariant || isBeside ? [] : unit.made.filter(({ role }) => role !== undefined);
    if (group[0]?.plan.kind !== 'kubernetes') for (const path of mounted) taken.add(path);
    files.push(...made);
    scripts.push(...unit.scripts());
    links.push([...own, ...made].map(({ path }) => path).concat(mounted));
  }
  return { files, scripts, links: links.filter((each) => each.length > 1) };
}

/** Manifests of one folder are applied together; each Compose file and script stands alone. */
function unitsOf(plans: readonly ReadPlan[]): ReadPlan[][] {
  const units = new Map<string, ReadPlan[]>();
  for (const each of plans) {
    const key = each.plan.kind === 'kubernetes' ? `folder ${dirname(each.path)}` : each.path;
    units.set(key, [...(units.get(key) ?? []), each]);
  }
  return [...units.values()];
}

const contentKey = ({ path, plan }: ReadPlan, name: string) => `${plan.kind === 'kubernetes' ? dirname(path) : path}\0${name}`;
const isBelow = (path: string, folder: string) => folder === '.' || path.startsWith(`${folder}/`);

/** A script may start one container in several ways, of which a user takes one. */
function onceByName({ kind, specs }: ContainerPlan): readonly ContainerSpec[] {
  return kind === 'script' ? [...new Map(specs.map((spec) => [spec.name, spec])).values()] : specs;
}

type Described = NonNullable<ContainerPlan['described']>[number];
const nameIn = ({ entries }: ConfigFile) => entries.some(({ key }) => key === 'brokerName');

class Unit {
  readonly folder: string;
  readonly linked = new Set<string>();
  readonly made: ConfigFile[] = [];
  readonly #plans: readonly ReadPlan[];
  readonly #files: readonly ConfigFile[];
  readonly #contents: ReadonlyMap<string, ConfigFile>;
  readonly #matcher: PathMatcher;
  readonly #launches = new Map<string, Launch[]>();
  readonly #heaps = new Map<string, StartScript['heaps'][number][]>();

  constructor(plans: readonly ReadPlan[], files: readonly ConfigFile[], contents: ReadonlyMap<string, ConfigFile>) {
    this.folder = dirname(plans[0]?.path ?? '.');
    this.#plans = plans;
    this.#files = files;
    this.#contents = contents;
    this.#matcher = new PathMatcher(files.filter(({ path }) => isBelow(path, this.folder)).map(({ path }) => path));
  }

  add(path: string, spec: ContainerSpec): void {
    const launches = launchesOf(spec);
    for (const launch of launches) {
      const file = this.#configOf(path, spec, launch);
      const namesrvAddr = launch.namesrvAddr ?? spec.env.get('NAMESRV_ADDR')?.value;
      const known = this.#launches.get(path) ?? [];
      this.#launches.set(path, known);
      known.push({
        ...launch,
        config: undefined,
        file: file?.path,
        namesrvAddr,
        line: spec.line,
        text: spec.command.split('\n')[0]?.trim() ?? '',
      });
      if (file) this.linked.add(file.path);
      else if (launch.role !== 'container') {
        const name = launches.length > 1 ? `${spec.name}-${launch.role}` : spec.name;
        this.#push(path, name, launch.role, [], launch.config === undefined ? undefined : { config: launch.config, line: spec.line });
      }
      if (/--enable-proxy\b/.test(spec.command) && launch.role === 'broker' && !this.#has(path, spec, 'proxy'))
        this.#push(path, `${spec.name}-proxy`, 'proxy', []);
    }
    const [launch] = launches;
    for (const { value, line } of launch ? spec.env.values() : []) {
      const text = /-Xmx(\d+[kKmMgG]?)/.exec(value)?.[1];
      const role = launch?.role === 'namesrv' || launch?.role === 'broker' ? launch.role : undefined;
      if (text) this.#heaps.set(path, [...(this.#heaps.get(path) ?? []), { role, text, line }]);
    }
  }

  describe(path: string, { name, role, line, settings }: Described, common: ConfigFile['entries']): void {
    const again = this.made.findIndex((file) => file.path.endsWith(`/${name}`) && file.role === role);
    if (again >= 0) this.made.splice(again, 1);
    const own = Object.entries(settings).map(([key, value]) => ({ key, value, raw: value, line, text: '', hasSeparator: true }));
    const isSame = this.#files.some(({ within, entries }) => within === path && entries.some((entry) => common.includes(entry)));
    const entries = [...(role === 'broker' && isSame ? common.filter(({ key }) => !(key in settings)) : []), ...own];
    this.#push(path, name, role, entries);
  }

  scripts(): StartScript[] {
    return this.#plans.flatMap(({ path }) => {
      const launches = this.#launches.get(path) ?? [];
      return launches.length > 0 ? [{ path, launches, heaps: this.#heaps.get(path) ?? [] }] : [];
    });
  }

  #push(path: string, name: string, role: ConfigRole, entries: ConfigFile['entries'], missing?: ConfigFile['missing']): void {
    const isManifest = this.#plans.some(({ plan }) => plan.kind === 'kubernetes');
    this.made.push({ path: `${path}/${name}`, within: path, isManifest, role, entries, remarks: [], ...(missing ? { missing } : {}) });
  }

  #has(path: string, spec: ContainerSpec, role: ConfigRole): boolean {
    return spec.mounts.some((mount) => this.#mounted(path, spec, mount, '')?.role === role);
  }

  /** The file after -c, through the mounts of the container; else the one that it mounts for its role. */
  #configOf(path: string, spec: ContainerSpec, { role, config }: Launch): ConfigFile | undefined {
    const isRight = (file: ConfigFile | undefined) => file?.role === role;
    if (config !== undefined) {
      for (const mount of spec.mounts) {
        const rest = insideOf(config, mount.target);
        const file = rest === undefined ? undefined : this.#mounted(path, spec, mount, rest);
        if (isRight(file)) return file;
      }
    }
    const mounted = spec.mounts.map((mount) => this.#mounted(path, spec, mount, '')).find(isRight);
    if (mounted) return mounted;
    const written = this.#files.find((file) => file.path.startsWith(`${path}/${spec.name}/`) && isRight(file));
    if (written) return written;
    const named = config === undefined ? undefined : (this.#matcher.find(config) ?? this.#onlyNamed(basename(config)));
    const file = this.#files.find((each) => each.path === named);
    return isRight(file) && file && !this.linked.has(file.path) ? file : undefined;
  }

  /** The only file of a name: what an image was built with. */
  #onlyNamed(name: string): string | undefined {
    const [only, other] = this.#files.filter(({ path }) => basename(path) === name);
    return other === undefined ? only?.path : undefined;
  }

  #mounted(path: string, spec: ContainerSpec, { source, target, content }: Mount, rest: string): ConfigFile | undefined {
    const plan = this.#plans.find((each) => each.path === path) as ReadPlan;
    if (content) {
      if (!content.path.endsWith('/')) return this.#contents.get(contentKey(plan, content.path));
      const inside = [...this.#contents].filter(([key]) => key.startsWith(contentKey(plan, content.path)));
      return (inside.find(([key]) => key.endsWith(`/${rest}`)) ??
        inside.find(([, file]) => rest === '' && file.role === roleOf(spec)))?.[1];
    }
    const plain = expanded(source, spec).replace(/^\$\(pwd\)|^\$\{?PWD\}?|^`pwd`/i, '.');
    const wanted = posix.normalize(posix.join(plain, rest));
    const isHere = !/^[/~$]/.test(plain);
    const exact = isHere ? posix.normalize(posix.join(dirname(path).replaceAll('\\', '/'), wanted)) : undefined;
    const found = this.#files.find((file) => file.path === exact);
    if (found) return found;
    if (rest === '' && !/\.\w+$/.test(basename(plain))) {
      const folder = isHere ? `${exact}/` : `/${basename(plain)}/`;
      return this.#files.find((file) => file.role === roleOf(spec) && (isHere ? file.path.startsWith(folder) : file.path.includes(folder)));
    }
    const named = target === '' ? undefined : this.#matcher.find(wanted.replace(/^(\.\/)+/, ''));
    return this.#files.find((file) => file.path === named);
  }
}

/** @returns what is left of `path` inside `target`; '' if it is the target itself */
function insideOf(path: string, target: string): string | undefined {
  const [inner, outer] = [posix.normalize(path), posix.normalize(target).replace(/\/$/, '')];
  if (inner === outer) return '';
  if (inner.startsWith(`${outer}/`)) return inner.slice(outer.length + 1);
  if (inner.startsWith('/')) return undefined;
  // -c ../conf/broker.conf: from the bin folder.
  const parts = inner.split('/').filter((part) => part !== '..' && part !== '.');
  const shared = parts.findLastIndex((_, i) => outer.endsWith(`/${parts.slice(0, i + 1).join('/')}`));
  return shared < 0 ? undefined : parts.slice(shared + 1).join('/');
}

const expanded = (text: string, { env }: ContainerSpec) =>
  text.replace(
    /\$\((\w+)\)|\$\{(\w+)\}|\$(\w+)/g,
    (whole, a?: string, b?: string, c?: string) => env.get(a ?? b ?? c ?? '')?.value ?? whole,
  );

/** What the command starts; if it says nothing, what image and name tell. */
function launchesOf(spec: ContainerSpec): Launch[] {
  const { rest } = writtenFiles(spec.command.split('\n'), (text) => text);
  const lines = rest.map((line) => shellWords(expanded(line, spec)).join(' '));
  const { launches } = readStartScript('command.sh', lines);
  if (launches.length > 0) return launches;
  const role = roleByName(spec);
  return role ? [{ role, config: undefined, file: undefined, namesrvAddr: undefined, ignored: [], line: spec.line, text: '' }] : [];
}

const roleOf = (spec: ContainerSpec): ConfigRole | undefined => launchesOf(spec)[0]?.role;

function roleByName({ name, image, command }: ContainerSpec): ConfigRole | undefined {
  if (!IMAGE.test(image) || OTHER_IMAGE.test(image) || /\bmqadmin\b/.test(command)) return undefined;
  return NAMED.find((each) => each.name.test(`${image} ${name}`))?.role ?? NAMED.find((each) => each.name.test(command))?.role;
}

/** The configuration that the commands of containers write with here-documents, or that a variable holds. */
export function writtenByCommands({ specs }: ContainerPlan): ContainerPlan['contents'] {
  return specs.flatMap((spec) => {
    const variables = [...spec.env].filter(([, { value }]) => /^\s*\w+\s*=[^\n]*\n\s*\w+\s*=/.test(value));
    const inside = variables.map(([key, { value, line }]) => ({
      name: `${spec.name}/${key}`,
      embedded: { text: value, lines: value.split('\n').map((_, i) => line + i) },
    }));
    if (!spec.command.includes('<<') && !/\becho\b/.test(spec.command)) return inside;
    const { written } = writtenFiles(spec.command.split('\n'), (text) => expanded(text, spec));
    const files = written.map(({ target, text }) => ({
      name: `${spec.name}/${target.replace(/^[^\w$]+/, '')}`,
      embedded: { text, lines: text.split('\n').map(() => spec.line) },
    }));
    return [...inside, ...files];
  });
}

/** @returns the files next to a Compose file that its containers mount. */
export function mountedFiles(path: string, { specs }: ContainerPlan): string[] {
  const sources = specs
    .flatMap(({ mounts }) => mounts.map(({ source }) => source))
    .filter((source) => source !== '' && !/^[/~$]/.test(source));
  return [...new Set(sources.map((source) => posix.join(dirname(path), source)))];
}
