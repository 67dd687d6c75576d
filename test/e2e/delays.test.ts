import { expect, test, vi } from 'vitest';
import { getMaxOffset, sendMessage } from '../../src/remoting/broker-api.js';
import { RemotingClient } from '../../src/remoting/client.js';
import { readAll } from './support/messages.js';
import { withRmqdev } from './support/rmqdev.js';
import { up } from './support/traffic.js';

type Status = { nodes: { id: string; address: string; restarts: number; state: string }[] };

const TOPIC = { name: 'broker-a', queues: 1 };

/** What a producer asks for: a level of the broker's list, or on 5.x any time. */
const DELAYS = {
  '4.9.7': [{ body: 'level', delayLevel: 2, waitMs: 5_000 }],
  '5.5.0': [
    { body: 'level', delayLevel: 2, waitMs: 5_000 },
    { body: 'timer', properties: { TIMER_DELAY_SEC: '6' }, waitMs: 6_000 },
  ],
} as const;

test.each(['4.9.7', '5.5.0'] as const)(
  '%s: delayed messages arrive when they are due, also after a kill -9',
  { timeout: 300_000 },
  (version) =>
    withRmqdev(async (rmqdev) => {
      using client = new RemotingClient();
      await up(rmqdev, 'single', version, ['namesrv-1', 'broker-a']);
      const broker = async () => {
        const { nodes } = await rmqdev.json<Status>('status');
        return nodes.find(({ id }) => id === 'broker-a') as Status['nodes'][number];
      };
      const { address } = await broker();
      const before = await getMaxOffset(client, address, { topic: TOPIC.name, queueId: 0 }, AbortSignal.timeout(10_000));
      const sendDelayed = () =>
        Promise.all(
          DELAYS[version].map(async ({ waitMs: _, body, ...delay }) => {
            const message = { topic: TOPIC.name, queueId: 0, body: Buffer.from(body), producerGroup: 'e2e-producer', ...delay };
            expect((await sendMessage(client, address, message, AbortSignal.timeout(10_000))).code).toBe(0);
          }),
        );
      const arrived = async (count: number) =>
        (await readAll(client, address, TOPIC, before + count)).filter((body) => body === 'level' || body === 'timer');
      const since = performance.now();
      await sendDelayed();
      const wanted = DELAYS[version].map(({ body }) => body as string).sort();
      expect(await arrived(wanted.length)).toEqual(wanted);
      // A timer counts in whole seconds.
      expect(performance.now() - since).toBeGreaterThan(Math.max(...DELAYS[version].map(({ waitMs }) => waitMs)) - 1_000);

      await sendDelayed();
      await rmqdev.run('kill', 'broker-a', '--restart');
      await vi.waitUntil(
        async () => {
          const { state, restarts } = await broker();
          return state === 'ready' && restarts === 1;
        },
        { timeout: 60_000, interval: 500 },
      );
      // Once more at least: what was delivered in the last minute may come again.
      await vi.waitUntil(
        async () => {
          const bodies = await arrived(0);
          return wanted.every((body) => bodies.filter((other) => other === body).length >= 2);
        },
        { timeout: 60_000, interval: 500 },
      );
    }),
);
