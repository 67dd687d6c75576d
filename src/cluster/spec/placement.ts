import type { NodePaths } from '../../base/paths.js';
import type { NodePorts } from '../../rocketmq/ports.js';

/** Where a node is: on which host, under which addresses and ports, in which folders. This does not depend on what it is. */
export type Placement = {
  /** The host that runs it, by its name in the profile; THIS_HOST while a profile names none. */
  host: string;
  /** Another host runs it: another daemon supervises it, and it is only seen over the network. */
  isElsewhere: boolean;
  ports: NodePorts;
  paths: NodePaths;
  /** Its address for others, also on other hosts: for clients (brokerIP1), and for nodes that copy from it (brokerIP2). */
  advertised: { clients: string; replication: string };
  /** Its address for the other nodes if they share a network that clients are not in, such as containers; else loopback or `advertised`. */
  inside?: string;
};

export type NodeSocket = keyof NodePorts;
/**
 * Who looks at a node: rmqdev on this host and the nodes that it starts here; clients; the slaves of a broker; or the other voters of an
 * election (DLedger peers, controllers), which must all know it under the same address.
 */
export type Viewer = 'host' | 'clients' | 'slaves' | 'voters';

export const THIS_HOST = 'this host';
/** Only this file knows that nodes on one host find each other this way. */
const LOOPBACK = '127.0.0.1';

/** @returns the name or address under which `seenBy` finds the host of `target`. */
export function hostOf({ host, isElsewhere, advertised, inside }: Seen, seenBy: Viewer): string {
  switch (seenBy) {
    case 'clients':
      return advertised.clients;
    case 'slaves':
      return advertised.replication;
    case 'voters':
      return host === THIS_HOST ? LOOPBACK : advertised.replication;
    default:
      return inside ?? (isElsewhere ? advertised.clients : LOOPBACK);
  }
}

type Seen = Pick<Placement, 'host' | 'isElsewhere' | 'advertised' | 'inside'>;
export type Reachable = Seen & Pick<Placement, 'ports'>;

/** @returns `host:port` of a socket of `target`, as `seenBy` finds it. */
export function addressOf(target: Reachable, seenBy: Viewer, socket: NodeSocket = 'listen'): string {
  return `${hostOf(target, seenBy)}:${target.ports[socket]}`;
}
