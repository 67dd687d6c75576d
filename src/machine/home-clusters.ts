import { readdir, readFile } from 'node:fs/promises';
import { asError, RmqdevError } from '../base/errors.js';
import type { HomePaths } from '../base/paths.js';
import type { Profile } from '../profile/profile.js';
import type { NodePorts } from '../rocketmq/ports.js';
import { parsePropertyFile } from '../rocketmq/property-file.js';
import type { NodeRole } from '../rocketmq/releases.js';

export type HomeNode = {
  id: string;
  role: NodeRole;
  ports: NodePorts;
  release: string;
  folder: string;
  store: string;
  /** Of its last start. */
  properties: ReadonlyMap<string, string>;
};
/** `host`: which of its profile's hosts this machine is; `nodes` are those that run here. */
export type HomeCluster = { name: string; profile: Profile; host: string | undefined; nodes: readonly HomeNode[] };
export type BrokenState = { cluster: string; file: string; why: string };

/** The clusters of a home, from their files, for readers that must not start its daemon. */
export async function homeClusters(home: HomePaths): Promise<{ clusters: HomeCluster[]; broken: BrokenState[] }> {
  const names = await readdir(home.clusters).catch(() => []);
  const clusters: HomeCluster[] = [];
  const broken: BrokenState[] = [];
  for (const name of names.sort()) {
    const { state: file } = home.cluster(name);
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    try {
      const state = JSON.parse(text) as State;
      clusters.push({ name, profile: state.profile, host: state.host, nodes: await nodesOf(home, name, state) });
    } catch (error) {
      broken.push({ cluster: name, file, why: asError(error).message });
    }
  }
  return { clusters, broken };
}

/** @throws RmqdevError CLUSTER_NOT_FOUND */
export function clusterOf(clusters: readonly HomeCluster[], name: string): HomeCluster {
  const found = clusters.find((cluster) => cluster.name === name);
  if (found) return found;
  throw new RmqdevError('CLUSTER_NOT_FOUND', {
    what: `there is no cluster "${name}" that can be read`,
    why: clusters.length === 0 ? 'RMQDEV_HOME holds no cluster' : `there are ${clusters.map((cluster) => cluster.name).join(', ')}`,
    next: '`rmqdev ls` shows what is there',
  });
}

/** The parts of `cluster.json` that are read. */
type State = {
  profile: Profile;
  host?: string;
  nodes: Record<string, { assignment: { ports: NodePorts; release: { version: string } } }>;
};

async function nodesOf(home: HomePaths, cluster: string, { profile, host, nodes }: State): Promise<HomeNode[]> {
  const here = profile.nodes.filter((node) => host === undefined || node.host === host);
  return Promise.all(
    here.map(async ({ id, role }) => {
      const assignment = nodes[id]?.assignment;
      if (!assignment) throw new Error(`it has no assignment for ${id}`);
      const { root, store, config } = home.cluster(cluster).node(id);
      const properties = parsePropertyFile(await readFile(config, 'utf8').catch(() => ''));
      return { id, role, ports: assignment.ports, release: assignment.release.version, folder: root, store, properties };
    }),
  );
}
