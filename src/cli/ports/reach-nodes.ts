import { isLoopback } from '../../base/loopback.js';
import { type Interface, usableInterfaces } from '../../diagnose/preflight/advertise.js';
import type { ReachNode } from '../../diagnose/reach/port-table.js';
import type { HomeCluster } from '../../machine/home-clusters.js';
import type { Profile } from '../../profile/profile.js';
import type { NodePorts } from '../../rocketmq/ports.js';
import { portsOfProfile } from '../doctor/plan-of-profile.js';

export type ReachRequest = {
  profile: Profile;
  /** The cluster of that profile, if there is one; of an existing cluster itself, its profile is the one that it has. */
  existing: HomeCluster | undefined;
  others: readonly HomeCluster[];
  interfaces: readonly Interface[];
};

/** @returns the nodes of a profile or of a cluster, where others look for them and where they are. */
export async function reachNodes({ profile, existing, others, interfaces }: ReachRequest): Promise<ReachNode[]> {
  const ports = await portsOfProfile(profile, { existing, others, running: new Set(existing?.nodes.map(({ id }) => id)) });
  const addressOf = new Map(profile.hosts?.map(({ name, address }) => [name, address]));
  return profile.nodes.map((node) => ({
    ...node,
    ports: ports.get(node.id) as NodePorts,
    ownAddress: (node.host === undefined ? undefined : addressOf.get(node.host)) ?? ownAddress(node.advertise, interfaces),
  }));
}

/** Everything runs on this machine. Behind NAT it is at the address with which this machine goes out, most likely. */
function ownAddress({ clients, replication }: Profile['advertise'], interfaces: readonly Interface[]): string {
  const own = [clients, replication].find((address) => isLoopback(address) || interfaces.some((each) => each.address === address));
  return own ?? usableInterfaces(interfaces)[0]?.address ?? clients;
}
