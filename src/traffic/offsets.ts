import { RmqdevError } from '../base/errors.js';
import { getMaxOffset, getMinOffset, searchOffset } from '../remoting/broker-api.js';
import { type CommittedOffset, type GroupMember, getCommittedOffsets, getGroupMembers } from '../remoting/group-api.js';
import { type Access, ask, type BrokerAddress, isMaster } from './cluster-access.js';
import type { Queue } from './queues.js';

/** A point in a queue: its oldest message, its end, a number of messages before its end, or the first one stored at or after a time. */
export type From = 'first' | 'last' | { readonly lastCount: number } | { readonly timestamp: number };

export type Bounds = { readonly min: number; readonly max: number };

export async function boundsOf(access: Access, topic: string, { address, brokerName, queueId }: Queue): Promise<Bounds> {
  const queue = { topic, queueId, brokerName };
  const [min, max] = await Promise.all([
    ask(access, address, (client, at, signal) => getMinOffset(client, at, queue, signal)),
    ask(access, address, (client, at, signal) => getMaxOffset(client, at, queue, signal)),
  ]);
  // A queue without a message ever has no minimum: some releases say -1.
  return { min: Math.max(0, min), max: Math.max(0, max) };
}

/** @returns the offset that `from` means in a queue. */
export async function offsetAt(access: Access, topic: string, queue: Queue, { min, max }: Bounds, from: From): Promise<number> {
  if (from === 'first') return min;
  if (from === 'last') return max;
  if ('lastCount' in from) return Math.max(min, max - from.lastCount);
  const { address, ...position } = queue;
  const found = await ask(access, address, (client, at, signal) =>
    searchOffset(client, at, { topic, ...position }, from.timestamp, signal),
  );
  // RocketMQ returns the last message if all are older.
  return clamp(found < max ? found : max, { min, max });
}

const clamp = (offset: number, { min, max }: Bounds): number => Math.min(Math.max(offset, min), max);

/** An offset, and the brokerName whose master keeps it. */
export type GroupOffset = CommittedOffset & { readonly brokerName: string; readonly address: string };

/** @returns the offsets that the masters among `brokers` keep, of one group or of all. */
export async function committedOffsets(access: Access, brokers: readonly BrokerAddress[], group?: string): Promise<GroupOffset[]> {
  const kept = await Promise.all(
    brokers.filter(isMaster).map(async ({ brokerName, address }) => {
      const offsets = await ask(access, address, getCommittedOffsets);
      return offsets.map((offset) => ({ ...offset, brokerName, address }));
    }),
  );
  return kept.flat().filter((offset) => group === undefined || offset.group === group);
}

/** @returns the consumers of a group that are connected now, each once. */
export async function membersOf(access: Access, brokers: readonly BrokerAddress[], group: string): Promise<GroupMember[]> {
  const found = await Promise.all(
    brokers.filter(isMaster).map(({ address }) => ask(access, address, (client, at, signal) => getGroupMembers(client, at, group, signal))),
  );
  return [...new Map(found.flat().map((member) => [member.clientId, member])).values()];
}

/** @throws GROUP_IN_USE if consumers of the group are connected: they keep their own offsets and write them back. */
export async function refuseLiveGroup(
  access: Access,
  brokers: readonly BrokerAddress[],
  group: string,
  what: string,
  next: string,
): Promise<void> {
  const members = await membersOf(access, brokers, group);
  if (members.length === 0) return;
  throw new RmqdevError('GROUP_IN_USE', {
    what,
    why: `${members.length === 1 ? 'a consumer' : `${members.length} consumers`} of ${group} ${members.length === 1 ? 'is' : 'are'} connected: ${members.map(({ clientId, clientAddr }) => `${clientId} (${clientAddr})`).join(', ')}`,
    next,
  });
}
