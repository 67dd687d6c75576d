import type { Clock } from '../../base/clock.js';
import type { HopFacts } from '../../diagnose/reach/hops.js';
import { type PortRow, portTable } from '../../diagnose/reach/port-table.js';
import { hopFacts } from '../../machine/ask-sockets.js';
import type { HomeCluster } from '../../machine/home-clusters.js';
import { ownHosts } from '../../machine/own-hosts.js';
import { ownInterfaces } from '../../machine/reach.js';
import { clusterNameOf } from '../../profile/find-profile.js';
import type { Profile } from '../../profile/profile.js';
import { reachNodes } from '../ports/reach-nodes.js';
import { hostHere } from './host-here.js';

export type HopsRequest = {
  profile: Profile;
  clusters: readonly HomeCluster[];
  /** To try instead of what the nodes of this machine advertise; empty: what the profile says. */
  address: string;
  /** Nodes of it run on this machine. */
  isRunning: boolean;
  clock: Clock;
};

/** @returns what answers at every port of a profile. An address alone is no question about ports while nothing of it runs here. */
export async function hopsOf({ profile, clusters, address, isRunning, clock }: HopsRequest): Promise<HopFacts[]> {
  if (address !== '' && !isRunning) return [];
  const interfaces = ownInterfaces();
  const cluster = clusterNameOf(profile);
  const [existing, others] = [clusters.find(({ name }) => name === cluster), clusters.filter(({ name }) => name !== cluster)];
  const isHereHost = hostHere(existing, await ownHosts(profile.hosts ?? [], interfaces));
  const found = await reachNodes({ profile, existing, others, interfaces });
  const tried = { clients: address, replication: address };
  const nodes = found.map((node) => (address !== '' && isHereHost(node.host) ? { ...node, advertise: tried } : node));
  // A port that only certain hosts use is no business of the others, which may not reach it.
  const mine = new Set([...interfaces, ...(profile.hosts ?? []).filter(({ name }) => isHereHost(name))].map((own) => own.address));
  const isUser = ({ from }: PortRow) => from === null || from.some((user) => mine.has(user));
  const rows = portTable(nodes).filter((row) => isHereHost(row.host) || (address === '' && isUser(row)));
  const stores = new Map(existing?.nodes.map(({ id, store }) => [id, store]));
  const facts = await hopFacts({ profile, nodes, rows, stores, isHere: ({ host }) => isHereHost(host), interfaces, clock });
  return address === '' ? facts : facts.map(asTrial);
}

/** An address that is only tried is not what the node tells its clients. */
const asTrial = (facts: HopFacts): HopFacts => (facts.atPublic.kind === 'ours' ? { ...facts, atPublic: { kind: 'ours' } } : facts);
