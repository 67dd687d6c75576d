import { readFileSync } from 'node:fs';
import type { ClusterPaths } from '../base/paths.js';
import type { NodeProfile } from '../profile/profile.js';
import { PORT_OFFSETS } from '../rocketmq/ports.js';
import type { NodePorts } from './node-spec.js';

/** @returns what nodes listened on by the files of their last launch: for a cluster whose state is lost, so that its clients find it again. */
export function portsOnDisk(paths: ClusterPaths, nodes: readonly NodeProfile[]): Map<string, NodePorts> {
  return new Map(
    nodes.flatMap((node): [string, NodePorts][] => {
      const listen = listenPort(paths.node(node.id).config);
      if (listen === undefined) return [];
      const offsets = Object.entries(PORT_OFFSETS[node.role]).map(([name, offset]) => [name, listen + offset]);
      return [[node.id, Object.fromEntries(offsets) as NodePorts]];
    }),
  );
}

function listenPort(file: string): number | undefined {
  try {
    const port = Number(/^listenPort=(\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1]);
    return port > 0 && port < 65_536 ? port : undefined;
  } catch {
    return undefined;
  }
}
