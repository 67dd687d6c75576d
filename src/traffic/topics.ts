import { RmqdevError } from '../base/errors.js';
import { createTopic, type TopicSettings } from '../remoting/broker-api.js';
import { Perm, ResponseCode } from '../remoting/codes.js';
import { getTopicRoute, type TopicRoute } from '../remoting/namesrv-api.js';
import { ResponseError } from '../remoting/response.js';
import { deleteTopicOnBroker, deleteTopicOnNamesrv, getGroupsOfTopic } from '../remoting/topic-api.js';
import { isGroupTopic, isSystemTopic } from '../rocketmq/system-names.js';
import {
  type Access,
  ask,
  type BrokerAddress,
  brokersOf,
  clusterInfo,
  isMaster,
  requireBrokers,
  routeOf,
  topicNames,
} from './cluster-access.js';
import { boundsOf } from './offsets.js';
import { readableQueues } from './queues.js';
import { topicNotFound } from './send-route.js';

/** What clients may do with a topic, as users write it. */
export const PERMS = { rw: Perm.READ | Perm.WRITE, r: Perm.READ, w: Perm.WRITE } as const;

const ROUTED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

export type TopicRow = {
  readonly topic: string;
  readonly brokers: readonly string[];
  /** Write queues over all brokers. */
  readonly queues: number;
  /** How many messages its queues still have; null if a broker does not say. */
  readonly messages: number | null;
};

/** @param options.all also RocketMQ's own topics, whose messages are not counted (null): some have 1024 queues */
export async function listTopics(access: Access, options: { all: boolean }): Promise<TopicRow[]> {
  await requireBrokers(access);
  const [names, own] = await Promise.all([topicNames(access), ownNames(access)]);
  const isHidden = (name: string) => isSystemTopic(name, own) || isGroupTopic(name);
  const shown = names.filter((name) => options.all || !isHidden(name)).sort();
  const rows = await Promise.all(
    shown.map(async (topic): Promise<TopicRow[]> => {
      const route = await routeOf(access, topic);
      if (route === undefined) return [];
      const messages = isHidden(topic) ? null : await messagesOf(access, topic, route);
      const queues = route.queueDatas.reduce((sum, { writeQueueNums }) => sum + writeQueueNums, 0);
      return [{ topic, brokers: route.queueDatas.map(({ brokerName }) => brokerName).sort(), queues, messages }];
    }),
  );
  return rows.flat();
}

async function ownNames(access: Access): Promise<Set<string>> {
  const { brokers, clusters } = await clusterInfo(access);
  return new Set([...brokers.keys(), ...clusters.keys()]);
}

async function messagesOf(access: Access, topic: string, route: TopicRoute): Promise<number | null> {
  const bounds = await Promise.all(readableQueues(route, 'master').map((queue) => boundsOf(access, topic, queue).catch(() => undefined)));
  return bounds.reduce<number | null>((sum, some) => (sum === null || some === undefined ? null : sum + some.max - some.min), 0);
}

export type TopicDetails = {
  readonly topic: string;
  readonly brokers: readonly {
    readonly brokerName: string;
    readonly perm: number;
    readonly readQueues: number;
    readonly writeQueues: number;
  }[];
  readonly queues: readonly {
    readonly brokerName: string;
    readonly queueId: number;
    readonly minOffset: number | null;
    readonly maxOffset: number | null;
  }[];
  readonly messages: number | null;
  /** Consumer groups with offsets in it, or connected ones. */
  readonly groups: readonly string[];
};

/** @throws TOPIC_NOT_FOUND */
export async function showTopic(access: Access, topic: string): Promise<TopicDetails> {
  const route = await existingRoute(access, topic);
  const queues = await Promise.all(
    readableQueues(route, 'master').map(async (queue) => {
      const bounds = await boundsOf(access, topic, queue).catch(() => undefined);
      return { brokerName: queue.brokerName, queueId: queue.queueId, minOffset: bounds?.min ?? null, maxOffset: bounds?.max ?? null };
    }),
  );
  const groups = await Promise.all(
    route.brokerDatas.map(async ({ brokerAddrs }) => {
      const master = brokerAddrs.get(0);
      if (master === undefined) return [];
      return ask(access, master, (client, at, signal) => getGroupsOfTopic(client, at, topic, signal)).catch(() => []);
    }),
  );
  return {
    topic,
    brokers: route.queueDatas.map(({ brokerName, perm, readQueueNums, writeQueueNums }) => ({
      brokerName,
      perm,
      readQueues: readQueueNums,
      writeQueues: writeQueueNums,
    })),
    queues,
    messages: queues.reduce<number | null>(
      (sum, { minOffset, maxOffset }) => (sum === null || minOffset === null || maxOffset === null ? null : sum + maxOffset - minOffset),
      0,
    ),
    groups: [...new Set(groups.flat())].sort(),
  };
}

async function existingRoute(access: Access, topic: string): Promise<TopicRoute> {
  const route = await routeOf(access, topic);
  if (route) return route;
  throw await topicNotFound(access, topic);
}

export type TopicRouteView = {
  readonly topic: string;
  /** What each NameServer says; they may disagree for a short time. `route` is null if it has none, `error` says why it did not answer. */
  readonly namesrvs: readonly { readonly address: string; readonly error: string | null; readonly route: readonly RouteRow[] | null }[];
};

export type RouteRow = {
  readonly brokerName: string;
  readonly perm: number;
  readonly readQueues: number;
  readonly writeQueues: number;
  /** By broker id. */
  readonly addresses: Readonly<Record<string, string>>;
};

/** @throws TOPIC_NOT_FOUND, NAMESRV_UNREACHABLE */
export async function showRoute(access: Access, topic: string): Promise<TopicRouteView> {
  await existingRoute(access, topic);
  const namesrvs = await Promise.all(
    access.namesrvs.map(async (address) => {
      try {
        const route = await ask(access, address, (client, at, signal) => getTopicRoute(client, at, topic, signal));
        return { address, error: null, route: route ? rowsOf(route) : null };
      } catch (error) {
        return { address, error: (error as Error).message, route: null };
      }
    }),
  );
  return { topic, namesrvs };
}

const rowsOf = (route: TopicRoute): RouteRow[] =>
  route.queueDatas.map(({ brokerName, perm, readQueueNums, writeQueueNums }) => ({
    brokerName,
    perm,
    readQueues: readQueueNums,
    writeQueues: writeQueueNums,
    addresses: Object.fromEntries(route.brokerDatas.find((data) => data.brokerName === brokerName)?.brokerAddrs ?? []),
  }));

/**
 * Creates or changes a topic on every broker, or on the named ones, and resolves when every NameServer routes it there.
 * @returns the brokerNames. @throws the error of a broker's answer
 */
export async function makeTopic(access: Access, settings: TopicSettings, brokerNames: readonly string[]): Promise<string[]> {
  const brokers = await brokersOf(access, brokerNames);
  await onEach(access, brokers, (client, at, signal) => createTopic(client, at, settings, signal));
  const masters = brokers.filter(isMaster).map(({ brokerName }) => brokerName);
  await untilRouted(access, settings.topic, (route) =>
    masters.every((name) => route?.queueDatas.some(({ brokerName }) => brokerName === name)),
  );
  return masters;
}

/** @returns whether a NameServer routes it. */
export const hasTopic = async (access: Access, topic: string): Promise<boolean> => (await routeOf(access, topic)) !== undefined;

/** @returns the brokerNames that had it. @throws TOPIC_NOT_FOUND, NAME_INVALID for a topic of RocketMQ itself */
export async function removeTopic(access: Access, topic: string): Promise<string[]> {
  if (isSystemTopic(topic, await ownNames(access))) {
    throw new RmqdevError('NAME_INVALID', {
      what: `${topic} is not deleted`,
      why: 'it is a topic that RocketMQ creates for itself',
      next: `\`rmqdev admin -- deleteTopic -c <cluster> -t ${topic}\` deletes it, if you must`,
    });
  }
  const route = await existingRoute(access, topic);
  const names = route.queueDatas.map(({ brokerName }) => brokerName);
  await onEach(access, await brokersOf(access), (client, at, signal) => deleteTopicOnBroker(client, at, topic, signal));
  await Promise.all(
    access.namesrvs.map((address) =>
      ask(access, address, (client, at, signal) => deleteTopicOnNamesrv(client, at, topic, signal)).catch(() => undefined),
    ),
  );
  await untilRouted(access, topic, (now) => now === undefined);
  return names.sort();
}

/**
 * Makes a change on masters, which must accept it, and on slaves, which would otherwise copy it within a minute (4.9.7 refuses there:
 * "Can't modify topic or subscription group from slave broker").
 */
export async function onEach(access: Access, brokers: readonly BrokerAddress[], change: Parameters<typeof ask<void>>[2]): Promise<void> {
  for (const broker of brokers) {
    const changed = ask(access, broker.address, change);
    await (isMaster(broker) ? changed : changed.catch(() => access.signal.throwIfAborted()));
  }
}

/** Do not wait for a NameServer that is down. */
async function untilRouted(access: Access, topic: string, isDone: (route: TopicRoute | undefined) => boolean): Promise<void> {
  using deadline = access.clock.deadline(ROUTED_WITHIN_MS, access.signal);
  await Promise.all(
    access.namesrvs.map(async (address) => {
      while (!deadline.signal.aborted) {
        try {
          if (isDone(await ask(access, address, (client, at, signal) => getTopicRoute(client, at, topic, signal)))) return;
        } catch (error) {
          if (!(error instanceof ResponseError && error.code === ResponseCode.SYSTEM_ERROR)) return;
        }
        await access.clock.sleep(LOOK_EVERY_MS, deadline.signal);
      }
    }),
  );
  access.signal.throwIfAborted();
}
