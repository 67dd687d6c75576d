import { getHaStatus, getRuntimeInfo, sendMessage, updateBrokerConfig } from '../../remoting/broker-api.js';
import { ResponseCode } from '../../remoting/codes.js';
import { releaseTraits } from '../../rocketmq/releases.js';
import type { Probe } from '../../supervisor/probe.js';
import { isMaster, isSlave, type NodeSpec } from '../node-spec.js';
import { unregistered } from './broker.js';
import { probe, type RoleContext } from './role.js';

/** Producer group of the messages that prove a start. */
const PROBE_GROUP = 'rmqdev-probe';
/** A broker that was nudged registers within milliseconds; asking it again sooner would only rewrite its file again. */
const NUDGE_EVERY_MS = 500;

/**
 * Readiness of one start of a broker, in this order: it answers GET_BROKER_RUNTIME_INFO; it is routed under its id on every
 * NameServer; and once per start a write to the master of its brokerName returned 0 with the slave in sync.
 * A master whose slaves are all stopped or given up is ready when it stores (10, 11, 12); a slave without a master is ready when registered.
 *
 * Releases from 5.0 skip their first registration when the NameServers have not been checked yet and wait 10 s for the next:
 * an UPDATE_BROKER_CONFIG makes them register at once; masters before slaves, which learn their master from the answer.
 */
export function brokerStartup(node: NodeSpec, context: RoleContext): Probe {
  const traits = releaseTraits(node.release.version);
  let nudgedAt: number | undefined;
  let replicationProved = false;

  const nudge = async (signal: AbortSignal): Promise<void> => {
    const now = context.clock.monotonicMs();
    if (nudgedAt !== undefined && now - nudgedAt < NUDGE_EVERY_MS) return;
    nudgedAt = now;
    await updateBrokerConfig(context.remoting, node.localAddress, { brokerPermission: '6' }, signal);
  };

  return probe(async (signal) => {
    const { remoting } = context;
    await getRuntimeInfo(remoting, node.localAddress, signal);
    context.stage(node.id, 'answering');
    const partners = context.peers().filter((peer) => peer.brokerName === node.brokerName && peer.id !== node.id && context.isExpected(peer.id));
    const master = isMaster(node) ? node : partners.find(isMaster);
    if (isSlave(node) && master) {
      const masterMissing = await unregistered(master, context, signal);
      if (masterMissing) return `waits for its master: ${master.id} is ${masterMissing}`;
    }
    if (traits.needsRegistrationNudge && isSlave(node) && nudgedAt === undefined) await nudge(signal);
    const missing = await unregistered(node, context, signal);
    if (missing) {
      if (traits.needsRegistrationNudge) await nudge(signal);
      return missing;
    }
    context.stage(node.id, 'registered');
    if (!replicationProved && master) {
      const unproved = await proveReplication(master, isMaster(node) ? partners.filter(isSlave) : [node], context, signal);
      if (unproved) return unproved;
      replicationProved = true;
      context.stage(node.id, 'in sync');
    }
    return undefined;
  });
}

/**
 * Writes one message to `master` and waits until each of `slaves` holds as much as the master did after it.
 * @returns undefined once proved, else why not yet.
 */
async function proveReplication(master: NodeSpec, slaves: readonly NodeSpec[], context: RoleContext, signal: AbortSignal): Promise<string | undefined> {
  const { remoting } = context;
  // A SYNC_MASTER without its slave holds a send for seconds: first see that the slaves are attached, as far as the release can tell.
  for (const slave of slaves) {
    const lag = await replicationLag(master, slave, context, signal);
    if (lag !== undefined) return lag;
  }
  const sent = await sendMessage(
    remoting,
    master.localAddress,
    { topic: master.brokerName as string, queueId: 0, body: Buffer.from('rmqdev start-up probe'), producerGroup: PROBE_GROUP },
    signal,
  );
  if (slaves.length === 0) return undefined;
  if (sent.code !== ResponseCode.SUCCESS) return `${master.id} answers a send with ${sent.code}: its slave is not in sync yet`;
  for (const slave of slaves) {
    const lag = await replicationLag(master, slave, context, signal);
    if (lag !== undefined) return lag;
  }
  return undefined;
}

/** @returns undefined where the slave holds all that the master held a moment ago and, from 5.0 on, the master counts it as connected. */
async function replicationLag(master: NodeSpec, slave: NodeSpec, context: RoleContext, signal: AbortSignal): Promise<string | undefined> {
  const { remoting } = context;
  if (releaseTraits(master.release.version).hasHaStatusRequest) {
    const status = await getHaStatus(remoting, master.localAddress, signal);
    if (status.inSyncSlaveNums < 1) return `${slave.id} has not connected to ${master.id} for replication`;
  }
  const before = await getRuntimeInfo(remoting, master.localAddress, signal);
  const after = await getRuntimeInfo(remoting, slave.localAddress, signal);
  const behind = before.commitLogMaxOffset - after.commitLogMaxOffset;
  return behind > 0 ? `${slave.id} is ${behind} bytes behind ${master.id}` : undefined;
}
