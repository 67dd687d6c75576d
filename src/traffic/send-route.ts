import { RmqdevError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { DEFAULT_TOPIC } from '../remoting/broker-api.js';
import { type Access, requireBrokers, routeOf, topicNames, unknownBroker } from './cluster-access.js';
import { type Queue, whyNotWritable, writableQueues } from './queues.js';

/** Queues of a topic that a send creates. Source: client/.../producer/DefaultMQProducer.java `defaultTopicQueueNums`. */
const NEW_TOPIC_QUEUES = 4;

/** Where messages of one topic can go. */
export type SendRoute = {
  readonly queues: readonly Queue[];
  /** The topic does not exist yet: the broker that gets the first message creates it. */
  readonly isNew: boolean;
};

/** @throws TOPIC_NOT_FOUND, NOT_WRITABLE, NAMESRV_UNREACHABLE */
export async function findSendRoute(access: Access, topic: string, brokerName?: string): Promise<SendRoute> {
  const own = await routeOf(access, topic);
  const route = own ?? (await routeOf(access, DEFAULT_TOPIC));
  if (route === undefined) throw await topicNotFound(access, topic, { canCreate: true });
  const all = writableQueues(route, own ? undefined : NEW_TOPIC_QUEUES);
  const queues = all.filter((queue) => brokerName === undefined || queue.brokerName === brokerName);
  if (queues.length > 0) return { queues, isNew: own === undefined };
  if (brokerName !== undefined && !route.queueDatas.some((data) => data.brokerName === brokerName)) {
    throw unknownBroker(
      brokerName,
      route.queueDatas.map((data) => data.brokerName),
    );
  }
  throw new RmqdevError('NOT_WRITABLE', {
    what: brokerName === undefined ? `no broker accepts messages of ${topic}` : `${brokerName} accepts no messages of ${topic}`,
    why: whyNotWritable(route),
    next: 'Check `rmqdev status` and `rmqdev topic route`; `rmqdev start brokers` starts masters that are down',
  });
}

/** @param options.canCreate a send would create it if a broker had autoCreateTopicEnable. @throws NOT_WRITABLE if no broker is registered */
export async function topicNotFound(
  access: Access,
  topic: string,
  options: { canCreate: boolean } = { canCreate: false },
): Promise<RmqdevError> {
  await requireBrokers(access);
  const near = nearest(topic, await topicNames(access));
  const why = options.canCreate
    ? 'no NameServer has a route to it, and no broker creates topics by itself (autoCreateTopicEnable)'
    : 'no NameServer has a route to it';
  return new RmqdevError('TOPIC_NOT_FOUND', {
    what: `there is no topic ${topic}`,
    why,
    next: `${near ? `Did you mean ${near}? ` : ''}\`rmqdev topic create ${topic}\` creates it; \`rmqdev topic list\` shows all topics`,
  });
}
