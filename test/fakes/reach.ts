import { fixedPorts } from '../../src/diagnose/fixed-ports.js';
import type { ReachNode } from '../../src/diagnose/reach/port-table.js';
import type { NodeProfile } from '../../src/profile/profile.js';
import { nodeProfile } from './cluster.js';

const HOSTS: Readonly<Record<string, { address: string; public?: string }>> = {
  one: { address: '202.199.6.118' },
  vm1: { address: '192.168.107.128', public: '219.216.64.216' },
  vm2: { address: '192.168.107.129', public: '219.216.64.216' },
  vm3: { address: '192.168.107.130', public: '219.216.64.216' },
};

/** Nodes on hosts as in the article about NAT: one has a public address of its own, the virtual machines share one. */
export function onHosts(placed: readonly [host: string, id: string, more?: Partial<NodeProfile>][]): ReachNode[] {
  const nodes = placed.map(([host, id, more]) => {
    const { address, public: outside = address } = HOSTS[host] ?? { address: host };
    return { ...nodeProfile(id, { host, advertise: { clients: outside, replication: address }, ...more }), ownAddress: address };
  });
  return withPorts(nodes);
}

/** The article's cluster, with its ports. */
export const ofTheArticle = (): ReachNode[] =>
  onHosts([
    ['one', 'namesrv-1'],
    ['vm1', 'namesrv-2'],
    ['one', 'broker-a', { listenPort: 10_911 }],
    ['vm1', 'broker-a-s', { listenPort: 11_913 }],
    ['vm2', 'broker-b', { listenPort: 10_911 }],
    ['vm3', 'broker-b-s', { listenPort: 12_915 }],
  ]);

/** Nodes of one machine that advertises `address`. */
export const onOneMachine = (ids: readonly string[], address = '192.168.1.20', own = address): ReachNode[] =>
  withPorts(ids.map((id) => ({ ...nodeProfile(id, { advertise: { clients: address, replication: own } }), ownAddress: own })));

function withPorts(nodes: readonly (NodeProfile & { ownAddress: string })[]): ReachNode[] {
  const ports = fixedPorts({ nodes });
  return nodes.map((node) => ({ ...node, ports: ports.get(node.id) as ReachNode['ports'] }));
}
