import { getBrokerConfig, getMaxOffset, updateBrokerConfig } from '../../../remoting/broker-api.js';
import { ACTING_MASTER_ID, brokerAddresses, getTopicRoute } from '../../../remoting/namesrv-api.js';
import { devProperties } from '../../../rocketmq/dev-properties.js';
import { releaseTraits } from '../../../rocketmq/releases.js';
import { accessControlLines } from '../../spec/access-control.js';
import { type ConfigLine, isElected, isMaster, isSlave, type NodeSpec } from '../../spec/node-spec.js';
import { brokerClosed } from '../clean-end.js';
import { controllerModeLines } from '../controller.js';
import { type Need, type NodeDraft, needs, overlay, probe, type RoleContext, type RoleDefinition } from '../role.js';
import { dledgerLines } from './dledger.js';
import { electedStartup, hasRole, unled } from './elected-startup.js';
import { brokerStartup } from './fixed-startup.js';

/** Source: common/.../constant/PermName.java */
const READ_AND_WRITE = '6';
const NUDGE_AGAIN_MS = 2_000;

export const brokerRole: RoleDefinition = {
  mainClass: 'org.apache.rocketmq.broker.BrokerStartup',
  config: brokerConfig,
  startsAfter,
  milestones: [
    { label: 'brokers', until: 'answering' },
    { label: 'in sync', until: 'ready' },
  ],
  // Slaves and masters end side by side: waiting for the slaves first doubles the time and saves nothing, their stores are closed apart.
  stopsAfter: ['proxy'],
  restartRank: (node, leadsItsGroup) => (isSlave(node) ? 1 : isMaster(node) ? 4 : leadsItsGroup ? 3 : 2),
  startup: (node, context) => (isElected(node) ? electedStartup(node, context) : brokerStartup(node, context)),
  readiness: (node, context) => {
    const nudge = registrationNudge(node, context, NUDGE_AGAIN_MS);
    return probe(async (signal) => {
      await answers(node, context, signal);
      const missing = isElected(node) ? await unled(node, context, signal) : await unregistered(node, context, signal);
      // Before its election a replica has no id to register under.
      if (missing && isElected(node) && !(await hasRole(node, context, signal))) return missing;
      // A NameServer that was restarted would know this broker only after registerNameServerPeriod.
      if (missing) await nudge(signal);
      return missing;
    });
  },
  endedCleanly: brokerClosed,
  liveness: (node, context) =>
    probe(async (signal) => {
      await answers(node, context, signal);
      return undefined;
    }),
};

/**
 * NameServers and controllers first: a broker that finds none asks again only after 5 to 10 s. Then masters before slaves, or all at once, as the
 * releases want.
 */
function startsAfter(node: NodeSpec, started: readonly NodeSpec[]): Need[] {
  const brokers = started.filter(({ role }) => role === 'broker');
  const inTurn = isSlave(node) && brokers.some(({ release }) => releaseTraits(release.version).startOrder !== 'together');
  const masters = inTurn ? brokers.filter((other) => !isSlave(other)) : [];
  return [...needs(started, ['namesrv', 'controller'], 'ready'), ...masters.map(({ id }): Need => ({ id, until: 'answering' }))];
}

/**
 * @returns a function that makes the broker register with every NameServer at once, not more often than each `everyMs`:
 * an UPDATE_BROKER_CONFIG that sets the permission it has. It also rewrites the running copy of its file.
 * Source: broker/.../processor/AdminBrokerProcessor.java updateBrokerConfig; measured.
 */
export function registrationNudge(
  node: NodeSpec,
  { remoting, clock }: RoleContext,
  everyMs: number,
): (signal: AbortSignal) => Promise<void> {
  let last: number | undefined;
  return async (signal) => {
    const now = clock.monotonicMs();
    if (last !== undefined && now - last < everyMs) return;
    last = now;
    // Whoever changed it since, such as with mqadmin, meant it.
    const brokerPermission = (await getBrokerConfig(remoting, node.localAddress, signal)).get('brokerPermission') ?? READ_AND_WRITE;
    await updateBrokerConfig(remoting, node.localAddress, { brokerPermission }, signal);
  };
}

/**
 * Alive is a broker that answers GET_MAX_OFFSET for its own topic. Not GET_BROKER_RUNTIME_INFO: while a commit log is shorter than
 * two messages of maxMessageSize, each one leaves a WARN `selectMappedBuffer request pos invalid` in store.log.
 * Source: store/.../DefaultMessageStore.java getEarliestMessageTime; measured.
 */
export async function answers(node: NodeSpec, context: RoleContext, signal: AbortSignal): Promise<void> {
  await getMaxOffset(context.remoting, node.localAddress, { topic: node.brokerName as string, queueId: 0 }, signal);
}

/** @returns the NameServers of the node's configuration that must answer now. */
export function namesrvsOf(node: NodeSpec, { peers, isExpected }: RoleContext): NodeSpec[] {
  return peers().filter((peer) => peer.role === 'namesrv' && node.namesrvAddrs.includes(peer.localAddress) && isExpected(peer.id));
}

/**
 * @returns why the node does not count as registered: every NameServer of its configuration that lives must list its address under its id,
 * in the route of the topic that carries its brokerName. Source: broker/.../topic/TopicConfigManager.java
 */
export async function unregistered(node: NodeSpec, context: RoleContext, signal: AbortSignal): Promise<string | undefined> {
  const namesrvs = namesrvsOf(node, context);
  if (namesrvs.length === 0) return 'no NameServer of the cluster runs';
  const reasons = await Promise.all(
    namesrvs.map(async (namesrv) => {
      const route = await getTopicRoute(context.remoting, namesrv.localAddress, node.brokerName as string, signal);
      const addresses = brokerAddresses(route, node.brokerName as string);
      const ids = [node.brokerId as number, ACTING_MASTER_ID];
      if (ids.some((id) => addresses.get(id) === node.registeredAddress)) return undefined;
      return `not registered with ${namesrv.id} (${namesrv.localAddress})`;
    }),
  );
  return reasons.find((reason) => reason !== undefined);
}

function brokerConfig(draft: NodeDraft, all: readonly NodeDraft[]): ConfigLine[] {
  const slave = isSlave(draft);
  const traits = releaseTraits(draft.release.version);
  const partners = all.filter((other) => other.role === 'broker' && other.brokerName === draft.brokerName);
  const master = partners.find(isMaster);
  const isSyncPair = partners.some(isSlave) && master?.brokerRole === 'SYNC_MASTER';
  const lines: ConfigLine[] = [
    { key: 'brokerClusterName', value: draft.brokerClusterName, reason: 'the name under which NameServers group brokers' },
    { key: 'brokerName', value: draft.brokerName as string, reason: 'a master and its slaves share it' },
    ...identityLines(draft, partners, all),
    { key: 'namesrvAddr', value: draft.namesrvAddrs.join(';'), reason: 'every NameServer of this cluster' },
    {
      key: 'listenPort',
      value: String(draft.ports.listen),
      reason: `also taken: ${draft.ports.fast} (fast port, P-2) and ${secondPort(draft)}`,
    },
    {
      key: 'brokerIP1',
      value: draft.profile.advertise.clients,
      reason: 'the address that clients are told; RocketMQ would pick a network card, and keep it when Wi-Fi or VPN change',
    },
    { key: 'brokerIP2', value: draft.replicationAddress, reason: 'the address that slaves replicate from' },
    { key: 'storePathRootDir', value: draft.paths.store, reason: 'this node’s own store' },
    {
      key: 'storePathCommitLog',
      value: `${draft.paths.store}/commitlog`,
      reason: 'up to 4.9.3 the default ignores storePathRootDir and two brokers share one commit log',
    },
    { key: 'flushDiskType', value: draft.flushDiskType, reason: 'profile: flush' },
    ...accessControlLines(draft),
    ...devProperties(draft.release.version, { isSlave: slave || draft.election === 'controller', isSyncPair }),
  ];
  if (slave && traits.slaveNeedsHaMasterAddress && master) {
    lines.push({
      key: 'haMasterAddress',
      value: `127.0.0.1:${master.ports.ha}`,
      reason: 'the slave connects at once instead of learning the address at its next registration (4.x only: 5.x never connects with it)',
    });
  }
  return overlay(lines, draft.profile.properties);
}

/** Master or slave of a fixed pair; or what lets a group elect its master. */
function identityLines(draft: NodeDraft, group: readonly NodeDraft[], all: readonly NodeDraft[]): ConfigLine[] {
  if (draft.election === 'dledger') return dledgerLines(draft, group);
  if (draft.election === 'controller') return controllerModeLines(all);
  return [
    { key: 'brokerId', value: String(draft.brokerId), reason: '0 is the master, above 0 a slave' },
    { key: 'brokerRole', value: draft.brokerRole as string, reason: roleReason(draft.brokerRole as string) },
  ];
}

const secondPort = ({ ports }: NodeDraft) => (ports.dledger === undefined ? `${ports.ha} (HA, P+1)` : `${ports.dledger} (DLedger, P+5)`);

function roleReason(role: string): string {
  if (role === 'SYNC_MASTER') return 'a send is answered when the slave has the message too';
  if (role === 'ASYNC_MASTER') return 'a send is answered at once, slaves follow';
  return 'copies its master, serves reads';
}
