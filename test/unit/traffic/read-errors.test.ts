import { expect, test } from 'vitest';
import { ResponseError } from '../../../src/remoting/response.js';
import { isSystemGroup } from '../../../src/rocketmq/system-names.js';
import { readError } from '../../../src/traffic/read-errors.js';

const QUEUE = { brokerName: 'broker-a', queueId: 0, address: '127.0.0.1:10921' };
const errorOf = (code: number, remark: string) =>
  readError({ topic: 'T', group: undefined }, QUEUE, new ResponseError(QUEUE.address, 11, { code, remark }));

test('a slave that does not know the topic yet: why, and what to do', () => {
  const { code, text } = errorOf(
    17,
    'the topic[T] not exist, apply first please! See https://rocketmq.apache.org/docs/bestPractice for details.',
  );
  expect({ code, what: text.what }).toEqual({ code: 'READ_FAILED', what: 'queue 0 of T on broker-a cannot be read' });
  expect(text.why).toMatch(/^127\.0\.0\.1:10921 does not know the topic yet .*copies new topics from its master/);
  expect(text.next).toMatch(/^Try again in a minute; `rmqdev consume T` without --from-node/);
});

test('a slave of 5.x that may not be read is told from a broker that is busy', () => {
  expect(errorOf(2, '[REJECTREQUEST]system busy, start flow control for a while').text.why).toContain('slaveReadEnable is false');
  expect(errorOf(2, '[TIMEOUT_CLEAN_QUEUE]broker busy').text.next).toContain('rmqdev status');
});

test('groups of rmqdev itself are no groups of the user', () => {
  expect(['rmqdev-probe', 'rmqdev-producer', 'TOOLS_CONSUMER', 'my-app'].filter(isSystemGroup)).toEqual([
    'rmqdev-probe',
    'rmqdev-producer',
    'TOOLS_CONSUMER',
  ]);
});
