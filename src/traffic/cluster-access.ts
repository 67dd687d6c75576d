import { setMaxListeners } from 'node:events';
import type { Clock } from '../base/clock.js';
import { asError, RmqdevError } from '../base/errors.js';
import { type Reach, RemotingClient } from '../remoting/client.js';
import { type ClusterInfo, getClusterInfo, getTopicList, getTopicRoute, type TopicRoute } from '../remoting/namesrv-api.js';
import { accessProblemOf, isAccessProblem } from './access-problems.js';

/** What every request to a cluster needs. */
export type Access = {
  readonly client: RemotingClient;
  readonly clock: Clock;
  /** `host:port` of each NameServer. */
  readonly namesrvs: readonly string[];
  /** Account and TLS; default: neither. */
  readonly reach?: Reach;
  /** How long one request may take. */
  readonly timeoutMs: number;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
};

/** @returns access with its own connections, which end with it. */
export function openAccess(settings: Omit<Access, 'client'>): Access & Disposable {
  const { reach = {} } = settings;
  const client = new RemotingClient({ reach: () => reach });
  return { ...settings, client, [Symbol.dispose]: () => client[Symbol.dispose]() };
}

/** A running NameServer answers at once. */
const NAMESRV_TIMEOUT_MS = 3_000;

type Ask<T> = (client: RemotingClient, address: string, signal: AbortSignal) => Promise<T>;

/** Calls a node within the time of `access`. @throws ACCESS_DENIED, TLS_REQUIRED and the other codes of `isAccessProblem` */
export async function ask<T>(access: Access, address: string, question: Ask<T>, timeoutMs = access.timeoutMs): Promise<T> {
  // Each open request listens to it, and each queue has one: this is not a leak.
  setMaxListeners(0, access.signal);
  using deadline = access.clock.deadline(timeoutMs, access.signal);
  try {
    // Awaited here, because the deadline ends with this function.
    return await question(access.client, address, deadline.signal);
  } catch (error) {
    throw (await accessProblemOf(error, address, access.reach ?? {}, deadline.signal)) ?? error;
  }
}

/** @returns the answer of the first NameServer that gives a valid one. @throws NAMESRV_UNREACHABLE, the reason of the signal */
async function askNamesrvs<T>(access: Access, question: Ask<T>, counts: (answer: T) => boolean = () => true): Promise<T> {
  const failures: string[] = [];
  let last: { answer: T } | undefined;
  for (const address of access.namesrvs) {
    try {
      const answer = await ask(access, address, question, Math.min(NAMESRV_TIMEOUT_MS, access.timeoutMs));
      if (counts(answer)) return answer;
      last = { answer };
    } catch (error) {
      access.signal.throwIfAborted();
      if (isAccessProblem(error)) throw error;
      failures.push(`${address}: ${asError(error).message}`);
    }
  }
  if (last) return last.answer;
  throw new RmqdevError('NAMESRV_UNREACHABLE', {
    what: access.namesrvs.length === 1 ? `the NameServer ${access.namesrvs[0]} does not answer` : 'no NameServer of the cluster answers',
    why: failures.join('; '),
    next: 'Check `rmqdev status`; `rmqdev start namesrvs` starts the NameServers of rmqdev',
  });
}

/** @returns the route of `topic`, or undefined if no NameServer has one. A new topic may not be on all of them yet. */
export const routeOf = (access: Access, topic: string): Promise<TopicRoute | undefined> =>
  askNamesrvs(
    access,
    (client, address, signal) => getTopicRoute(client, address, topic, signal),
    (route) => route !== undefined,
  );

export const clusterInfo = (access: Access): Promise<ClusterInfo> => askNamesrvs(access, getClusterInfo);

export const topicNames = (access: Access): Promise<string[]> => askNamesrvs(access, getTopicList);

/** One broker process, as the NameServers list it. */
export type BrokerAddress = { readonly brokerName: string; readonly brokerId: number; readonly address: string };

export const isMaster = ({ brokerId }: BrokerAddress): boolean => brokerId === 0;

/** @returns every broker, masters before slaves. @throws NOT_WRITABLE if there is no master */
export async function brokersOf(access: Access, wanted: readonly string[] = []): Promise<BrokerAddress[]> {
  const { brokers } = await clusterInfo(access);
  const all = [...brokers.values()]
    .flatMap(({ brokerName, brokerAddrs }) => [...brokerAddrs].map(([brokerId, address]) => ({ brokerName, brokerId, address })))
    .sort((a, b) => Number(!isMaster(a)) - Number(!isMaster(b)) || (a.brokerName < b.brokerName ? -1 : 1));
  const unknown = wanted.find((name) => !brokers.has(name));
  if (unknown !== undefined) throw unknownBroker(unknown, [...brokers.keys()]);
  const chosen = all.filter(({ brokerName }) => wanted.length === 0 || wanted.includes(brokerName));
  if (chosen.some(isMaster)) return chosen;
  throw new RmqdevError('NOT_WRITABLE', {
    what: 'there is no master to ask',
    why:
      chosen.length === 0
        ? 'no broker is registered with the NameServers'
        : `only slaves are registered: ${chosen.map(({ address }) => address).join(', ')}`,
    next: 'Check `rmqdev status`; `rmqdev start brokers` starts the brokers of rmqdev',
  });
}

/** Distinguishes a missing topic from a cluster without brokers. @throws NOT_WRITABLE if no broker is registered */
export async function requireBrokers(access: Access): Promise<void> {
  const { brokers } = await clusterInfo(access);
  if (brokers.size > 0) return;
  throw new RmqdevError('NOT_WRITABLE', {
    what: 'there is no broker to ask',
    why: `none is registered with ${access.namesrvs.join(', ')}; topics are known only while a broker that has them is`,
    next: 'Check `rmqdev status`; `rmqdev start brokers` starts the brokers of rmqdev',
  });
}

export function unknownBroker(name: string, known: readonly string[]): RmqdevError {
  return new RmqdevError('NOT_WRITABLE', {
    what: `there is no brokerName ${name}`,
    why: known.length === 0 ? 'no broker is registered with the NameServers' : `the registered ones are ${known.join(', ')}`,
    next: 'Use one of the names in `rmqdev status`',
  });
}
