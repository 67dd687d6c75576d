import { portDomains } from '../profile/host-checks.js';
import type { NodeProfile, Profile } from '../profile/profile.js';
import { FIRST_PORT, type NodePorts, PORT_STEP, socketsAt } from '../rocketmq/ports.js';
import { allOf } from './allot-ports.js';

/**
 * The sockets of a cluster that runs on several hosts. Each host works them out alone, so they depend on the profile and on nothing else:
 * first the wishes of the profile, then for each node the first ports of its role that no other node of its host has, nor one that is
 * reached at the same address.
 */
export function fixedPorts({ nodes }: Pick<Profile, 'nodes'>): ReadonlyMap<string, NodePorts> {
  const taken = new Set<string>();
  const keysOf = (node: NodeProfile, ports: NodePorts) =>
    portDomains(node).flatMap((domain) => allOf(ports).map((port) => `${domain} ${port}`));
  const place = (node: NodeProfile): [string, NodePorts] => {
    let listen = node.listenPort ?? FIRST_PORT[node.role];
    if (node.listenPort === undefined) {
      while (keysOf(node, socketsAt(node, listen)).some((key) => taken.has(key))) listen += PORT_STEP[node.role];
    }
    const ports = socketsAt(node, listen);
    for (const key of keysOf(node, ports)) taken.add(key);
    return [node.id, ports];
  };
  const isWished = ({ listenPort }: NodeProfile) => listenPort !== undefined;
  return new Map([...nodes.filter(isWished), ...nodes.filter((node) => !isWished(node))].map(place));
}
