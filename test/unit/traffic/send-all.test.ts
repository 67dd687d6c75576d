import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { RemotingClient } from '../../../src/remoting/client.js';
import { SendError, type Sent } from '../../../src/traffic/producer.js';
import { type SendEvent, sendAll } from '../../../src/traffic/send-all.js';

const QUEUE = { brokerName: 'broker-a', queueId: 0, address: '127.0.0.1:10911' };
const SENT: Omit<Sent, 'queueOffset'> = {
  status: 'SEND_OK',
  msgId: 'A',
  offsetMsgId: 'B',
  brokerName: 'broker-a',
  queueId: 0,
  latencyMs: 1,
  tries: 1,
  mayBeTwice: false,
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

type Run = { rate?: number; canRetry?: boolean; tell?: (event: SendEvent) => void };

/** Sends `count` messages to a broker that stores the n-th (from 1 on) unless `fails`. */
async function run(count: number, fails: (n: number) => boolean, { rate, canRetry = true, tell = () => {} }: Run = {}) {
  using client = new RemotingClient();
  const access = { client, clock: systemClock, namesrvs: ['127.0.0.1:9876'], timeoutMs: 1_000, signal: new AbortController().signal };
  let asked = 0;
  const producer = {
    isNewTopic: false,
    choose: () => QUEUE,
    noteFailedKey: async () => {},
    send: async (): Promise<Sent> => {
      asked += 1;
      if (fails(asked)) throw new SendError({ error: new Error('connect ECONNREFUSED'), canRetry, mayBeStored: false }, 3);
      return { ...SENT, queueOffset: asked };
    },
  };
  const drafts = Array.from({ length: count }, () => ({ body: Buffer.from('x') }));
  const events: SendEvent[] = [];
  const running = sendAll(access, producer, drafts, { topic: 'T', ...(rate && { rate }) }, (event) => {
    events.push(event);
    tell(event);
  });
  const [{ summary, problem }] = await Promise.all([running, vi.runAllTimersAsync()]);
  return { sent: summary.sent, failed: summary.failed, problem: problem?.text.what, events: events.map(({ event }) => event) };
}

test('ten failures in a row end a send, and it says that the rest was not tried', async () => {
  expect(await run(100, () => true)).toMatchObject({
    sent: 0,
    failed: 10,
    problem: '10 of 10 messages of T were not stored, and the rest was not tried',
  });
  const scattered = await run(100, (n) => n % 10 === 0);
  expect(scattered).toMatchObject({ sent: 90, failed: 10, problem: '10 of 100 messages of T were not stored' });
});

test('a paced send goes on through an election, and tells each message that failed', async () => {
  const { sent, failed, problem, events } = await run(600, (n) => n > 100 && n <= 300, { rate: 20 });
  expect({ sent, failed }).toEqual({ sent: 400, failed: 200 });
  expect(problem).toBe('200 of 600 messages of T were not stored');
  expect(events).toHaveLength(600);
  expect(events.lastIndexOf('failed')).toBe(299);
});

test('a paced send ends where nothing was stored for a minute, or where no broker would ever take the message', async () => {
  const dead = await run(10_000, () => true, { rate: 20 });
  expect(dead.failed).toBeGreaterThan(1_000);
  expect(dead.failed).toBeLessThan(1_500);
  expect(dead.problem).toContain('the rest was not tried');
  expect(await run(100, () => true, { rate: 20, canRetry: false })).toMatchObject({ failed: 1 });
});

test('an error of whoever is told ends the run with that error, at once and only once', async () => {
  let told = 0;
  const broken = run(100, () => false, {
    rate: 1,
    tell: () => {
      told += 1;
      throw new Error('write EPIPE');
    },
  });
  await expect(broken).rejects.toThrow('write EPIPE');
  expect(told).toBe(1);
});
