import { basename } from 'node:path';
import type { HomePaths } from '../../base/paths.js';
import { allOf, allotPorts } from '../../diagnose/allot-ports.js';
import { fixedPorts } from '../../diagnose/fixed-ports.js';
import type { PreflightNode, PreflightPlan } from '../../diagnose/preflight/plan.js';
import type { WantedPorts } from '../../diagnose/preflight/ports.js';
import { readReleaseHome } from '../../install/release-home.js';
import type { HomeCluster } from '../../machine/home-clusters.js';
import { clusterNameOf } from '../../profile/find-profile.js';
import type { NodeProfile, Profile } from '../../profile/profile.js';
import { defaultHeapBytes, nodeMemoryEstimateBytes } from '../../rocketmq/jvm-flags.js';
import type { NodePorts } from '../../rocketmq/ports.js';
import { DEFAULT_RELEASE } from '../../rocketmq/releases.js';

/** The release that `up` of a profile would take. `home` is undefined if it must be installed first, or if only the list of installed releases knows it. */
export type WantedRelease = { version: string; home: string | undefined };

/** @throws RmqdevError RELEASE_INVALID if `wish` is a folder that is not a release */
export async function wantedRelease(wish: string | undefined, rocketmqHome: string | undefined): Promise<WantedRelease> {
  if (wish?.endsWith('.zip')) return { version: /\d+\.\d+\.\d+/.exec(basename(wish))?.[0] ?? DEFAULT_RELEASE, home: undefined };
  if (wish?.includes('/')) return readReleaseHome(wish);
  const own = rocketmqHome === undefined ? undefined : await readReleaseHome(rocketmqHome).catch(() => undefined);
  if (own && (wish === undefined || wish === own.version)) return own;
  return { version: wish ?? DEFAULT_RELEASE, home: undefined };
}

/** What `up` of a profile would start in addition to what runs already. @param existing the cluster of that name */
export function planOfProfile(
  profile: Profile,
  {
    version,
    home,
    existing,
    isAlive,
  }: { version: string; home: HomePaths; existing: HomeCluster | undefined; isAlive: (folder: string) => boolean },
): PreflightPlan {
  const node = ({ id, role, rocketmq, heapBytes, jvm, properties }: NodeProfile): PreflightNode => {
    const release = rocketmq && !rocketmq.includes('/') ? rocketmq : version;
    const { root, store } = home.cluster(clusterNameOf(profile)).node(id);
    return {
      id,
      role,
      release,
      releaseBefore: existing?.nodes.find((each) => each.id === id)?.release,
      memoryBytes: nodeMemoryEstimateBytes(release, role, heapBytes ?? defaultHeapBytes(release, role)),
      jvm,
      store,
      properties: new Map(Object.entries(properties)),
      change: isAlive(root) ? 'none' : 'start',
    };
  };
  return { cluster: clusterNameOf(profile), home: home.root, nodes: profile.nodes.map(node) };
}

/** The clusters beside a profile: the one of its name, and the others of the home. */
export type Neighbours = { existing: HomeCluster | undefined; others: readonly HomeCluster[]; running: ReadonlySet<string> };

/** @returns the ports that the nodes of a profile have, or would get if no other program used any. */
export async function portsOfProfile(profile: Profile, { existing, others, running }: Neighbours): Promise<ReadonlyMap<string, NodePorts>> {
  if (profile.hosts) return fixedPorts(profile);
  const { ports } = await allotPorts(
    { nodes: profile.nodes, kept: new Map(existing?.nodes.map((node) => [node.id, node.ports])), running, debug: false, strict: undefined },
    { holderOf: async () => undefined, reserved: new Set(others.flatMap((other) => other.nodes.flatMap((node) => allOf(node.ports)))) },
  );
  return ports;
}

/** The ports that nodes which do not run would get if no other program used any. */
export async function wantedPorts(profile: Profile, neighbours: Neighbours): Promise<WantedPorts[]> {
  const ports = await portsOfProfile(profile, neighbours);
  return profile.nodes
    .filter(({ id }) => !neighbours.running.has(id))
    .map(({ id, role }) => ({ node: id, role, ports: { ...(ports.get(id) as NodePorts) } }));
}

/** @returns the nodes of a cluster of this home as they are on the disk, to look at their stores. */
export function planOfCluster({ name, nodes }: HomeCluster, home: HomePaths, isAlive: (folder: string) => boolean): PreflightPlan {
  return {
    cluster: name,
    home: home.root,
    nodes: nodes.map(({ id, role, release, folder, store, properties }) => ({
      id,
      role,
      release,
      releaseBefore: release,
      memoryBytes: 0,
      jvm: [],
      store,
      properties,
      change: isAlive(folder) ? 'none' : 'start',
    })),
  };
}
