import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { stringify } from 'yaml';
import { RmqdevError, systemCode } from '../base/errors.js';
import type { Finding } from '../base/finding.js';
import { lint } from '../diagnose/lint.js';
import { loadProfile } from '../profile/load-profile.js';
import { NODE_ID } from '../profile/names.js';
import { compareVersions, DEFAULT_RELEASE, SUPPORTED_RELEASES } from '../rocketmq/releases.js';
import type { Change } from './change.js';
import { readSets } from './read-sets.js';
import { toProfile } from './to-profile.js';

export type ImportRequest = {
  paths: readonly string[];
  cwd: string;
  output: string | undefined;
  name: string | undefined;
  rocketmq: string | undefined;
  mayReplace: boolean;
  /** Everything on this machine, also if the files are of several hosts. */
  oneMachine?: boolean;
};

export type ImportResult = {
  /** Of the profile that was written. */
  file: string;
  /** For the cluster: the name of the file if it is valid, else the value for `up --name`. */
  name: string;
  rocketmq: string;
  nodes: string[];
  /** Empty: everything runs on this machine. */
  hosts: { name: string; address: string }[];
  findings: ImportedFinding[];
  changes: Change[];
};

/** As lint finds them. `changedTo` is empty if the profile is not affected; `oneMachine`: it is wrong only because everything runs on one machine. */
export type ImportedFinding = Finding & { oneMachine: boolean; changedTo: string[] };

const HEAD = '# Imported by `rmqdev import`';

/** --force is for a profile of an earlier import, never for the files that are imported. @throws RmqdevError FILE_NOT_WRITTEN */
async function refuseOtherFile(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined || text.trim() === '' || text.startsWith(HEAD)) return;
  throw new RmqdevError('FILE_NOT_WRITTEN', {
    what: `${file} is not replaced`,
    why: 'no `rmqdev import` wrote it, and --force replaces only what import wrote',
    next: 'Name another file with -o, or delete this one yourself',
  });
}

/** Writes the whole profile or nothing. @throws RmqdevError NOT_IMPORTABLE, UNSUPPORTED, FILE_UNREADABLE, FILE_NOT_WRITTEN, NAME_INVALID */
export async function importFiles({
  paths,
  cwd,
  output,
  name,
  rocketmq,
  mayReplace,
  oneMachine = false,
}: ImportRequest): Promise<ImportResult> {
  const file = resolve(cwd, output ?? `${profileName(name, paths, cwd)}.yaml`);
  if (!mayReplace && (await exists(file))) {
    const text = { what: `${file} already exists`, why: 'import does not replace a file unless you say so' };
    throw new RmqdevError('FILE_NOT_WRITTEN', { ...text, next: 'Name another with -o, or add --force' });
  }
  await refuseOtherFile(file);
  const sets = (await readSets(paths)).map(({ hosts, ...set }) => ({ ...set, ...(hosts && !oneMachine ? { hosts } : {}) }));
  const wanted = rocketmq ?? supported(sets.flatMap(({ versions }) => versions));
  const version = wanted ?? DEFAULT_RELEASE;
  const { draft, changes } = toProfile(sets, version, wanted);
  const yaml = `${HEAD} from ${paths.map((path) => basename(resolve(cwd, path))).join(', ')}.\n${stringify(draft)}`;
  await prove(yaml, cwd);
  await writeFileAtomic(file, yaml).catch((error: unknown) => {
    const why = NOT_WRITTEN[systemCode(error) ?? ''] ?? (error as Error).message;
    const text = { what: `${file} cannot be written`, why, next: 'Name another file with -o' };
    throw new RmqdevError('FILE_NOT_WRITTEN', text, { cause: error });
  });
  const report = lint(sets, version);
  const settled = (oneMachine: boolean) => (finding: Finding) => ({
    ...finding,
    oneMachine,
    changedTo: [...new Set(changes.filter((each) => concerns(each, finding)).map(({ to }) => to))],
  });
  const hosts = Object.entries(draft.hosts ?? {}).map(([id, host]) => ({
    name: id,
    address: typeof host === 'string' ? host : host.address,
  }));
  const findings = [...report.findings.map(settled(false)), ...(hosts.length > 0 ? [] : report.oneMachine.map(settled(true)))];
  const stem = basename(file).replace(/\.ya?ml$/, '');
  const cluster = NODE_ID.test(stem) ? stem : asName(stem);
  return { file, name: cluster, rocketmq: version, nodes: Object.keys(draft.nodes), hosts, findings, changes };
}

const NOT_WRITTEN: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'it is a folder',
  EACCES: 'you have no write permission there',
  EROFS: 'it is on a read-only file system',
  ENOSPC: 'the disk is full',
};

const concerns = ({ file, line }: Change, { at }: Finding) =>
  line !== null && at.some((place) => place.file === file && place.line === line);

function profileName(name: string | undefined, paths: readonly string[], cwd: string): string {
  if (name !== undefined) {
    if (NODE_ID.test(name)) return name;
    const text = { what: `--name ${name}`, why: 'a name can have letters, digits, _ and -' };
    throw new RmqdevError('NAME_INVALID', { ...text, next: 'Choose another name' });
  }
  const [only] = paths;
  const told = paths.length === 1 && only !== undefined ? basename(resolve(cwd, only)).replace(/\.[a-z]+$/i, '') : '';
  return asName(told);
}

function asName(text: string): string {
  const plain = text.replace(/[^\w-]+/g, '-').slice(0, 40);
  return NODE_ID.test(plain) ? plain : 'imported';
}

/** The release that the paths name, or the nearest older one that is supported. */
function supported(named: readonly string[]): string | undefined {
  const [only, ...others] = [...new Set(named)];
  if (only === undefined || others.length > 0) return undefined;
  return SUPPORTED_RELEASES.findLast((release) => compareVersions(release, only) <= 0);
}

/** Never write what `up` could not load. */
async function prove(yaml: string, cwd: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rmqdev-import-'));
  try {
    const file = join(folder, 'imported.yaml');
    await writeFile(file, yaml);
    await loadProfile(file, { cwd, userProfiles: folder, shippedProfiles: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** If this is not known, writing the file fails with the reason. */
async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
