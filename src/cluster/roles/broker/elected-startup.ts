import { getBrokerConfig, getMaxOffset, sendMessage } from '../../../remoting/broker-api.js';
import { ResponseCode } from '../../../remoting/codes.js';
import { brokerAddresses } from '../../../remoting/namesrv-api.js';
import type { Probe } from '../../../supervisor/probe.js';
import type { NodeSpec } from '../../spec/node-spec.js';
import { PROBE_GROUP, probe, type RoleContext } from '../role.js';
import { answers, namesrvsOf, routeOn } from './registration.js';

/**
 * Only at its next append does a DLedger leader learn that a follower came back with less data, and only then does the follower learn how
 * much of its log it may show: without any send the group would wait for ever. Source: DLedgerEntryPusher of dledger 0.3; measured on 5.5.0.
 */
const NUDGE_EVERY_MS = 5_000;

/**
 * Readiness of one start of a replica whose group elects its master, in this order: it answers; every NameServer lists it, and lists a member
 * of its group as the master; once per start, a write to the master returned 0 and every registered replica holds it.
 */
export function electedStartup(node: NodeSpec, context: RoleContext): Probe {
  const { remoting, clock } = context;
  const queue = { topic: node.brokerName as string, queueId: 0 };
  let written: number | undefined;
  let isProved = false;
  let behindSince: number | undefined;

  const write = (master: NodeSpec, signal: AbortSignal) => {
    const message = { ...queue, body: Buffer.from('rmqdev start-up probe'), producerGroup: PROBE_GROUP };
    return sendMessage(remoting, master.localAddress, message, signal);
  };

  const nudge = async (master: NodeSpec, signal: AbortSignal) => {
    behindSince ??= clock.monotonicMs();
    if (node.election !== 'dledger' || clock.monotonicMs() - behindSince < NUDGE_EVERY_MS) return;
    behindSince = clock.monotonicMs();
    await write(master, signal);
  };

  /** @returns why it is not proved yet that the master accepts writes and its followers get them. */
  const unproved = async (addresses: ReadonlyMap<number, string>, signal: AbortSignal): Promise<string | undefined> => {
    const group = context.peers().filter((peer) => peer.brokerName === node.brokerName);
    const master = group.find((peer) => peer.registeredAddress === addresses.get(0));
    if (!master) return noLeader(node, context);
    if (master.id === node.id && written === undefined) {
      const { code, queueOffset } = await write(node, signal);
      if (code !== ResponseCode.SUCCESS) return `it leads ${node.brokerName} and answered a write with code ${code}`;
      written = queueOffset + 1;
    }
    const wanted = written ?? (await getMaxOffset(remoting, master.localAddress, queue, signal));
    if (wanted === 0) return `${master.id} leads ${node.brokerName} and has not taken a write yet`;
    const registered = group.filter((peer) => peer.id !== master.id && [...addresses.values()].includes(peer.registeredAddress));
    for (const follower of master.id === node.id ? registered : [node]) {
      const held = await getMaxOffset(remoting, follower.localAddress, queue, signal);
      if (held < wanted) {
        await nudge(master, signal);
        return `${follower.id} does not hold the last message of ${master.id} yet`;
      }
    }
    return undefined;
  };

  return probe(async (signal) => {
    await answers(node, context, signal);
    context.stage(node.id, 'answering');
    const missing = await unled(node, context, signal);
    if (missing) return missing;
    context.stage(node.id, 'registered');
    if (isProved) return undefined;
    const [namesrv] = namesrvsOf(node, context);
    const addresses = namesrv && (await addressesOn(namesrv, node, context, signal));
    if (addresses === 'silent') return `${namesrv?.id} on host ${namesrv?.host} does not answer`;
    const why = addresses && (await unproved(addresses, signal));
    if (why) return why;
    isProved = true;
    context.stage(node.id, 'in sync');
    return undefined;
  });
}

/**
 * @returns why clients would find that the group of `node` does not work, or that `node` is not in it: every running NameServer must list
 * it under some id, and one of its group under id 0.
 */
export async function unled(node: NodeSpec, context: RoleContext, signal: AbortSignal): Promise<string | undefined> {
  const namesrvs = namesrvsOf(node, context);
  if (namesrvs.length === 0) return 'no NameServer of the cluster runs';
  const reasons = await Promise.all(
    namesrvs.map(async (namesrv) => {
      const addresses = await addressesOn(namesrv, node, context, signal);
      if (addresses === 'silent') return undefined;
      if (!addresses.has(0)) return noLeader(node, context);
      if ([...addresses.values()].includes(node.registeredAddress)) return undefined;
      return `not registered with ${namesrv.id} (${namesrv.localAddress})`;
    }),
  );
  return reasons.find((reason) => reason !== undefined);
}

/** Does the broker itself know its role? Before its election a replica has the id -1, which cannot register (4.5.1: ASYNC_MASTER). */
export async function hasRole(node: NodeSpec, { remoting }: RoleContext, signal: AbortSignal): Promise<boolean> {
  const config = await getBrokerConfig(remoting, node.localAddress, signal);
  return Number(config.get('brokerId')) >= 0 && config.get('brokerRole') !== 'ASYNC_MASTER';
}

async function addressesOn(
  namesrv: NodeSpec,
  { brokerName }: NodeSpec,
  context: RoleContext,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, string> | 'silent'> {
  const route = await routeOn(namesrv, brokerName as string, context, signal);
  return route === 'silent' ? route : brokerAddresses(route, brokerName as string);
}

type Group = Pick<RoleContext, 'peers' | 'isExpected'>;

/** The peers of the DLedger group of `node`: all, those that are wanted up, and how many are needed to elect a leader. */
function votersOf(node: NodeSpec, { peers, isExpected }: Group) {
  const group = peers().filter((peer) => peer.brokerName === node.brokerName);
  return { group, wanted: group.filter((peer) => isExpected(peer.id)), majority: Math.floor(group.length / 2) + 1 };
}

/** @returns whether the DLedger group of `node` cannot elect a leader before more of its peers are started. */
export function hasTooFewPeers(node: NodeSpec, context: Group): boolean {
  const { wanted, majority } = votersOf(node, context);
  return node.election === 'dledger' && wanted.length < majority;
}

/** @returns that the group of `node` has no leader and, if too few of its peers are up to elect one, which are missing. */
export function noLeader(node: NodeSpec, context: Group): string {
  if (!hasTooFewPeers(node, context)) return `${node.brokerName} has no leader yet`;
  const { group, wanted, majority } = votersOf(node, context);
  const down = group
    .filter((peer) => !wanted.includes(peer))
    .map(({ id, host, isElsewhere }) => (isElsewhere ? `${id} on host ${host}` : id));
  return `${node.brokerName} has no leader: ${wanted.length} of ${group.length} peers are up and ${majority} are needed; start ${down.join(' or ')}`;
}
