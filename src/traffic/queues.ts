import { Perm } from '../remoting/codes.js';
import type { TopicRoute } from '../remoting/namesrv-api.js';

const MASTER_ID = 0;

/** A queue and the broker to call for it. */
export type Queue = { readonly brokerName: string; readonly queueId: number; readonly address: string };

export const queueKey = ({ brokerName, queueId }: Pick<Queue, 'brokerName' | 'queueId'>): string => `${brokerName} ${queueId}`;

const byBrokerName = (a: { brokerName: string }, b: { brokerName: string }) => (a.brokerName < b.brokerName ? -1 : 1);

/**
 * @returns the queues that accept sends: those of writable masters, in the order of RocketMQ's client.
 * Source: client/.../impl/factory/MQClientInstance.java `topicRouteData2TopicPublishInfo`.
 * @param maxPerBroker of an automatically created topic, whose route is that of its template
 */
export function writableQueues(route: TopicRoute, maxPerBroker = Number.POSITIVE_INFINITY): Queue[] {
  return [...route.queueDatas].sort(byBrokerName).flatMap(({ brokerName, perm, writeQueueNums }) => {
    const address = route.brokerDatas.find((data) => data.brokerName === brokerName)?.brokerAddrs.get(MASTER_ID);
    if (address === undefined || (perm & Perm.WRITE) === 0) return [];
    return Array.from({ length: Math.min(writeQueueNums, maxPerBroker) }, (_, queueId) => ({ brokerName, queueId, address }));
  });
}

/** Why `route` has no writable queue, for people. */
export function whyNotWritable(route: TopicRoute): string {
  const reasons = [...route.queueDatas].sort(byBrokerName).map(({ brokerName, perm, writeQueueNums }) => {
    const addresses = route.brokerDatas.find((data) => data.brokerName === brokerName)?.brokerAddrs;
    if ((perm & Perm.WRITE) === 0) return `${brokerName} has it with perm ${perm}, without write permission`;
    if (writeQueueNums === 0) return `${brokerName} has no write queue for it`;
    return addresses?.has(MASTER_ID) ? `${brokerName} accepts it` : `${brokerName} has no master now`;
  });
  return reasons.join('; ') || 'no broker has it';
}

/** Where to read: the master (a slave if there is none), a slave, or the one broker at an address. */
export type ReadFrom = 'master' | 'slave' | { readonly address: string };

/** @returns the queues that can be read there, each once. Source: client/.../MQClientInstance.java `topicRouteData2TopicSubscribeInfo`. */
export function readableQueues(route: TopicRoute, from: ReadFrom): Queue[] {
  return [...route.queueDatas].sort(byBrokerName).flatMap(({ brokerName, perm, readQueueNums }) => {
    const addresses = route.brokerDatas.find((data) => data.brokerName === brokerName)?.brokerAddrs ?? new Map<number, string>();
    const address = readAddress(addresses, from);
    if (address === undefined || (perm & Perm.READ) === 0) return [];
    return Array.from({ length: readQueueNums }, (_, queueId) => ({ brokerName, queueId, address }));
  });
}

function readAddress(addresses: ReadonlyMap<number, string>, from: ReadFrom): string | undefined {
  const slaves = [...addresses].filter(([id]) => id !== MASTER_ID).sort(([a], [b]) => a - b);
  if (from === 'slave') return slaves[0]?.[1];
  if (from === 'master') return addresses.get(MASTER_ID) ?? slaves[0]?.[1];
  return [...addresses.values()].find((address) => address === from.address);
}

/** @returns the master that keeps the offsets of `brokerName`, if it has one now. */
export function masterOf(route: TopicRoute, brokerName: string): string | undefined {
  return route.brokerDatas.find((data) => data.brokerName === brokerName)?.brokerAddrs.get(MASTER_ID);
}

/**
 * @returns the queue for `shardingKey`: one key, one queue, the same one that RocketMQ's SelectMessageQueueByHash chooses.
 * Source: client/.../producer/selector/SelectMessageQueueByHash.java, String.hashCode.
 */
export function queueForKey(queues: readonly Queue[], shardingKey: string): Queue | undefined {
  let hash = 0;
  for (let index = 0; index < shardingKey.length; index += 1) hash = (Math.imul(31, hash) + shardingKey.charCodeAt(index)) | 0;
  return queues[Math.abs(hash % queues.length)];
}

/** Takes queues in turn; a broker that failed recently is skipped as long as there is another. */
export class QueueTurns {
  readonly #now: () => number;
  readonly #avoidMs: number;
  readonly #failedAt = new Map<string, number>();
  #turn = 0;

  constructor(now: () => number, avoidMs: number) {
    this.#now = now;
    this.#avoidMs = avoidMs;
  }

  noteFailure(brokerName: string): void {
    this.#failedAt.set(brokerName, this.#now());
  }

  noteSuccess(brokerName: string): void {
    this.#failedAt.delete(brokerName);
  }

  /** @param notOn brokerName of the last try, which another broker should replace; if there is no other, it is used again */
  next(queues: readonly Queue[], notOn?: string): Queue | undefined {
    const others = queues.filter(({ brokerName }) => brokerName !== notOn);
    const healthy = others.filter(({ brokerName }) => !this.#isAvoided(brokerName));
    const candidates = [healthy, others, queues].find((some) => some.length > 0) ?? [];
    const queue = candidates[this.#turn % candidates.length];
    this.#turn += 1;
    return queue;
  }

  #isAvoided(brokerName: string): boolean {
    const at = this.#failedAt.get(brokerName);
    return at !== undefined && this.#now() - at < this.#avoidMs;
  }
}
