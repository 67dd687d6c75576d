import { readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import { findJdk } from '../../install/jdk.js';
import { listReleases } from '../../install/list-releases.js';
import { mavenArtifacts } from '../../install/maven-artifacts.js';
import { readReleaseHome } from '../../install/release-home.js';
import { resolveRelease } from '../../install/resolve-release.js';
import type { NodeProfile, Profile, Role } from '../../profile/profile.js';
import { jdkSuitability } from '../../rocketmq/jvm-flags.js';
import {
  DEFAULT_RELEASE,
  type ElectionMode,
  isReleaseRole,
  nearestRelease,
  releaseTraits,
  SUPPORTED_RELEASES,
} from '../../rocketmq/releases.js';
import type { Cluster } from '../cluster.js';
import type { JarRef, JdkRef, ReleaseRef } from '../spec/node-spec.js';
import type { PlanRequest } from './plan-request.js';

/** Sources of a release that this command has just installed. */
const FETCHED: ReadonlySet<string> = new Set(['apache', 'maven', 'zip']);

/** @returns each node's release, installed if it must be. @throws RmqdevError with many codes */
export async function resolveReleases(cluster: Cluster, request: PlanRequest, notices: string[]): Promise<Map<string, ReleaseRef>> {
  const found = new Map<string, ReleaseRef>();
  const result = new Map<string, ReleaseRef>();
  for (const node of request.profile.nodes) {
    const wanted = node.rocketmq ?? request.profile.rocketmq;
    const key = wanted ?? '';
    const release = found.get(key) ?? (await withRealHome(await resolveOne(cluster, request, wanted, notices)));
    found.set(key, release);
    result.set(node.id, release);
  }
  return result;
}

/** Paths relative to a release must not lead through a link: RocketMQ up to 5.2 looks for its accounts there, and the system follows the link before `..`. */
async function withRealHome(release: ReleaseRef): Promise<ReleaseRef> {
  return { ...release, home: await realpath(release.home).catch(() => release.home) };
}

async function resolveOne(cluster: Cluster, request: PlanRequest, wanted: string | undefined, notices: string[]): Promise<ReleaseRef> {
  const { world } = cluster;
  if (!request.mayInstall) return peekRelease(cluster, request, wanted, notices);
  const release = await resolveRelease(
    { wanted, rocketmqHome: request.caller.ROCKETMQ_HOME, from: request.from },
    {
      paths: world.home,
      knownVersions: SUPPORTED_RELEASES,
      defaultVersion: DEFAULT_RELEASE,
      report: (progress) => {
        if (progress.kind === 'notice') notices.push(progress.message);
        else if (progress.kind !== 'done' || FETCHED.has(progress.source)) request.report(wanted ?? DEFAULT_RELEASE, progress);
      },
      signal: request.signal,
      env: { ...world.env, ...(request.caller.PATH ? { PATH: request.caller.PATH } : {}) },
      clock: world.clock,
    },
  );
  if (release.source === 'rocketmq-home') notices.push(`RocketMQ ${release.version} comes from ROCKETMQ_HOME: ${release.home}`);
  return { home: release.home, version: release.version, source: release.source };
}

/** What `resolveRelease` would find, without downloading or unpacking anything: for --dry-run. */
async function peekRelease(
  { world }: Cluster,
  { caller }: PlanRequest,
  wanted: string | undefined,
  notices: string[],
): Promise<ReleaseRef> {
  const path = wanted?.includes('/') ? wanted : undefined;
  if (path && !path.endsWith('.zip')) return { ...(await readReleaseHome(path)), source: 'directory' };
  const own = caller.ROCKETMQ_HOME === undefined || path ? undefined : await readReleaseHome(caller.ROCKETMQ_HOME).catch(() => undefined);
  if (own && (wanted === undefined || wanted === own.version)) return { home: own.home, version: own.version, source: 'rocketmq-home' };
  const version = path ? (/\d+\.\d+\.\d+/.exec(basename(path))?.[0] ?? DEFAULT_RELEASE) : (wanted ?? DEFAULT_RELEASE);
  refuseUnknownRelease(version);
  const installed = path ? undefined : (await listReleases(world.home)).find((release) => release.version === version);
  if (installed) return { home: installed.home, version, source: 'installed' };
  const near = isSupported(version) ? undefined : nearestRelease(version, SUPPORTED_RELEASES);
  const untested = `, if it exists: rmqdev is not tested with it; the nearest release that it is tested with is ${near}`;
  notices.push(`RocketMQ ${version} is not installed; \`up\` would install it${near === undefined ? '' : untested}`);
  return { home: join(world.home.releases, version), version, source: 'to be installed' };
}

const isSupported = (version: string): boolean => (SUPPORTED_RELEASES as readonly string[]).includes(version);

/** @throws RmqdevError RELEASE_UNKNOWN */
export function refuseUnknownRelease(version: string): void {
  if (isSupported(version) || /^[45]\.\d+\.\d+$/.test(version)) return;
  const near = nearestRelease(version, SUPPORTED_RELEASES);
  throw new RmqdevError('RELEASE_UNKNOWN', {
    what: `RocketMQ ${version} is not a release that rmqdev can run`,
    why: `supported are ${SUPPORTED_RELEASES.join(', ')}`,
    next: near ? `Did you mean --rocketmq ${near}?` : `Choose one of them, such as --rocketmq ${DEFAULT_RELEASE}`,
  });
}

/** Reports a missing JDK before anything is downloaded. */
export async function requireJdks(cluster: Cluster, request: PlanRequest): Promise<void> {
  const wishes = new Set(request.profile.nodes.map((node) => node.java ?? request.profile.java));
  for (const wanted of wishes) await findJdk({ wanted, ...callerOf(cluster, request) });
}

function callerOf(
  cluster: Cluster,
  { caller }: PlanRequest,
): { env: { PATH: string | undefined; JAVA_HOME: string | undefined }; home: string } {
  return { env: { PATH: caller.PATH, JAVA_HOME: caller.JAVA_HOME }, home: caller.HOME ?? cluster.world.env.HOME ?? '' };
}

/** What the nodes run, by their ids: each has a release, and a dashboard also its jar. */
export type Programs = { releases: ReadonlyMap<string, ReleaseRef>; jars: ReadonlyMap<string, JarRef> };

/** @returns each node's JDK: the same one for the same wish and program. @throws RmqdevError JAVA_NOT_FOUND, JAVA_UNSUITABLE */
export async function resolveJdks(
  cluster: Cluster,
  request: PlanRequest,
  { releases, jars }: Programs,
  notices: string[],
): Promise<Map<string, JdkRef>> {
  const result = new Map<string, JdkRef>();
  const found = new Map<string, JdkRef>();
  for (const node of request.profile.nodes) {
    const jar = jars.get(node.id);
    if (jar) {
      result.set(node.id, await jdkForJar(cluster, request, node, jar));
      continue;
    }
    const wanted = node.java ?? request.profile.java;
    const { version } = releases.get(node.id) as ReleaseRef;
    const key = `${wanted ?? ''} ${version}`;
    let jdk = found.get(key);
    if (!jdk) {
      const { home, java, major, version: javaVersion } = await findJdk({ wanted, ...callerOf(cluster, request), release: version });
      jdk = { home, java, major, version: javaVersion };
      found.set(key, jdk);
      const fit = jdkSuitability(version, major);
      if (!fit.ok) {
        throw new RmqdevError('JAVA_UNSUITABLE', {
          what: `RocketMQ ${version} cannot run on JDK ${javaVersion} (${home})`,
          why: fit.why,
          next: 'Choose another one: --java 17, or --java <home of a JDK>',
        });
      }
      if (fit.warning) notices.push(fit.warning);
    }
    result.set(node.id, jdk);
  }
  return result;
}

/**
 * A JDK that can run `jar`. If the profile's JDK for all nodes is too old for it, another one is taken: that wish was about RocketMQ.
 * @throws RmqdevError JAVA_NOT_FOUND, JAVA_UNSUITABLE
 */
async function jdkForJar(cluster: Cluster, request: PlanRequest, { id, java: own }: NodeProfile, jar: JarRef): Promise<JdkRef> {
  const forAll = request.profile.java;
  const program = { title: jar.title, java: jar.java };
  const find = (wanted: string | undefined) => findJdk({ wanted, ...callerOf(cluster, request), program });
  const wished = await find(own ?? forAll);
  const found = wished.major < jar.java && (own ?? forAll) === forAll ? await find(undefined) : wished;
  const { home, java, major, version } = found;
  if (major >= jar.java) return { home, java, major, version };
  throw new RmqdevError('JAVA_UNSUITABLE', {
    what: `${id} cannot run on JDK ${version} (${home})`,
    why: `${jar.title} (${jar.path}) was compiled for Java ${jar.java}`,
    next: `Choose another one: --set ${id}.java=${jar.java}, or the home of a JDK ${jar.java} or later`,
  });
}

export function refuseUnsupportedPlatform(releases: ReadonlyMap<string, ReleaseRef>): void {
  for (const { version } of releases.values()) {
    const row = releaseTraits(version).unsupportedPlatforms.find(
      ({ platform, arch }) => platform === process.platform && arch === process.arch,
    );
    if (!row) continue;
    throw new RmqdevError('UNSUPPORTED', {
      what: `a broker of RocketMQ ${version} cannot run on this machine (${row.platform}, ${row.arch})`,
      why: row.why,
      next: `Choose another release, such as --rocketmq ${DEFAULT_RELEASE}`,
    });
  }
}

/** @returns each node's version, if the profile alone says it, without a look at a release. */
export function namedVersions({ nodes, rocketmq }: Profile): Map<string, string> {
  return new Map(
    nodes.flatMap((node): [string, string][] => {
      const wanted = node.rocketmq ?? rocketmq;
      return wanted !== undefined && /^\d+\.\d+\.\d+$/.test(wanted) ? [[node.id, wanted]] : [];
    }),
  );
}

/**
 * A release that lacks a kind of node, or a kind of election, would ignore the keys and run something else.
 * @param versions of nodes; a node that is missing there is not checked
 * @throws RmqdevError UNSUPPORTED
 */
export function refuseUnsupportedTopology({ name, nodes }: Profile, versions: ReadonlyMap<string, string>): void {
  for (const { id, role, election } of nodes) {
    const version = versions.get(id);
    if (version === undefined || !isReleaseRole(role)) continue;
    const traits = releaseTraits(version);
    const lacksRole = !traits.roles.includes(role);
    const lacksElection = election !== undefined && !traits.elections.includes(election);
    if (!lacksRole && !lacksElection) continue;
    const fitting = SUPPORTED_RELEASES.filter((release) => {
      const { roles, elections } = releaseTraits(release);
      return lacksRole ? roles.includes(role) : elections.includes(election as ElectionMode);
    });
    throw new RmqdevError('UNSUPPORTED', {
      what: `profile ${name} cannot run on RocketMQ ${version}`,
      why: lacksRole
        ? `${id} is a ${role}, which this release does not have; the first tested one that has it is ${fitting[0]}`
        : `${id} has replication: ${election}, which this release does not know; the first tested one that does is ${fitting[0]}`,
      next: `Choose one of ${fitting.join(', ')}, such as --rocketmq ${fitting.at(-1)}`,
    });
  }
}

/** The roles whose classes a release may lack; every release has the others. */
const SEPARATE_MODULES: readonly Role[] = ['proxy'];

/** What to do if the folder is the user's own: rmqdev did not make it and would not install it again. */
const OWN_FOLDER: Readonly<Record<string, (profile: string, version: string) => string>> = {
  directory: (profile, version) => `Name a whole one, or the version alone: \`rmqdev up ${profile} --rocketmq ${version}\` installs it`,
  'rocketmq-home': (profile, version) => `Run \`unset ROCKETMQ_HOME\`; \`rmqdev up ${profile} --rocketmq ${version}\` then installs it`,
};

/**
 * A release that was made from published artifacts may lack the classes of a role that the complete release has. Skips a release that is
 * not installed yet. @throws RmqdevError UNSUPPORTED if they were never published, RELEASE_INVALID if they were
 */
export async function refuseMissingModules({ name, nodes }: Profile, releases: ReadonlyMap<string, ReleaseRef>): Promise<void> {
  for (const { id, role } of nodes.filter((node) => SEPARATE_MODULES.includes(node.role))) {
    const { home, version, source } = releases.get(id) as ReleaseRef;
    const jars = await readdir(join(home, 'lib')).catch(() => undefined);
    const module = `rocketmq-${role}`;
    if (!jars || jars.some((jar) => jar.startsWith(`${module}-`))) continue;
    const what = `${id} of profile ${name} cannot run on the RocketMQ ${version} in ${home}`;
    const missing = `${module}-${version}.jar is not in its lib/`;
    if (mavenArtifacts(version).includes(module)) {
      throw new RmqdevError('RELEASE_INVALID', {
        what,
        why: `${missing}, though Maven has it: the folder was made by hand, or something was taken out of it`,
        next:
          OWN_FOLDER[source]?.(name, version) ??
          `Move it away (\`mv ${home} ${home}.old\`) and run the command again: it is then installed again`,
      });
    }
    throw new RmqdevError('UNSUPPORTED', {
      what,
      why: `${missing}: it was made of the artifacts on Maven, where ${module} ${version} was never published`,
      next: `Get rocketmq-all-${version}-bin-release.zip and name it: \`rmqdev up ${name} --rocketmq <folder>/rocketmq-all-${version}-bin-release.zip\`; or take another release, such as --rocketmq ${DEFAULT_RELEASE}`,
    });
  }
}
