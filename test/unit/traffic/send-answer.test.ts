import { expect, test } from 'vitest';
import { ConnectionError } from '../../../src/remoting/connection.js';
import { ResponseError } from '../../../src/remoting/response.js';
import { percentilesOf, perSecond } from '../../../src/traffic/figures.js';
import { matches } from '../../../src/traffic/queue-reader.js';
import { adviceOn, failureOf, meaningOf, statusOf } from '../../../src/traffic/send-answer.js';

test('four codes mean stored, each with what is known of the message', () => {
  expect([0, 10, 11, 12].map(statusOf)).toEqual(['SEND_OK', 'FLUSH_DISK_TIMEOUT', 'SLAVE_NOT_AVAILABLE', 'FLUSH_SLAVE_TIMEOUT']);
  expect(meaningOf('FLUSH_SLAVE_TIMEOUT')).toContain('stored on the master');
});

const response = (code: number) => new ResponseError('127.0.0.1:1', 310, { code, remark: 'because' });

test.each([
  ['a broker that is full or stops', response(14), { canRetry: true, mayBeStored: false }],
  ['a message that is too large', response(13), { canRetry: false, mayBeStored: false }],
  [
    'a refused connection',
    new ConnectionError('a:1', 'ECONNREFUSED', 'connect ECONNREFUSED a:1', { wasOpen: false }),
    { canRetry: true, mayBeStored: false },
  ],
  [
    'a connection that the broker closed before the answer',
    new ConnectionError('a:1', 'CLOSED', 'connection to a:1 closed by the peer', { wasOpen: true }),
    { canRetry: true, mayBeStored: true },
  ],
  ['no answer in time', new DOMException('no answer within 5 ms', 'TimeoutError'), { canRetry: true, mayBeStored: true }],
  ['a fault of ours', new TypeError('x'), { canRetry: false, mayBeStored: false }],
])('%s: another try, and may it be stored already', (_what, error, expected) => {
  expect(failureOf(error)).toMatchObject(expected);
});

test('a proxy that does not know the topic: the command that makes it', () => {
  const remark = 'TopicMessageType validate failed, the expected type is UNSPECIFIED, but actual type is NORMAL';
  expect(adviceOn(new ResponseError('127.0.0.1:8080', 310, { code: 13, remark }), 'Orders')).toContain('`rmqdev topic create Orders`');
  expect(adviceOn(response(13), 'Orders')).toBeUndefined();
  expect(adviceOn(response(17), 'Orders')).toContain('`rmqdev topic create Orders`');
});

test('nearest-rank percentiles', () => {
  expect(percentilesOf(Array.from({ length: 100 }, (_, index) => 100 - index))).toEqual({ p50: 50, p90: 90, p99: 99, max: 100 });
  expect(percentilesOf([3.14])).toEqual({ p50: 3.1, p90: 3.1, p99: 3.1, max: 3.1 });
  expect(percentilesOf([])).toBeNull();
  expect([perSecond(10, 2_000), perSecond(1, 0)]).toEqual([5, 0]);
});

test.each([
  [{ tags: undefined, key: undefined }, true],
  [{ tags: '*', key: undefined }, true],
  [{ tags: 'TagB || TagA', key: undefined }, true],
  [{ tags: 'TagAB', key: undefined }, false],
  [{ tags: undefined, key: 'k2' }, true],
  [{ tags: undefined, key: 'k' }, false],
  [{ tags: 'TagA', key: 'k3' }, false],
])('%j of a message with TagA and the keys k1 k2: %s', (filter, expected) => {
  expect(matches(filter, { tags: 'TagA', keys: 'k1 k2', storeTimestamp: 1 })).toBe(expected);
});
