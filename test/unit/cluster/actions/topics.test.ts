import { afterEach, expect, test, vi } from 'vitest';
import { startNodes } from '../../../../src/cluster/actions/start.js';
import { createTopicsAndGroups } from '../../../../src/cluster/actions/topics.js';
import type { Cluster } from '../../../../src/cluster/cluster.js';
import type { ProgressItem } from '../../../../src/contract/events.js';
import type { Profile } from '../../../../src/profile/profile.js';
import { IDS_2M2S, profileOf } from '../../../fakes/cluster.js';
import { FakeWorld } from '../../../fakes/world.js';

let fake: FakeWorld;
afterEach(() => {
  vi.useRealTimers();
  return fake[Symbol.asyncDispose]();
});

const never = new AbortController().signal;
const MASTERS = ['broker-a', 'broker-b'];
const SLAVES = ['broker-a-s', 'broker-b-s'];

/** A 2m2s of 4.9.7 that runs, with the topics Orders (everywhere) and Bills (on broker-b). */
async function running(more: Partial<Profile> = {}): Promise<Cluster> {
  const topics = [
    { name: 'Orders', queues: 4, brokers: undefined },
    { name: 'Bills', queues: 1, brokers: ['broker-b'] },
  ];
  fake = new FakeWorld({ profile: profileOf(IDS_2M2S, { topics, ...more }), version: '4.9.7' });
  const cluster = fake.cluster();
  await startNodes(cluster, IDS_2M2S, { wait: true, timeoutMs: 60_000, signal: never, report: () => {} });
  return cluster;
}

const create = async (cluster: Cluster, signal = never) => {
  const notices: string[] = [];
  const report = (item: ProgressItem) => item.event === 'notice' && notices.push(item.message);
  await createTopicsAndGroups(cluster, report, signal);
  return notices;
};

test('masters and slaves get the topics that are meant for their brokerName', async () => {
  const cluster = await running();
  expect(await create(cluster)).toEqual([]);
  expect([...MASTERS, ...SLAVES].map((id) => fake.rocketmq.node(id).topics)).toEqual([
    ['Orders'],
    ['Orders', 'Bills'],
    ['Orders'],
    ['Orders', 'Bills'],
  ]);
});

test('with acl a slave of 4.9.7 never learns of topics: nobody waits for that', async () => {
  const cluster = await running({ acl: { accessKey: 'rocketmq2', secretKey: '12345678' } });
  for (const id of SLAVES) fake.rocketmq.node(id).refusesTopics = true;
  expect(await create(cluster)).toEqual([]);
  for (const id of SLAVES) expect(fake.rocketmq.count('GET_ALL_TOPIC_CONFIG', id)).toBe(0);
});

test('a slave that refuses is waited for until it has copied them, and that is said', async () => {
  const cluster = await running();
  for (const id of SLAVES) fake.rocketmq.node(id).refusesTopics = true;
  const creating = create(cluster);
  await vi.waitUntil(() => SLAVES.every((id) => fake.rocketmq.count('GET_ALL_TOPIC_CONFIG', id) > 0), 60_000);
  fake.rocketmq.node('broker-a-s').topics = ['Orders'];
  fake.rocketmq.node('broker-b-s').topics = ['Orders', 'Bills'];
  expect(await creating).toEqual([
    'broker-a-s waits for its master’s topics (Orders): it copies them every 10 s',
    'broker-b-s waits for its master’s topics (Orders, Bills): it copies them every 10 s',
  ]);
});

test('a slave that never learns of a topic ends the wait with a notice', async () => {
  const cluster = await running();
  fake.rocketmq.node('broker-a-s').refusesTopics = true;
  vi.useFakeTimers();
  const creating = create(cluster);
  await vi.advanceTimersByTimeAsync(20_100);
  expect((await creating).at(-1)).toBe('broker-a-s still lacks its master’s topics (Orders): it copies them every 10 s');
});

test('who is told to stop waiting does', async () => {
  const cluster = await running();
  fake.rocketmq.node('broker-a-s').refusesTopics = true;
  const controller = new AbortController();
  const creating = create(cluster, controller.signal);
  await vi.waitUntil(() => fake.rocketmq.count('GET_ALL_TOPIC_CONFIG', 'broker-a-s') > 0);
  controller.abort(new Error('down was asked for'));
  await expect(creating).rejects.toThrow('down was asked for');
});
