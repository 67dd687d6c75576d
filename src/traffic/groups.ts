import { RmqdevError } from '../base/errors.js';
import { grouped } from '../base/grouped.js';
import { nearest } from '../base/nearest.js';
import { createSubscriptionGroup } from '../remoting/broker-api.js';
import { deleteSubscriptionGroup, type GroupConfig, type GroupMember, getSubscriptionGroups } from '../remoting/group-api.js';
import { isGroupTopic, isSystemGroup } from '../rocketmq/system-names.js';
import { type Access, ask, type BrokerAddress, brokersOf, isMaster, routeOf } from './cluster-access.js';
import { type Commit, type FailedCommit, OffsetCommits } from './offset-commits.js';
import { boundsOf, committedOffsets, type From, type GroupOffset, membersOf, offsetAt, refuseLiveGroup } from './offsets.js';
import { whyAt } from './queue-reader.js';
import { queueKey, readableQueues } from './queues.js';
import { topicNotFound } from './send-route.js';
import { onEach } from './topics.js';

export type GroupRow = {
  readonly group: string;
  /** Topics in which it has offsets. */
  readonly topics: readonly string[];
  /** Consumers connected now. */
  readonly members: number;
  /** Messages of its topics that it has not committed yet; null if a broker does not say. */
  readonly lag: number | null;
};

export type GroupDetails = GroupRow & {
  readonly config: GroupConfig | null;
  readonly consumers: readonly GroupMember[];
  readonly offsets: readonly {
    readonly topic: string;
    readonly brokerName: string;
    readonly queueId: number;
    /** Null if it has none: then it has yet to read everything in the queue. */
    readonly offset: number | null;
    readonly maxOffset: number | null;
    readonly lag: number | null;
  }[];
};

/** @param options.all also RocketMQ's own groups */
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
  const topics = [...grouped(own, ({ topic }) => topic)];
  const [consumers, perTopic] = await Promise.all([
    membersOf(access, brokers, group),
    Promise.all(topics.map(([topic, some]) => progressIn(access, topic, some))),
  ]);
  const offsets = perTopic.flat();
  const key = (queue: (typeof offsets)[number]) => `${queue.topic} ${queue.brokerName} ${String(queue.queueId).padStart(6)}`;
  return {
    group,
    config: configs.get(group) ?? null,
    consumers,
    members: consumers.length,
    topics: topics.map(([topic]) => topic).sort(),
    lag: offsets.reduce<number | null>((sum, { lag }) => (sum === null || lag === null ? null : sum + lag), 0),
    offsets: offsets.sort((a, b) => (key(a) < key(b) ? -1 : 1)),
  };
}

/** @returns the progress of a group in each queue of a topic, also in queues without a commit. */
async function progressIn(access: Access, topic: string, kept: readonly GroupOffset[]): Promise<GroupDetails['offsets']> {
  const route = await routeOf(access, topic);
  const queues = new Map((route ? readableQueues(route, 'master') : []).map((queue) => [queueKey(queue), queue]));
  for (const { brokerName, queueId, address } of kept) queues.set(queueKey({ brokerName, queueId }), { brokerName, queueId, address });
  const offsetIn = new Map(kept.map((offset) => [queueKey(offset), offset.offset]));
  return Promise.all(
    [...queues].map(async ([key, queue]) => {
      const { brokerName, queueId } = queue;
      const offset = offsetIn.get(key) ?? null;
      const bounds = await boundsOf(access, topic, queue).catch(() => null);
      const lag = bounds === null ? null : Math.max(0, bounds.max - (offset ?? bounds.min));
      return { topic, brokerName, queueId, offset, maxOffset: bounds?.max ?? null, lag };
    }),
  );
}

function groupNotFound(group: string, names: readonly string[]): RmqdevError {
  const near = nearest(group, names);
  return new RmqdevError('GROUP_NOT_FOUND', {
    what: `there is no consumer group ${group}`,
    why: 'no broker has settings or offsets of it, and no consumer of it is connected',
    next: `${near ? `Did you mean ${near}? ` : ''}\`rmqdev group list\` shows all groups`,
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
 * @returns the brokerNames, and whether its offsets stay, so that a new group with this name would continue there (measured: yes up to 4.9.7, no from 5.1.4 on).
 * @throws GROUP_NOT_FOUND, GROUP_IN_USE
 */
export async function removeGroup(access: Access, group: string): Promise<{ brokers: string[]; keepsOffsets: boolean }> {
  await showGroup(access, group);
  const brokers = await brokersOf(access);
  await refuseLiveGroup(access, brokers, group, `${group} is not deleted`, 'Stop them first: they would create the group again');
  await onEach(access, brokers, (client, at, signal) => deleteSubscriptionGroup(client, at, group, signal));
  const left = await committedOffsets(access, brokers, group);
  return { brokers: brokers.filter(isMaster).map(({ brokerName }) => brokerName), keepsOffsets: left.length > 0 };
}

export type ResetRequest = { readonly group: string; readonly topic: string; readonly to: From };

/**
 * Sets where a group reads next, in every queue of a topic. Connected consumers would overwrite it with their own offsets.
 * @throws TOPIC_NOT_FOUND, GROUP_IN_USE
 */
export async function resetOffsets(access: Access, { group, topic, to }: ResetRequest): Promise<GroupDetails> {
  const route = await routeOf(access, topic);
  if (route === undefined) throw await topicNotFound(access, topic);
  const brokers = await brokersOf(access);
  const next = `Stop them, or reset them through the brokers: \`rmqdev admin -- resetOffsetByTime -g ${group} -t ${topic} -s now\``;
  await refuseLiveGroup(access, brokers, group, `the offsets of ${group} stay as they are`, next);
  const masters = new Map(brokers.filter(isMaster).map(({ brokerName, address }) => [brokerName, address]));
  const commits = await Promise.all(
    readableQueues(route, 'master').map(async (readable): Promise<Commit[]> => {
      const address = masters.get(readable.brokerName);
      if (address === undefined) return [];
      const queue = { ...readable, address };
      return [{ ...queue, offset: await offsetAt(access, topic, queue, await boundsOf(access, topic, queue), to) }];
    }),
  );
  const [failed] = await new OffsetCommits(group, topic).commit(access, commits.flat(), { verify: true });
  if (failed) throw notCommitted(group, failed);
  return showGroup(access, group);
}

function notCommitted(group: string, { commit, error }: FailedCommit): RmqdevError {
  return new RmqdevError(
    'NOT_WRITABLE',
    {
      what: `not every offset of ${group} was set`,
      why: `queue ${commit.queueId} of ${commit.brokerName}: ${whyAt(commit.address, error)}`,
      next: `\`rmqdev group show ${group}\` shows which were set; run the command again when \`rmqdev status\` shows the broker as ready`,
    },
    { cause: error },
  );
}
