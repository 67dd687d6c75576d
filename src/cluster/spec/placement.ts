import type { NodePaths } from '../../base/paths.js';
import type { NodePorts } from '../../rocketmq/ports.js';

/** Where a node is: on which host, under which addresses and ports, in which folders. This does not depend on what it is. */
export type Placement = {
  /** The host that runs it, by its name in the profile; THIS_HOST while a profile names none. */
  host: string;
  ports: NodePorts;
  paths: NodePaths;
  /** Its address for others, also on other hosts: for clients (brokerIP1), and for nodes that copy from it (brokerIP2). */
  advertised: { clients: string; replication: string };
};

export type NodeSocket = keyof NodePorts;
/** Who looks at a node: rmqdev and the nodes on the same host, clients, or the slaves of a broker. */
export type Viewer = 'host' | 'clients' | 'slaves';

export const THIS_HOST = 'this host';
/** Only this file knows that nodes on one host find each other this way. */
const LOOPBACK = '127.0.0.1';

/** @returns the name or address under which `seenBy` finds the host of `target`. */
export function hostOf(target: Pick<Placement, 'advertised'>, seenBy: Viewer): string {
  if (seenBy === 'clients') return target.advertised.clients;
  return seenBy === 'slaves' ? target.advertised.replication : LOOPBACK;
}

/** @returns `host:port` of a socket of `target`, as `seenBy` finds it. */
export function addressOf(target: Pick<Placement, 'advertised' | 'ports'>, seenBy: Viewer, socket: NodeSocket = 'listen'): string {
  return `${hostOf(target, seenBy)}:${target.ports[socket]}`;
}
