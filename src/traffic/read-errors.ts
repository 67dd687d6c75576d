import { RmqdevError } from '../base/errors.js';
import { ResponseCode } from '../remoting/codes.js';
import type { TopicRoute } from '../remoting/namesrv-api.js';
import { ResponseError } from '../remoting/response.js';
import { remarkMeans } from '../rocketmq/remarks.js';
import { isAccessProblem } from './access-problems.js';
import { whyAt } from './queue-reader.js';
import type { Queue, ReadFrom } from './queues.js';

type Advice = {
  readonly isMeant: (error: ResponseError) => boolean;
  readonly why: (address: string) => string;
  readonly next: (topic: string) => string;
};

/** The meaning of answers to a pull that are clear only to those who know RocketMQ. */
const ADVICE: readonly Advice[] = [
  {
    // The route comes from the master. Source: broker/.../slave/SlaveSynchronize.java (periods measured).
    isMeant: ({ code }) => code === ResponseCode.TOPIC_NOT_EXIST,
    why: (address) =>
      `${address} does not know the topic yet (TOPIC_NOT_EXIST): a slave copies new topics from its master about every 10 s, on 4.4.0 and 5.x every 60 s`,
    next: (topic) => `Try again in a minute; \`rmqdev consume ${topic}\` without --from-node reads from the master now`,
  },
  {
    isMeant: (error) => remarkMeans(error, 'SLAVE_READS_REFUSED'),
    why: (address) => `${address} is a slave and does not return messages: slaveReadEnable is false (5.x)`,
    next: (topic) => `Set slaveReadEnable=true in its properties; \`rmqdev consume ${topic}\` without --from-node reads from the master`,
  },
];

/** @returns why a queue cannot be read: READ_FAILED, a code of `isAccessProblem`, or GROUP_NOT_FOUND if its broker does not create groups by itself */
export function readError(
  { topic, group }: { topic: string; group: string | undefined },
  { brokerName, queueId, address }: Queue,
  error: unknown,
): RmqdevError {
  if (isAccessProblem(error)) return error;
  if (error instanceof ResponseError && error.code === ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST) {
    return new RmqdevError('GROUP_NOT_FOUND', {
      what: `there is no consumer group ${group}`,
      why: `${error.message}: the broker makes none by itself (autoCreateSubscriptionGroup)`,
      next: `\`rmqdev group create ${group}\``,
    });
  }
  const advice = error instanceof ResponseError ? ADVICE.find(({ isMeant }) => isMeant(error)) : undefined;
  return new RmqdevError(
    'READ_FAILED',
    {
      what: `queue ${queueId} of ${topic} on ${brokerName} cannot be read`,
      why: advice?.why(address) ?? whyAt(address, error),
      next: advice?.next(topic) ?? 'Check `rmqdev status`; `--from-node slave` reads from slaves',
    },
    { cause: error },
  );
}

export function nothingToRead(topic: string, route: TopicRoute, readFrom: ReadFrom): RmqdevError {
  const holders = route.brokerDatas.flatMap(({ brokerName, brokerAddrs }) =>
    [...brokerAddrs].map(([id, address]) => `${brokerName} ${id} at ${address}`),
  );
  const where = readFrom === 'slave' ? 'from a slave' : readFrom === 'master' ? 'anywhere' : `from ${readFrom.address}`;
  return new RmqdevError('READ_FAILED', {
    what: `${topic} cannot be read ${where}`,
    why: holders.length === 0 ? 'no broker that has it is registered' : `these brokers have it: ${holders.join(', ')}`,
    next: `Check \`rmqdev topic route ${topic}\``,
  });
}
