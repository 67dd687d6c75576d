import type { NodePaths } from '../../base/paths.js';
import type { NodePorts } from '../../rocketmq/ports.js';

/** Where a node is: on which host, under which addresses and ports, in which folders. What it is says nothing of that. */
export type Placement = {
  /** The host that runs it, by its name in the profile; THIS_HOST while a profile names none. */
  host: string;
  ports: NodePorts;
  paths: NodePaths;
  /** What it is known as beyond its host: to clients (brokerIP1), and to those that copy from it (brokerIP2). */
  advertised: { clients: string; replication: string };
};

export type NodeSocket = keyof NodePorts;
/** Who looks at a node: rmqdev and the nodes beside it, clients, or the slaves of a broker. */
export type Viewer = 'host' | 'clients' | 'slaves';

export const THIS_HOST = 'this host';
/** Nobody but this file knows that nodes of one host find each other so. */
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
