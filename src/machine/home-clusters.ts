import { readdir, readFile } from 'node:fs/promises';
import { asError } from '../base/errors.js';
import type { HomePaths } from '../base/paths.js';
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
export type HomeCluster = { name: string; nodes: readonly HomeNode[] };
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
      clusters.push({ name, nodes: await nodesOf(home, name, JSON.parse(text) as State) });
    } catch (error) {
      broken.push({ cluster: name, file, why: asError(error).message });
    }
  }
  return { clusters, broken };
}

/** The parts of `cluster.json` that are read. */
type State = {
  profile: { nodes: { id: string; role: NodeRole }[] };
  nodes: Record<string, { assignment: { ports: NodePorts; release: { version: string } } }>;
};

async function nodesOf(home: HomePaths, cluster: string, { profile, nodes }: State): Promise<HomeNode[]> {
  return Promise.all(
    profile.nodes.map(async ({ id, role }) => {
      const assignment = nodes[id]?.assignment;
      if (!assignment) throw new Error(`it has no assignment for ${id}`);
      const { root, store, config } = home.cluster(cluster).node(id);
      const properties = parsePropertyFile(await readFile(config, 'utf8').catch(() => ''));
      return { id, role, ports: assignment.ports, release: assignment.release.version, folder: root, store, properties };
    }),
  );
}
