import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rollNodes } from '../../../../src/cluster/actions/restart.js';
import { startNodes } from '../../../../src/cluster/actions/start.js';
import type { Cluster } from '../../../../src/cluster/cluster.js';
import type { ProgressItem } from '../../../../src/contract/events.js';
import { profileOf } from '../../../fakes/cluster.js';
import { FakeWorld } from '../../../fakes/world.js';

let fake: FakeWorld;
let cluster: Cluster;
beforeEach(() => {
  fake = new FakeWorld({ profile: profileOf(['namesrv-1', 'broker-a']), version: '4.9.7' });
  cluster = fake.cluster();
});
afterEach(() => fake[Symbol.asyncDispose]());

const never = new AbortController().signal;
const store = (...path: string[]) => join(cluster.spec('broker-a').paths.store, ...path);
const config = (name: string) => store('config', name);

function put(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** As a broker writes it: fastjson with tabs, keys sorted. */
function topics(...names: string[]): string {
  const entry = (name: string) =>
    `\t\t"${name}":{\n\t\t\t"order":false,\n\t\t\t"perm":6,\n\t\t\t"readQueueNums":4,\n\t\t\t"topicName":"${name}",\n\t\t\t"writeQueueNums":4\n\t\t}`;
  return `{\n\t"dataVersion":{\n\t\t"counter":3\n\t},\n\t"topicConfigTable":{\n${names.map(entry).join(',\n')}\n\t}\n}`;
}
const groups = (...names: string[]) =>
  `{"subscriptionGroupTable":{${names.map((name) => `"${name}":{"consumeEnable":true,"groupName":"${name}"}`).join(',')}}}`;
const offsets = (table: Record<string, number[]>) =>
  `{\n\t"offsetTable":{\n${Object.entries(table)
    .map(([key, queues]) => `\t\t"${key}":{${queues.map((offset, queue) => `${queue}:${offset}`).join(',')}}`)
    .join(',\n')}\n\t}\n}`;
const cut = (text: string) => text.slice(0, -20);

/** @returns what the start told, beside the progress of its nodes. */
async function start(): Promise<string[]> {
  const told: ProgressItem[] = [];
  const options = { wait: true, timeoutMs: 60_000, signal: never, report: (item: ProgressItem) => void told.push(item) };
  await startNodes(cluster, ['namesrv-1', 'broker-a'], options);
  return told.flatMap((item) => (item.event === 'notice' ? [item.message] : []));
}
const events = () => cluster.journal.read().filter(({ type }) => type === 'config-damaged');

// `start` said ready, the topic was gone, and only `explain` knew.
test('a damaged table whose .bak is older: the start, the journal and the status tell what is missing', async () => {
  put(config('topics.json'), cut(topics('TBW102', 'DefaultCluster', 'V1', 'V2')));
  put(config('topics.json.bak'), topics('TBW102', 'DefaultCluster', 'V1'));
  // Queues without a message have no folder.
  for (const queue of ['0', '2']) mkdirSync(store('consumequeue', 'V2', queue), { recursive: true });
  const [notice, ...others] = await start();
  expect(others).toEqual([]);
  expect(notice).toMatch(
    /^topics\.json of broker-a is cut off after \d+ bytes; RocketMQ 4\.9\.7 loads its copy topics\.json\.bak, which lacks topic V2\./,
  );
  expect(notice).toContain('`rmqdev topic create V2 --queues 4 -c 2m2s`');
  expect(events()).toMatchObject([{ node: 'broker-a', message: notice, data: { loads: config('topics.json.bak'), lost: ['V2'] } }]);
  expect(cluster.notices).toEqual([notice]);
});

test('the damaged file is kept, once, and the two that RocketMQ reads stay as they are', async () => {
  const damaged = cut(topics('V1', 'V2'));
  put(config('topics.json'), damaged);
  put(config('topics.json.bak'), topics('V1'));
  await start();
  await rollNodes(cluster, ['broker-a'], { timeoutMs: 60_000, signal: never, report: () => {} });
  const kept = readdirSync(store('config')).filter((name) => name.includes('.damaged-'));
  expect(kept.map((name) => readFileSync(config(name), 'utf8'))).toEqual([damaged]);
  expect([readFileSync(config('topics.json'), 'utf8'), readFileSync(config('topics.json.bak'), 'utf8')]).toEqual([damaged, topics('V1')]);
});

test('a topic that only its queues tell of is named too: the file holds nothing but zeros', async () => {
  put(config('topics.json'), '\0'.repeat(100));
  put(config('topics.json.bak'), topics('V1'));
  mkdirSync(store('consumequeue', 'V9', '0'), { recursive: true });
  mkdirSync(store('consumequeue', 'SCHEDULE_TOPIC_XXXX', '0'), { recursive: true });
  mkdirSync(store('consumequeue', '%RETRY%g1', '0'), { recursive: true });
  expect(await start()).toEqual([expect.stringContaining('which lacks topic V9.')]);
});

test('without a copy the table is empty, and everything that can still be read of it is lost', async () => {
  put(config('topics.json'), cut(topics('V1', 'V2')));
  put(config('subscriptionGroup.json'), '');
  put(config('consumerOffset.json'), offsets({ 'V1@g1': [3, 4] }));
  const told = await start();
  expect(told).toHaveLength(2);
  expect(told[0]).toContain('there is no copy, and RocketMQ 4.9.7 starts with an empty table: lost are topics V1');
  expect(told[1]).toMatch(/^subscriptionGroup\.json of broker-a is empty; .* lost is group g1\. .*`rmqdev group create g1 -c 2m2s`/);
});

test('offsets that the copy has not, or has further back', async () => {
  put(config('subscriptionGroup.json'), groups('g1', 'g2', 'g3', 'last'));
  put(config('consumerOffset.json'), cut(offsets({ 'V1@g1': [10, 10], 'V1@g2': [5], 'V1@g3': [7], 'X@last': [1, 2, 3, 4, 5, 6, 7] })));
  put(config('consumerOffset.json.bak'), offsets({ 'V1@g1': [10, 9], 'V1@g3': [7] }));
  const [notice] = await start();
  expect(notice).toContain('which lacks the last offsets of group g1 on V1, group g2 on V1, group last on X.');
  expect(notice).toContain('`rmqdev group reset-offset g1 -c 2m2s`');
});

test('nothing is told of sound tables, of a fresh store, and of a NameServer', async () => {
  expect(await start()).toEqual([]);
  put(config('topics.json'), topics('V1'));
  put(config('topics.json.bak'), cut(topics('V1')));
  await rollNodes(cluster, ['broker-a', 'namesrv-1'], { timeoutMs: 60_000, signal: never, report: () => {} });
  expect({ events: events(), notices: cluster.notices }).toEqual({ events: [], notices: [] });
});

test('a restart by policy tells it too; the next launch that finds all well takes it back', async () => {
  await start();
  put(config('topics.json'), cut(topics('V1', 'V2')));
  put(config('topics.json.bak'), topics('V1'));
  fake.process('broker-a').exit({ code: 255 });
  await cluster.until(() => cluster.supervisor('broker-a').restarts === 1 && cluster.supervisor('broker-a').state === 'ready', never);
  expect(cluster.notices).toEqual([expect.stringContaining('which lacks')]);
  put(config('topics.json'), topics('V1', 'V2'));
  await rollNodes(cluster, ['broker-a'], { timeoutMs: 60_000, signal: never, report: () => {} });
  expect(cluster.notices).toEqual([]);
});

test('a later daemon still knows', async () => {
  put(config('topics.json'), cut(topics('V1', 'V2')));
  put(config('topics.json.bak'), topics('V1'));
  const [notice] = await start();
  cluster.release();
  const next = fake.empty();
  await next.restore();
  expect(next.notices).toContain(notice);
});

test('what cannot be looked at does not keep the node from starting', async () => {
  mkdirSync(config('topics.json'), { recursive: true });
  await start();
  expect(cluster.supervisor('broker-a').state).toBe('ready');
  expect(existsSync(config('topics.json'))).toBe(true);
});

// Three launches of a broker that could not load topics.json ended with empty offsets of all groups (4.9.7).
test('a table whose .bak is broken too: the broker is not launched, and its other tables stay as they are', async () => {
  put(config('topics.json'), cut(topics('TBW102')));
  put(config('topics.json.bak'), cut(topics('TBW102')));
  const before = offsets({ 'T1@g1': [10, 10] });
  put(config('consumerOffset.json'), before);
  await expect(start()).rejects.toMatchObject({
    code: 'STORE_DAMAGED',
    text: { what: expect.stringContaining('topics.json.bak are broken') },
  });
  expect({ launched: fake.launched, offsets: readFileSync(config('consumerOffset.json'), 'utf8') }).toEqual({
    launched: ['namesrv-1'],
    offsets: before,
  });
});
