import { afterEach, beforeEach, expect, test } from 'vitest';
import { startNodes } from '../../../src/cluster/actions/start.js';
import { stopNodes } from '../../../src/cluster/actions/stop.js';
import { ClusterMeter } from '../../../src/cluster/status/meter.js';
import type { Entry } from '../../../src/daemon/cluster-registry.js';
import { waitFor } from '../../../src/daemon/wait-for.js';
import { profileOf } from '../../fakes/cluster.js';
import { FakeWorld } from '../../fakes/world.js';

const PAIR = ['namesrv-1', 'broker-a', 'broker-a-s'];
let fake: FakeWorld;
let entry: Entry;
beforeEach(() => {
  fake = new FakeWorld({ profile: profileOf(PAIR) });
  const cluster = fake.cluster();
  entry = { cluster, meter: new ClusterMeter(cluster) };
});
afterEach(() => fake[Symbol.asyncDispose]());

const never = new AbortController().signal;
const start = (options: { wait: boolean } = { wait: true }) =>
  startNodes(entry.cluster, PAIR, { ...options, timeoutMs: 60_000, signal: never, report: () => {} });
const wait = (goal: 'ready' | 'in-sync' | 'stopped', options: { ids?: string[]; timeoutMs?: number; closed?: AbortSignal } = {}) =>
  waitFor(entry, options.ids ?? PAIR, { goal, timeoutMs: options.timeoutMs ?? 60_000, closed: options.closed ?? never });

test('what is so already is not waited for', async () => {
  await wait('stopped');
  await start();
  await wait('ready');
  await wait('in-sync');
});

test('ready comes with the last of the nodes', async () => {
  fake.shy.add('broker-a-s');
  await start({ wait: false });
  const waiting = wait('ready');
  fake.rocketmq.register(['broker-a-s']);
  await waiting;
  expect(entry.cluster.state).toBe('ready');
});

test('in-sync waits for a slave that lags', async () => {
  await start();
  fake.rocketmq.node('broker-a').maxOffset = 100;
  const waiting = wait('in-sync');
  await expect(wait('in-sync', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  fake.rocketmq.node('broker-a-s').maxOffset = 100;
  await waiting;
});

// The answer was measured once more, on a busy machine without an answer: whoever had waited for in-sync read `null`.
test('in-sync gives the status in which all were in sync, of the whole cluster', async () => {
  await start();
  const status = await wait('in-sync', { ids: ['broker-a'] });
  expect(status?.nodes.map(({ id, inSync }) => [id, inSync])).toEqual([
    ['namesrv-1', null],
    ['broker-a', true],
    ['broker-a-s', true],
  ]);
});

test('in-sync goes on while a node of a pair does not say what it holds', async () => {
  await start();
  fake.rocketmq.node('broker-a-s').isDown = true;
  await expect(wait('in-sync', { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  await wait('in-sync', { ids: ['namesrv-1'] });
});

test('stopped waits for the process to be gone', async () => {
  await start();
  fake.process('broker-a').isStubborn = true;
  const stopping = stopNodes(entry.cluster, ['broker-a'], () => {});
  await expect(wait('stopped', { ids: ['broker-a'], timeoutMs: 50 })).rejects.toMatchObject({
    code: 'TIMEOUT',
    text: { what: 'not stopped within 0.05 s', why: 'broker-a is stopping' },
  });
  const waiting = wait('stopped', { ids: ['broker-a'] });
  fake.process('broker-a').exit({ code: 143 });
  await Promise.all([waiting, stopping]);
});

test('what nobody starts will not become ready: the error says which command would', async () => {
  await start();
  await stopNodes(entry.cluster, ['broker-a-s'], () => {});
  await expect(wait('ready')).rejects.toMatchObject({
    code: 'NODE_NOT_RUNNING',
    text: { why: 'broker-a-s is stopped', next: 'Start what is down: `rmqdev start broker-a-s -c 2m2s`' },
  });
  await wait('ready', { ids: ['broker-a'] });
});

test('a caller who goes away ends the wait with the caller’s reason', async () => {
  fake.shy.add('broker-a');
  await start({ wait: false });
  const controller = new AbortController();
  const waiting = wait('ready', { closed: controller.signal });
  controller.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
});
