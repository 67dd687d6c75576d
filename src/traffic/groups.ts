import { RmqdevError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { createSubscriptionGroup, getMaxOffset } from '../remoting/broker-api.js';
import { commitOffset, deleteSubscriptionGroup, type GroupConfig, type GroupMember, getSubscriptionGroups } from '../remoting/group-api.js';
import { isGroupTopic, isSystemGroup } from '../rocketmq/system-names.js';
import { type Access, ask, type BrokerAddress, brokersOf, isMaster, routeOf } from './cluster-access.js';
import { boundsOf, committedOffsets, type From, type GroupOffset, membersOf, offsetAt, refuseLiveGroup } from './offsets.js';
import { readableQueues } from './queues.js';
import { topicNotFound } from './send-route.js';
import { onEach } from './topics.js';

export type GroupRow = {
  readonly group: string;
  /** Topics of which it has offsets. */
  readonly topics: readonly string[];
  /** Consumers connected now. */
  readonly members: number;
  /** Messages it has not committed yet, of the queues in which it has an offset; null where a broker does not say. */
  readonly lag: number | null;
};

export type GroupDetails = GroupRow & {
  readonly config: GroupConfig | null;
  readonly consumers: readonly GroupMember[];
  readonly offsets: readonly {
    readonly topic: string;
    readonly brokerName: string;
    readonly queueId: number;
    readonly offset: number;
    readonly maxOffset: number | null;
    readonly lag: number | null;
  }[];
};

/** @param options.all RocketMQ's own groups, too */
export async function listGroups(access: Access, options: { all: boolean }): Promise<GroupRow[]> {
  const brokers = await brokersOf(access);
  const [configs, offsets] = await Promise.all([groupConfigs(access, brokers), committedOffsets(access, brokers)]);
  const names = new Set([...configs.keys(), ...offsets.map(({ group }) => group)]);
  const shown = [...names].filter((name) => options.all || !isSystemGroup(name)).sort();
  return Promise.all(
    shown.map(async (group) => {
      const { topics, members, lag } = await detailsOf(access, brokers, group, configs, offsets);
      return { group, topics, members, lag };
    }),
  );
}

/** @throws GROUP_NOT_FOUND */
export async function showGroup(access: Access, group: string): Promise<GroupDetails> {
  const brokers = await brokersOf(access);
  const [configs, offsets] = await Promise.all([groupConfigs(access, brokers), committedOffsets(access, brokers)]);
  const details = await detailsOf(access, brokers, group, configs, offsets);
  if (details.config === null && details.offsets.length === 0 && details.members === 0) throw groupNotFound(group, [...configs.keys()]);
  return details;
}

async function groupConfigs(access: Access, brokers: readonly BrokerAddress[]): Promise<Map<string, GroupConfig>> {
  const tables = await Promise.all(brokers.filter(isMaster).map(({ address }) => ask(access, address, getSubscriptionGroups)));
  return new Map(tables.flatMap((table) => [...table]));
}

async function detailsOf(
  access: Access,
  brokers: readonly BrokerAddress[],
  group: string,
  configs: ReadonlyMap<string, GroupConfig>,
  all: readonly GroupOffset[],
): Promise<GroupDetails> {
  const own = all.filter((offset) => offset.group === group && !isGroupTopic(offset.topic));
  const [consumers, offsets] = await Promise.all([
    membersOf(access, brokers, group),
    Promise.all(
      own.map(async ({ topic, brokerName, queueId, offset, address }) => {
        const maxOffset = await ask(access, address, (client, at, signal) => getMaxOffset(client, at, { topic, queueId }, signal)).catch(
          () => null,
        );
        return { topic, brokerName, queueId, offset, maxOffset, lag: maxOffset === null ? null : Math.max(0, maxOffset - offset) };
      }),
    ),
  ]);
  const key = (queue: (typeof offsets)[number]) => `${queue.topic} ${queue.brokerName} ${String(queue.queueId).padStart(6)}`;
  return {
    group,
    config: configs.get(group) ?? null,
    consumers,
    members: consumers.length,
    topics: [...new Set(own.map(({ topic }) => topic))].sort(),
    lag: offsets.reduce<number | null>((sum, { lag }) => (sum === null || lag === null ? null : sum + lag), 0),
    offsets: offsets.sort((a, b) => (key(a) < key(b) ? -1 : 1)),
  };
}

function groupNotFound(group: string, names: readonly string[]): RmqdevError {
  const near = nearest(group, names);
  return new RmqdevError('GROUP_NOT_FOUND', {
    what: `there is no consumer group ${group}`,
    why: 'no broker has settings or offsets of it, and no consumer of it is connected',
    next: `${near ? `Did you mean ${near}? ` : ''}\`rmqdev group list\` shows what there is`,
  });
}

export type GroupSettings = { readonly group: string; readonly retries: number; readonly broadcast: boolean };

/** Creates or changes a group on every broker. @returns the brokerNames */
export async function makeGroup(access: Access, { group, retries, broadcast }: GroupSettings): Promise<string[]> {
  const brokers = await brokersOf(access);
  const config = { groupName: group, retryMaxTimes: retries, consumeBroadcastEnable: broadcast };
  await onEach(access, brokers, (client, at, signal) => createSubscriptionGroup(client, at, config, signal));
  return brokers.filter(isMaster).map(({ brokerName }) => brokerName);
}

/**
 * @returns the brokerNames, and whether its offsets stay, so that a group of the same name goes on there (measured: up to 4.9.7 they do, from 5.1.4 on not).
 * @throws GROUP_NOT_FOUND, GROUP_IN_USE
 */
export async function removeGroup(access: Access, group: string): Promise<{ brokers: string[]; keepsOffsets: boolean }> {
  await showGroup(access, group);
  const brokers = await brokersOf(access);
  await refuseLiveGroup(access, brokers, group, `${group} is not deleted`, 'Stop them first: they would make the group again');
  await onEach(access, brokers, (client, at, signal) => deleteSubscriptionGroup(client, at, group, signal));
  const left = await committedOffsets(access, brokers, group);
  return { brokers: brokers.filter(isMaster).map(({ brokerName }) => brokerName), keepsOffsets: left.length > 0 };
}

export type ResetRequest = { readonly group: string; readonly topic: string; readonly to: From };

/**
 * Sets where a group reads next, in every queue of a topic. Consumers that are connected would write their own offsets over it.
 * @throws TOPIC_NOT_FOUND, GROUP_IN_USE
 */
export async function resetOffsets(access: Access, { group, topic, to }: ResetRequest): Promise<GroupDetails> {
  const route = await routeOf(access, topic);
  if (route === undefined) throw await topicNotFound(access, topic);
  const brokers = await brokersOf(access);
  const next = `Stop them, or let the brokers tell them: \`rmqdev admin -- resetOffsetByTime -g ${group} -t ${topic} -s now\``;
  await refuseLiveGroup(access, brokers, group, `the offsets of ${group} stay as they are`, next);
  const masters = new Map(brokers.filter(isMaster).map(({ brokerName, address }) => [brokerName, address]));
  await Promise.all(
    readableQueues(route, 'master').map(async (queue) => {
      const address = masters.get(queue.brokerName);
      if (address === undefined) return;
      const offset = await offsetAt(access, topic, { ...queue, address }, await boundsOf(access, topic, { ...queue, address }), to);
      const committed = { group, topic, queueId: queue.queueId, offset };
      await ask(access, address, (client, at, signal) => commitOffset(client, at, committed, signal));
    }),
  );
  return showGroup(access, group);
}
