import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { RmqdevError, systemCode } from '../base/errors.js';

/** A directory with `lib/*.jar` and `conf/`: a valid value of `rocketmq.home.dir`. */
export type ReleaseHome = {
  /** Absolute. */
  home: string;
  /** As in `lib/rocketmq-broker-<version>.jar`. */
  version: string;
  /** Absolute, sorted by name. */
  jars: string[];
};

const MODULE_JAR = /^rocketmq-(?:broker|namesrv|common)-(\d+\.\d+\.\d+(?:-(?!sources|javadoc|tests)[\w.]+)?)\.jar$/;

/** @returns the RocketMQ versions in the names of a release's jars: one in an intact release. */
export function versionsOfJars(fileNames: Iterable<string>): string[] {
  const versions = new Set<string>();
  for (const name of fileNames) {
    const version = MODULE_JAR.exec(name)?.[1];
    if (version) versions.add(version);
  }
  return [...versions].sort();
}

/** @throws RELEASE_INVALID if `dir` is not a release: says what is missing and names a release that is near. */
export async function readReleaseHome(dir: string): Promise<ReleaseHome> {
  const home = resolve(dir);
  return (await tryReadReleaseHome(home)) ?? Promise.reject(await releaseInvalid(home));
}

/** @returns the release in `home` (absolute), or undefined if there is none. */
async function tryReadReleaseHome(home: string): Promise<ReleaseHome | undefined> {
  const lib = join(home, 'lib');
  const [names, conf] = await Promise.all([readdir(lib).catch(() => []), stat(join(home, 'conf')).catch(() => undefined)]);
  const [version, ...others] = versionsOfJars(names);
  if (!version || others.length > 0 || !conf?.isDirectory()) return undefined;
  const jars = names.filter((name) => name.endsWith('.jar')).sort();
  return { home, version, jars: jars.map((name) => join(lib, name)) };
}

/** @returns RELEASE_INVALID for `dir` (absolute), with what is missing there and the release that was probably meant. */
async function releaseInvalid(dir: string): Promise<RmqdevError> {
  const near = await releaseNear(dir);
  const why = await whyNoRelease(dir);
  const next = near
    ? `Did you mean ${near}?`
    : why === SOURCE_TREE
      ? 'Build it with `mvn -Prelease-all -DskipTests clean install` and give distribution/target/rocketmq-<version>/rocketmq-<version>'
      : 'Give the directory with lib/ and conf/ of an unpacked rocketmq-all-<version>-bin-release.zip, the zip itself, or a version';
  return new RmqdevError('RELEASE_INVALID', { what: `${dir} is not a RocketMQ release`, why, next });
}

const SOURCE_TREE = "it is RocketMQ's source tree, not a build of it";

async function whyNoRelease(dir: string): Promise<string> {
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return 'there is no such file or directory';
    return code === 'ENOTDIR' ? 'it is a file, neither a directory nor a .zip' : `it cannot be read (${code})`;
  }
  if (!names.includes('lib') && names.includes('pom.xml') && names.includes('broker')) return SOURCE_TREE;
  const lib = await readdir(join(dir, 'lib')).catch(() => undefined);
  const versions = versionsOfJars(lib ?? []);
  if (versions.length > 1) return `lib/ has the jars of more than one release: ${versions.join(', ')}`;
  const missing = [
    ...(lib ? (versions.length === 0 ? ['lib/rocketmq-broker-<version>.jar'] : []) : ['lib/']),
    ...((await isDirectory(join(dir, 'conf'))) ? [] : ['conf/']),
  ];
  return `it has no ${missing.join(' and no ')}`;
}

/** Looks for the usual mistakes: above `bin`, one folder down, and in the build folder of a source tree. */
async function releaseNear(dir: string): Promise<string | undefined> {
  const builds = join(dir, 'distribution', 'target');
  const candidates = [...(['bin', 'lib', 'conf'].includes(basename(dir)) ? [dirname(dir)] : []), ...(await folders(dir))];
  for (const build of await folders(builds)) candidates.push(...(await folders(build)));
  for (const candidate of candidates) if (await tryReadReleaseHome(candidate)) return candidate;
  return undefined;
}

async function folders(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(dir, entry.name));
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
