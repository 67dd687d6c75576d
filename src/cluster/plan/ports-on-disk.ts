import { readFileSync } from 'node:fs';
import type { ClusterPaths } from '../../base/paths.js';
import type { NodeProfile } from '../../profile/profile.js';
import { socketsAt } from '../../rocketmq/ports.js';
import type { NodePorts } from '../spec/node-spec.js';

/** @returns the ports from the files of each node's last launch: for a cluster whose state is lost, so that its clients find it again. */
export function portsOnDisk(paths: ClusterPaths, nodes: readonly NodeProfile[]): Map<string, NodePorts> {
  return new Map(
    nodes.flatMap((node): [string, NodePorts][] => {
      const listen = listenPort(paths.node(node.id).config);
      return listen === undefined ? [] : [[node.id, socketsAt(node, listen)]];
    }),
  );
}

function listenPort(file: string): number | undefined {
  try {
    const port = Number(/^(?:listenPort|grpcServerPort|server\.port)=(\d+)$/m.exec(readFileSync(file, 'utf8'))?.[1]);
    return port > 0 && port < 65_536 ? port : undefined;
  } catch {
    return undefined;
  }
}
