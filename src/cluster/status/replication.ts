import type { NodeStatus } from '../../contract/status.js';
import { ACTING_MASTER_ID } from '../../remoting/namesrv-api.js';
import { isController } from '../roles/controller.js';
import { isElected, isMaster, isSlave, type NodeSpec } from '../spec/node-spec.js';

/** Which address every NameServer lists under which id: NameServer id → brokerName → brokerId → address. */
export type RouteView = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<number, string>>>;

export const NO_ROUTES: RouteView = new Map();

/** The answers of the nodes. */
export type Replicas = {
  routes: RouteView;
  /** Ends of commit logs. */
  offsets: ReadonlyMap<string, number>;
  /** Slaves whose commit log is longer than that of their master. */
  ahead: ReadonlySet<string>;
  /** Brokers of fixed pairs whose start has just proved that they replicate, and which cannot say more yet. */
  proved?: ReadonlySet<string>;
  /** The controller that leads. */
  leader?: string | undefined;
  /** The addresses that the controllers count as in sync, by brokerName. */
  syncStateSets?: ReadonlyMap<string, ReadonlySet<string>> | undefined;
};

type Replication = Pick<NodeStatus, 'inSync' | 'lagBytes'>;
const UNKNOWN: Replication = { inSync: null, lagBytes: null };

/** @returns how far the replicas of the brokerName of `spec` agree. */
export function replicationOf(
  spec: NodeSpec,
  specs: readonly NodeSpec[],
  { routes, offsets, ahead, proved, syncStateSets }: Replicas,
  isAskable: (spec: NodeSpec) => boolean,
): Replication {
  const partners = specs.filter((other) => other.brokerName !== null && other.brokerName === spec.brokerName && other.id !== spec.id);
  const isNow = (role: 'master' | 'slave') => (other: NodeSpec) => roleNow(other, routes) === role;
  const held = offsets.get(spec.id);
  const inSet = spec.election === 'controller' ? syncStateSets?.get(spec.brokerName ?? '') : undefined;
  if (proved?.has(spec.id)) return { inSync: true, lagBytes: isSlave(spec) ? 0 : null };
  if (isNow('slave')(spec)) {
    const master = partners.find(isNow('master'));
    const wanted = master && offsets.get(master.id);
    if (held === undefined || wanted === undefined) return UNKNOWN;
    if (ahead.has(spec.id)) return { inSync: false, lagBytes: wanted - held };
    const lagBytes = Math.max(0, wanted - held);
    if (inSet) return { inSync: inSet.has(spec.registeredAddress), lagBytes };
    return { inSync: lagBytes === 0, lagBytes };
  }
  // In an elected group, a replica that is down may have been a slave too.
  const slaves = partners.filter((other) => isElected(other) || isSlave(other));
  if (!isNow('master')(spec) || slaves.length === 0 || held === undefined) return UNKNOWN;
  if (inSet) return { inSync: slaves.some((slave) => inSet.has(slave.registeredAddress)), lagBytes: null };
  if (slaves.some(({ id }) => proved?.has(id))) return { inSync: true, lagBytes: null };
  const answers = slaves.map((slave) => (ahead.has(slave.id) ? -1 : offsets.get(slave.id)));
  if (answers.every((offset) => offset === undefined) && slaves.some(isAskable)) return UNKNOWN;
  return { inSync: answers.some((offset) => offset !== undefined && offset >= held), lagBytes: null };
}

/** The roles of a fixed pair are in its profile; those of a group that elects its master, only on the NameServers. */
export function roleNow(spec: NodeSpec, routes: RouteView): 'master' | 'slave' | null {
  if (isElected(spec)) return routedRole(spec, routes);
  if (isMaster(spec)) return 'master';
  return isSlave(spec) ? 'slave' : null;
}

/** The role that the NameServers give this node's address, in the words of its kind of group; for controllers, what they say themselves. */
export function liveRole({ routes, leader }: Replicas, spec: NodeSpec): NodeStatus['liveRole'] {
  if (isController(spec)) return leader === undefined ? null : leader === spec.id ? 'leader' : 'follower';
  const role = routedRole(spec, routes);
  if (spec.election !== 'dledger' || role === null) return role;
  return role === 'master' ? 'leader' : 'follower';
}

/** If the NameServers disagree, the first one counts. */
function routedRole(spec: NodeSpec, routes: RouteView): 'master' | 'slave' | null {
  for (const view of routes.values()) {
    for (const [id, address] of view.get(spec.brokerName ?? '') ?? []) {
      if (address === spec.registeredAddress) return id === 0 || (id === ACTING_MASTER_ID && isMaster(spec)) ? 'master' : 'slave';
    }
  }
  return null;
}
