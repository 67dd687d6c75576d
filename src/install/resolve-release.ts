import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock } from '../base/clock.js';
import { RmqdevError } from '../base/errors.js';
import type { HomePaths } from '../base/paths.js';
import { nearestRelease } from '../rocketmq/releases.js';
import { downloadRelease } from './apache-archive.js';
import { sha512Of } from './checksum.js';
import { cannotInstall, installError, otherVersion } from './install-errors.js';
import { assembleFromMaven } from './maven.js';
import { mavenArtifacts } from './maven-artifacts.js';
import type { InstallProgress, ReleaseSource, Report } from './progress.js';
import { type ReleaseHome, readReleaseHome, versionsOfJars } from './release-home.js';
import { type Origin, ReleaseStore } from './release-store.js';
import { ZipArchive } from './zip.js';

export type ReleaseRequest = {
  /** A version, or the path of a release directory or zip; undefined: the release in ROCKETMQ_HOME, else the default version. */
  wanted: string | undefined;
  /** The environment variable ROCKETMQ_HOME of the user: a directory or zip. Ignored if `wanted` is a path or `from` is given. */
  rocketmqHome: string | undefined;
  /** The only source to use; a path must have the wanted version, if one is named. */
  from: string | undefined;
};

export type InstallContext = {
  paths: HomePaths;
  /** The releases that rmqdev is tested with. */
  knownVersions: readonly string[];
  defaultVersion: string;
  report: (progress: InstallProgress) => void;
  signal: AbortSignal;
  /** The user's environment: RMQDEV_APACHE_MIRRORS, and everything that `mvn` needs. */
  env: NodeJS.ProcessEnv;
  clock: Clock;
};

export type ResolvedRelease = ReleaseHome & { source: ReleaseSource };

/** The source for `from: 'apache' | 'maven'`; both in this order by default. */
type Remote = 'apache' | 'maven';
const REMOTES: readonly Remote[] = ['apache', 'maven'];
const isRemote = (from: string | undefined): from is Remote => from === 'apache' || from === 'maven';

/**
 * Finds or gets a release: the named path → ROCKETMQ_HOME, if it has the wanted version → `$RMQDEV_HOME/rocketmq` → the Apache
 * archive → Maven. A directory is used in place; a zip is installed below `$RMQDEV_HOME/rocketmq` (as `<version>`, or as
 * `<version>-<sha>` next to another build of that version), so the zip is no longer needed. Relative paths start at the working directory.
 * @throws RELEASE_UNKNOWN, RELEASE_INVALID, INSTALL_FAILED, CHECKSUM_MISMATCH, DISK_FULL, HOME_NOT_WRITABLE, INTERRUPTED (`signal`)
 */
export async function resolveRelease(request: ReleaseRequest, context: InstallContext): Promise<ResolvedRelease> {
  try {
    const release = await new Search(context).find(request);
    context.report({ kind: 'done', home: release.home, version: release.version, source: release.source });
    return release;
  } catch (error) {
    throw installError(error, context);
  }
}

class Search {
  readonly #context: InstallContext;
  readonly #store: ReleaseStore;
  readonly #report: Report;
  constructor(context: InstallContext) {
    this.#context = context;
    this.#report = context.report;
    this.#store = new ReleaseStore(context.paths, context.clock);
  }

  async find({ wanted, rocketmqHome, from }: ReleaseRequest): Promise<ResolvedRelease> {
    const wantedVersion = wanted !== undefined && isVersion(wanted) ? wanted : undefined;
    const wantedPath = wanted !== undefined && !wantedVersion ? await this.#asPath(wanted) : undefined;
    const path = from !== undefined && !isRemote(from) ? absolute(from) : wantedPath;
    if (path !== undefined) return this.#fromPath(path, wantedVersion);
    if (rocketmqHome && from === undefined) {
      const release = await this.#fromVariable(absolute(rocketmqHome), wantedVersion);
      if (release) return release;
    }
    const version = wantedVersion ?? this.#context.defaultVersion;
    if (!hasRunnableMajor(version)) throw this.#unknown(version, 'rmqdev runs RocketMQ 4 and 5');
    this.#noticeUntested(version);
    return this.#installed(version, from);
  }

  /** @throws RELEASE_UNKNOWN if `wanted` neither looks like a path nor is one. */
  async #asPath(wanted: string): Promise<string> {
    const path = absolute(wanted);
    if (/[/\\]|\.zip$/i.test(wanted) || (await stat(path).catch(() => undefined))) return path;
    throw this.#unknown(wanted, 'a version has three numbers, and for a directory or a zip write a path with a slash, such as ./rocketmq');
  }

  #unknown(wanted: string, why: string): RmqdevError {
    const { knownVersions } = this.#context;
    const near = nearestRelease(wanted, knownVersions);
    return new RmqdevError('RELEASE_UNKNOWN', {
      what: `"${wanted}" is no RocketMQ release that rmqdev can run`,
      why,
      next: `${near ? `Did you mean ${near}? ` : ''}Tested releases: ${knownVersions.join(', ')}`,
    });
  }

  async #fromPath(path: string, wantedVersion: string | undefined): Promise<ResolvedRelease> {
    const isZip = /\.zip$/i.test(path) && (await stat(path).catch(() => undefined))?.isFile();
    const release = isZip ? await this.#fromZip(path, wantedVersion) : await readReleaseHome(path);
    if (wantedVersion !== undefined && release.version !== wantedVersion) throw otherVersion(path, wantedVersion, release.version);
    this.#noticeUntested(release.version);
    return { ...release, source: isZip ? 'zip' : 'directory' };
  }

  async #fromVariable(path: string, wantedVersion: string | undefined): Promise<ResolvedRelease | undefined> {
    try {
      const isZip = /\.zip$/i.test(path);
      const version = isZip ? await zipVersion(path) : (await readReleaseHome(path)).version;
      if (wantedVersion !== undefined && version !== wantedVersion) {
        this.#notice(`ROCKETMQ_HOME (${path}) is not used: it holds RocketMQ ${version}, not ${wantedVersion}`);
        return undefined;
      }
      const release = await this.#fromPath(path, wantedVersion);
      this.#notice(`ROCKETMQ_HOME decides: RocketMQ ${version} in ${path}`);
      return { ...release, source: 'rocketmq-home' };
    } catch (error) {
      if (!(error instanceof RmqdevError && error.code === 'RELEASE_INVALID')) throw error;
      this.#notice(`ROCKETMQ_HOME is not used: ${error.text.what}, ${error.text.why}`);
      return undefined;
    }
  }

  async #fromZip(path: string, wantedVersion: string | undefined): Promise<ReleaseHome> {
    const version = await zipVersion(path);
    if (wantedVersion !== undefined && version !== wantedVersion) throw otherVersion(path, wantedVersion, version);
    const sha512 = await sha512Of(path, this.#context.signal);
    const fill = async ({ home }: { home: string }): Promise<Origin> => {
      await this.#unpack(path, home);
      return { source: 'zip', origin: path, sha512 };
    };
    const found = await this.#once(version, version, fill);
    if (found.origin?.sha512 === sha512) return found.release;
    return (await this.#once(`${version}-${sha512.slice(0, 8)}`, version, fill)).release;
  }

  async #installed(version: string, from: string | undefined): Promise<ResolvedRelease> {
    const { release, isNew, origin } = await this.#once(version, version, ({ home, workDir }) =>
      this.#fetch(version, isRemote(from) ? [from] : REMOTES, home, workDir),
    );
    const source = origin?.source;
    if (isNew && isRemote(source)) return { ...release, source };
    if (from !== undefined && source !== from) {
      const whence = source ? `from ${source}` : 'put there by hand';
      this.#notice(`RocketMQ ${version} is installed already, ${whence}; remove ${release.home} to get it from ${from}`);
    }
    return { ...release, source: 'installed' };
  }

  /** @returns the release called `name`; `fill` makes it unless it exists or another process is making it. */
  async #once(
    name: string,
    version: string,
    fill: (place: { home: string; workDir: string }) => Promise<Origin>,
  ): Promise<{ release: ReleaseHome; isNew: boolean; origin: Origin | undefined }> {
    const before = await this.#store.find(name, version);
    if (before.state === 'installed') return { release: before.release, isNew: false, origin: before.manifest };
    await using _lock = await this.#store.lock(name, this.#context.signal, () =>
      this.#report({ kind: 'waiting', message: `another rmqdev is installing RocketMQ ${version}; waiting for it` }),
    );
    const now = await this.#store.find(name, version);
    if (now.state === 'installed') return { release: now.release, isNew: false, origin: now.manifest };
    if (now.state === 'damaged')
      this.#notice(`${this.#store.home(name)} is damaged (${now.why}): rmqdev moves it aside and installs it again`);
    return { ...(await this.#store.install(name, version, fill)), isNew: true };
  }

  async #fetch(version: string, remotes: readonly Remote[], home: string, workDir: string): Promise<Origin> {
    const failures: RmqdevError[] = [];
    for (const remote of remotes) {
      try {
        return await this.#fetchFrom(remote, version, home, workDir);
      } catch (error) {
        if (!(error instanceof RmqdevError && error.code === 'INSTALL_FAILED')) throw error;
        failures.push(error);
        if (remote !== remotes.at(-1)) this.#notice(`${error.text.what} (${error.text.why}); trying Maven`);
      }
    }
    throw cannotInstall(version, failures, this.#context.knownVersions);
  }

  async #fetchFrom(remote: Remote, version: string, home: string, workDir: string): Promise<Origin> {
    if (remote === 'maven') {
      await assembleFromMaven(version, { home, workDir, logFile: join(this.#context.paths.cache, `maven-${version}.log`) }, this.#context);
      return { source: 'maven', origin: `org.apache.rocketmq:*:${version}` };
    }
    const { file, url, sha512, discard } = await downloadRelease(version, this.#context);
    await this.#unpack(file, home);
    await discard();
    return { source: 'apache', origin: url, sha512 };
  }

  async #unpack(file: string, home: string): Promise<void> {
    using archive = await ZipArchive.open(file);
    await archive.unpackTo(home, { signal: this.#context.signal, onFile: (files) => this.#report({ kind: 'unpack', files }) });
  }

  #noticeUntested(version: string): void {
    const { knownVersions } = this.#context;
    if (!knownVersions.includes(version))
      this.#notice(`RocketMQ ${version} is not among the releases rmqdev is tested with (${knownVersions.join(', ')})`);
  }

  #notice(message: string): void {
    this.#report({ kind: 'notice', message });
  }
}

/** Maven has only these under org.apache.rocketmq; older releases are under com.alibaba. */
const hasRunnableMajor = (version: string): boolean => mavenArtifacts(version).length > 0;

const isVersion = (text: string): boolean => /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(text);

/** A shell does not expand the `~` in a profile. */
const absolute = (path: string): string => resolve(path.replace(/^~(?=$|\/)/, homedir()));

/** @returns the version of the release in the zip. @throws RELEASE_INVALID if it has none. */
async function zipVersion(file: string): Promise<string> {
  using archive = await ZipArchive.open(file);
  const { names, topFolder } = archive;
  const lib = `${topFolder}lib/`;
  const [version, ...others] = versionsOfJars(names.filter((name) => name.startsWith(lib)).map((name) => name.slice(lib.length)));
  if (version && others.length === 0) return version;
  throw new RmqdevError('RELEASE_INVALID', {
    what: `${file} is not a RocketMQ release`,
    why: version
      ? `its lib/ holds the jars of more than one release: ${[version, ...others].join(', ')}`
      : names.includes(`${topFolder}pom.xml`)
        ? 'it has the source code, not a build of it'
        : `it has no ${lib}rocketmq-broker-<version>.jar`,
    next: 'Give a rocketmq-all-<version>-bin-release.zip, a directory or a version',
  });
}
