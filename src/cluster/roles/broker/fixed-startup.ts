import { getHaStatus, getMaxOffset, getRuntimeInfo, sendMessage } from '../../../remoting/broker-api.js';
import { ResponseCode } from '../../../remoting/codes.js';
import { ResponseError } from '../../../remoting/response.js';
import { releaseTraits } from '../../../rocketmq/releases.js';
import type { Probe } from '../../../supervisor/probe.js';
import { isMaster, isSlave, type NodeSpec } from '../../spec/node-spec.js';
import { PROBE_GROUP, probe, type RoleContext } from '../role.js';
import { hasCommitLog } from './commit-log.js';
import { answers, registrationNudge, unregistered } from './registration.js';

/** A broker registers within milliseconds after it is asked; to ask again sooner would only rewrite its file again. */
const NUDGE_EVERY_MS = 500;
/**
 * A broker registers while it boots. If it is still not listed after this time, or its slave still does not follow it, a NameServer or a
 * master started later than the broker, which would learn of that only after registerNameServerPeriod (30 s by default).
 */
const LATE_MS = 2_000;

/**
 * Readiness of one start of a broker, in this order: it answers; every NameServer routes it under its id;
 * and once per start no slave holds more than its master, and a write to the master returned 0 with the slave in sync.
 * A master whose slaves are all stopped or given up is ready when it stores (10, 11, 12); a slave without a master is ready when registered.
 *
 * Releases from 5.0 skip their first registration if the NameServers have not been checked yet, and wait 10 s for the next.
 * An UPDATE_BROKER_CONFIG makes them register at once: masters before slaves, because slaves learn their master from the answer.
 */
export function brokerStartup(node: NodeSpec, context: RoleContext): Probe {
  const traits = releaseTraits(node.release.version);
  const nudge = registrationNudge(node, context, NUDGE_EVERY_MS);
  let isNudged = false;
  const isLate = lateness(context);
  const isSlaveLate = lateness(context);
  const nudgeOf = new Map(context.peers().map((peer) => [peer.id, registrationNudge(peer, context, LATE_MS)]));
  const proveReplication = replicationProof(context);
  let replicationProved = false;

  return probe(async (signal) => {
    await answers(node, context, signal);
    context.stage(node.id, 'answering');
    const partners = context
      .peers()
      .filter((peer) => peer.brokerName === node.brokerName && peer.id !== node.id && context.isExpected(peer.id));
    const master = isMaster(node) ? node : partners.find(isMaster);
    if (isSlave(node) && master) {
      const masterMissing = await unregistered(master, context, signal);
      if (masterMissing) return `waits for its master: ${master.id} is ${masterMissing}`;
    }
    if (traits.needsRegistrationNudge && isSlave(node) && !isNudged) {
      await nudge(signal);
      isNudged = true;
    }
    const missing = await unregistered(node, context, signal);
    if (missing) {
      if (traits.needsRegistrationNudge) await nudge(signal);
      else if (isLate()) await nudgeOf.get(node.id)?.(signal);
      return master ? missing : unrouted(node, context);
    }
    context.stage(node.id, 'registered');
    if (!replicationProved && master) {
      const unproved = await proveReplication(master, isMaster(node) ? partners.filter(isSlave) : [node], signal);
      if (unproved) {
        // A slave learns the address of its master when it registers.
        if (isMaster(node) && isSlaveLate()) for (const slave of partners.filter(isSlave)) await nudgeOf.get(slave.id)?.(signal);
        return unproved;
      }
      replicationProved = true;
      if (isSlave(node) || hasSlaves(node, context)) context.stage(node.id, 'in sync');
    }
    return undefined;
  });
}

/** A slave whose master is not up. Source: namesrv/.../RouteInfoManager.java registerBroker: topics come from masters. */
function unrouted({ brokerName }: NodeSpec, { peers }: RoleContext): string {
  const master = peers().find((peer) => isMaster(peer) && peer.brokerName === brokerName);
  const where = master?.isElsewhere ? ` on host ${master.host}` : '';
  return `NameServers route a slave only once its master has registered, and ${master?.id}${where} is not up`;
}
/** Also slaves that start later: a master alone is in sync with nobody. */
const hasSlaves = ({ brokerName }: NodeSpec, context: RoleContext): boolean =>
  context.peers().some((peer) => isSlave(peer) && peer.brokerName === brokerName);

/** @returns whether LATE_MS have passed since the first call. */
function lateness({ clock }: RoleContext): () => boolean {
  let since: number | undefined;
  return () => {
    since ??= clock.monotonicMs();
    return clock.monotonicMs() - since >= LATE_MS;
  };
}

/**
 * Writes to `master` until the answer to a write is 0, and waits until each of `slaves` holds what was written.
 * @returns a function that does one step; it returns undefined once this is proved, else why not yet.
 */
function replicationProof(
  context: RoleContext,
): (master: NodeSpec, slaves: readonly NodeSpec[], signal: AbortSignal) => Promise<string | undefined> {
  /** The offset of the last write in queue 0 of the master's own topic. A slave that holds it is attached; only then write again. */
  let written: { queueOffset: number; isAcknowledged: boolean } | undefined;
  let storesMatch = false;
  /** Slaves whose stores were empty when this start began: they cannot hold more than their master. */
  const empty = new Set(
    context
      .peers()
      .filter((peer) => isSlave(peer) && !hasCommitLog(peer))
      .map(({ id }) => id),
  );
  return async (master, slaves, signal) => {
    const { remoting } = context;
    const topic = master.brokerName as string;
    if (!storesMatch) {
      const mismatch = await storeMismatch(
        context,
        master,
        slaves.filter(({ id }) => !empty.has(id)),
        signal,
      );
      if (mismatch) return mismatch;
      storesMatch = true;
    }
    // A SYNC_MASTER of 5.x delays a write for seconds while it has no slave: first check that there is one.
    if (slaves.length > 0 && releaseTraits(master.release.version).hasHaStatusRequest) {
      const attached = await attachedSlaves(context, master, signal);
      if (attached === 0) return `${slaves.map((slave) => slave.id).join(', ')} has not connected to ${master.id} for replication`;
    }
    for (;;) {
      for (const slave of slaves) {
        if (written === undefined) break;
        const held = await getMaxOffset(remoting, slave.localAddress, { topic, queueId: 0 }, signal);
        if (held <= written.queueOffset) return `${slave.id} does not hold the last message of ${master.id} yet`;
      }
      if (written?.isAcknowledged) return undefined;
      const sent = await sendMessage(
        remoting,
        master.localAddress,
        { topic, queueId: 0, body: Buffer.from('rmqdev start-up probe'), producerGroup: PROBE_GROUP },
        signal,
      );
      written = { queueOffset: sent.queueOffset, isAcknowledged: sent.code === ResponseCode.SUCCESS || slaves.length === 0 };
    }
  };
}

/**
 * @returns what is wrong if a slave's commit log is longer than its master's, whose store was emptied or replaced. No release refuses
 * that: the master acknowledges with 0 what the slave never gets, because the slave has reported a higher offset. Once the master's log is
 * that long, the slave continues in the middle of a message. Source: store/.../ha/GroupTransferService.java (4.x: HAService.java); measured on 4.9.7
 * and 5.5.0. Ask the slave first: in a healthy pair it can then not hold more. In its first second a broker answers with an error:
 * it has no statistics yet (StoreStatsService.getPutTps).
 */
async function storeMismatch(
  { remoting }: RoleContext,
  master: NodeSpec,
  slaves: readonly NodeSpec[],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const slave of slaves) {
    const held = await getRuntimeInfo(remoting, slave.localAddress, signal);
    const wanted = await getRuntimeInfo(remoting, master.localAddress, signal);
    if (held.commitLogMaxOffset <= wanted.commitLogMaxOffset) continue;
    return (
      `${slave.id} holds ${held.commitLogMaxOffset} bytes of commit log, its master ${master.id} only ${wanted.commitLogMaxOffset}: ` +
      `their stores do not belong together, and what ${master.id} acknowledges may never reach ${slave.id}; ` +
      `\`rmqdev stop ${slave.id}\` and \`rmqdev reset ${slave.id}\` let it copy its master again`
    );
  }
  return undefined;
}

/**
 * @returns how many slaves are attached to `master`, or undefined if it cannot tell: a roll to 5.x begins with the slave,
 * whose master still runs 4.x then, whatever its spec says.
 */
async function attachedSlaves({ remoting }: RoleContext, master: NodeSpec, signal: AbortSignal): Promise<number | undefined> {
  try {
    return (await getHaStatus(remoting, master.localAddress, signal)).inSyncSlaveNums;
  } catch (error) {
    if (error instanceof ResponseError && error.code === ResponseCode.REQUEST_CODE_NOT_SUPPORTED) return undefined;
    throw error;
  }
}
