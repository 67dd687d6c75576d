import { RmqdevError } from '../base/errors.js';
import { ResponseCode } from '../remoting/codes.js';
import type { TopicRoute } from '../remoting/namesrv-api.js';
import { ResponseError } from '../remoting/response.js';
import { isAccessProblem } from './access-problems.js';
import { whyAt } from './queue-reader.js';
import type { Queue, ReadFrom } from './queues.js';

/** @returns why a queue cannot be read: READ_FAILED, what `isAccessProblem` knows, or GROUP_NOT_FOUND where its broker makes no groups by itself */
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
  return new RmqdevError(
    'READ_FAILED',
    {
      what: `queue ${queueId} of ${topic} on ${brokerName} cannot be read`,
      why: whyAt(address, error),
      next: 'See `rmqdev status`; `--from-node slave` reads from slaves',
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
    why: holders.length === 0 ? 'no broker that holds it is registered' : `it is held by ${holders.join(', ')}`,
    next: `See \`rmqdev topic route ${topic}\``,
  });
}
