import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectFailure, Harness } from '../../support/harness.js';
import { until } from '../../support/until.js';

/** send, consume, topic and group of the built CLI on two fake pairs; each test has topics of its own. */
let h: Harness;
beforeAll(async () => {
  h = await Harness.create();
  await h.up('2m2s');
});
afterAll(() => h[Symbol.asyncDispose]());

const messages = (lines: readonly { event?: unknown }[]) =>
  lines.filter(({ event }) => event === 'message') as { [field: string]: unknown }[];
const bodies = (lines: readonly { event?: unknown }[]) => messages(lines).map(({ body }) => body);

test('what is sent is read, in the order of sending in each queue, from masters and from slaves, with and without a daemon', async () => {
  const sent = await h.run('send', 'Orders', '-n', '40', '--tag', 'T{n}', '--key', 'k{n} all', '--property', 'colour=blue', '--json');
  expect(sent.json).toMatchObject({ event: 'summary', created: true, sent: 40, failed: 0, statuses: { SEND_OK: 40 }, retried: 0 });
  expect(new Set(sent.lines.slice(0, -1).map(({ brokerName }) => brokerName))).toEqual(new Set(['broker-a', 'broker-b']));

  const read = await h.run('consume', 'Orders', '--json');
  expect(new Set(bodies(read.lines))).toEqual(new Set(Array.from({ length: 40 }, (_, index) => `Hello RocketMQ ${index + 1}`)));
  const [first] = messages(read.lines);
  expect(first).toMatchObject({
    topic: 'Orders',
    properties: { colour: 'blue' },
    tags: expect.stringMatching(/^T\d+$/),
    keys: expect.stringMatching(/^k\d+ all$/),
  });
  expect(sent.lines.map(({ msgId }) => msgId)).toContain(first?.msgId);
  const oneQueue = messages(read.lines).filter(({ brokerName, queueId }) => brokerName === 'broker-a' && queueId === 0);
  const numbers = oneQueue.map(({ body }) => Number(String(body).split(' ').at(-1)));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));

  const fromSlaves = await h.run('consume', 'Orders', '--from-node', 'slave', '--namesrv', h.namesrvAddr, '--json');
  expect(new Set(messages(fromSlaves.lines).map(({ readFrom }) => readFrom))).toEqual(
    new Set([`127.0.0.1:${h.port('broker-a-s')}`, `127.0.0.1:${h.port('broker-b-s')}`]),
  );
  expect(messages(fromSlaves.lines)).toHaveLength(40);
  expect(bodies((await h.run('consume', 'Orders', '--tag', 'T7 || T9', '--json')).lines).sort()).toEqual([
    'Hello RocketMQ 7',
    'Hello RocketMQ 9',
  ]);
  expect(bodies((await h.run('consume', 'Orders', '--key', 'k12', '--json')).lines)).toEqual(['Hello RocketMQ 12']);
  expect((await h.run('consume', 'Orders', '--from', 'last', '-n', '3', '--json')).json).toMatchObject({ received: 3 });
});

test('a topic of many queues is read without a warning of the runtime', async () => {
  await h.run('topic', 'create', 'Wide', '--queues', '16');
  await h.run('send', 'Wide', '-n', '40');
  const { code, stderr } = await h.run('consume', 'Wide');
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^40 messages of Wide in [\d.]+m?s\n$/) });
});

test('messages of one key go to one queue; --to keeps to one broker', async () => {
  await h.run('topic', 'create', 'Ordered', '--queues', '3');
  const sent = await h.run('send', 'Ordered', '-n', '20', '--key', 'order-1', '--order-by', 'key', '--json');
  expect(new Set(sent.lines.slice(0, -1).map(({ brokerName, queueId }) => `${brokerName} ${queueId}`)).size).toBe(1);
  const toB = await h.run('send', 'Ordered', '-n', '6', '--to', 'broker-b', '--json');
  expect(
    (toB.json as { queues: { brokerName: string; queueId: number }[] }).queues.map(({ brokerName, queueId }) => `${brokerName} ${queueId}`),
  ).toEqual(['broker-b 0', 'broker-b 1', 'broker-b 2']);
  expectFailure(await h.run('send', 'Ordered', '--to', 'broker-c', '--json'), 53, {
    code: 'NOT_WRITABLE',
    why: expect.stringContaining('broker-a, broker-b'),
  });
});

test('a group goes on where it stands, and can be set back, until it is deleted', async () => {
  await h.run('send', 'Shared', '-n', '10');
  expect(bodies((await h.run('consume', 'Shared', '--group', 'readers', '-n', '4', '--json')).lines)).toHaveLength(4);
  expect((await h.run('group', 'show', 'readers', '--json')).json).toMatchObject({
    group: 'readers',
    topics: ['Shared'],
    members: 0,
    lag: 6,
  });
  expect(bodies((await h.run('consume', 'Shared', '--group', 'readers', '--json')).lines)).toHaveLength(6);
  expect((await h.run('consume', 'Shared', '--group', 'readers', '--json')).json).toMatchObject({ received: 0 });
  expect((await h.run('group', 'reset-offset', 'readers', '--topic', 'Shared', '--to', 'first', '--json')).json).toMatchObject({ lag: 10 });
  expect((await h.run('group', 'list', '--json')).json).toMatchObject({ groups: [{ group: 'readers', lag: 10 }] });
  expect((await h.run('topic', 'show', 'Shared', '--json')).json).toMatchObject({ messages: 10, groups: ['readers'] });
  expect((await h.run('group', 'delete', 'readers')).code).toBe(0);
  expectFailure(await h.run('group', 'show', 'readers', '--json'), 51, { code: 'GROUP_NOT_FOUND' });
});

/** Runs the CLI with its stdout where a shell puts it. */
const piped = async (to: string, ...args: string[]) =>
  h.begin([...args, '--json'], { command: ['bash', '-o', 'pipefail', '-c', `"$@" ${to}`, '--'] }).outcome;

test('a reader that goes ends consume, and the group goes on with what it was not given', async () => {
  await h.run('send', 'Headed', '-n', '1000', '--size', '1k');
  const { code, lines } = await piped('| head -n 3', 'consume', 'Headed', '--group', 'heads');
  expect({ code, shown: messages(lines).length }).toEqual({ code: 0, shown: 3 });
  const { lag } = (await h.run('group', 'show', 'heads', '--json')).json as { lag: number };
  expect(lag).toBeGreaterThan(0);
  expect(lag).toBeLessThanOrEqual(997);
  expect((await h.run('consume', 'Headed', '--group', 'heads', '--json')).json).toMatchObject({ received: lag });
});

test('what cannot be written is not committed, and is a failure', async () => {
  await h.run('send', 'Full', '-n', '10');
  expectFailure(await piped('> /dev/full', 'consume', 'Full', '--group', 'fulls'), 40, {
    code: 'FILE_NOT_WRITTEN',
    why: expect.stringContaining('ENOSPC'),
  });
  expect((await h.run('consume', 'Full', '--group', 'fulls', '--json')).json).toMatchObject({ received: 10 });
});

test('from a moment on, and nothing that is older', async () => {
  await h.run('send', 'Since', '-n', '20', '--body', 'old');
  const moment = new Date(Date.now() + 1).toISOString();
  await until(() => expect(new Date().toISOString() > moment).toBe(true));
  await h.run('send', 'Since', '-n', '3', '--body', 'new');
  expect(bodies((await h.run('consume', 'Since', '--from', moment, '--json')).lines)).toEqual(['new', 'new', 'new']);
});

test('a topic is made on every master with a route on every NameServer, is shown, and deleted', async () => {
  const made = await h.run('topic', 'create', 'Made', '--queues', '2', '--perm', 'r', '--json');
  expect(made.json).toEqual({ topic: 'Made', action: 'created', brokers: ['broker-a', 'broker-b'], notices: [] });
  const again = await h.run('topic', 'create', 'Made', '--queues', '2', '--perm', 'r', '--json');
  expect(again.json).toMatchObject({ topic: 'Made', action: 'changed' });
  const { namesrvs } = (await h.run('topic', 'route', 'Made', '--json')).json as { namesrvs: { route: object[] }[] };
  const addresses = { '0': `127.0.0.1:${h.port('broker-a')}`, '1': `127.0.0.1:${h.port('broker-a-s')}` };
  for (const { route } of namesrvs)
    expect(route).toMatchObject([{ brokerName: 'broker-a', perm: 4, writeQueues: 2, addresses }, { brokerName: 'broker-b' }]);
  expect(namesrvs).toHaveLength(2);
  expectFailure(await h.run('send', 'Made', '--json'), 53, {
    code: 'NOT_WRITABLE',
    why: expect.stringContaining('perm 4, without write permission'),
  });
  expect((await h.run('topic', 'list', '--json')).json).toMatchObject({
    topics: expect.arrayContaining([{ topic: 'Made', brokers: ['broker-a', 'broker-b'], queues: 4, messages: 0 }]),
  });
  expect((await h.run('topic', 'delete', 'Made')).code).toBe(0);
  expectFailure(await h.run('consume', 'Mode', '--json'), 50, { code: 'TOPIC_NOT_FOUND' });
  expectFailure(await h.run('topic', 'delete', 'BenchmarkTest', '--json'), 24, { code: 'NAME_INVALID' });
});

test('consume -f waits for a topic, and a steady send goes on while a master is killed', async () => {
  const follower = h.begin(['consume', 'Later', '-f', '--json']);
  await h.run('send', 'Later', '-n', '8');
  await until(() => bodies(follower.lines).length === 8);
  const steady = h.begin(['send', 'Later', '-n', '60', '--rate', '40', '--body', 'steady {n}', '--json']);
  await until(() => steady.lines.length > 5);
  await h.run('kill', 'broker-a', '--signal', 'SIGKILL');
  const { json, code, stderr } = await steady.outcome;
  expect(json, stderr).toMatchObject({ event: 'summary', sent: 60, failed: 0 });
  // What the killed master took last was stored, and not answered as its slave's.
  expect([0, 55]).toContain(code);
  const survivors = steady.lines.filter(({ brokerName }) => brokerName === 'broker-b').map(({ n }) => `steady ${n}`);
  await until(() => survivors.every((body) => bodies(follower.lines).includes(body)));
  follower.signal('SIGINT');
  expect((await follower.outcome).code).toBe(0);
  expectFailure(await h.run('send', 'Later', '--to', 'broker-a', '--json'), 53, {
    code: 'NOT_WRITABLE',
    why: expect.stringContaining('no master'),
  });
  await h.run('start', 'broker-a');
});

test('what cannot be reached or done is said, and nothing is sent', async () => {
  expectFailure(await h.run('send', 'my topic', '--json'), 24, { code: 'NAME_INVALID', next: expect.stringContaining('my-topic') });
  expectFailure(await h.run('send', 'Orders', '--namesrv', '127.0.0.1:1', '--json'), 52, {
    code: 'NAMESRV_UNREACHABLE',
    why: expect.stringContaining('ECONNREFUSED'),
  });
  expectFailure(await h.run('consume', 'Orders', '--from', 'last', '--json'), 2, { code: 'USAGE', next: expect.stringContaining('-n 10') });
  expectFailure(await h.run('consume', 'Orders', '--from-node', 'broker-z', '--json'), 2, {
    code: 'USAGE',
    why: expect.stringContaining('broker-a-s'),
  });
  expectFailure(await h.run('tools', '--json', '--', 'org.example.None'), 58, { code: 'CLASS_NOT_FOUND' });
  await h.run('stop', 'brokers');
  for (const args of [
    ['send', 'None'],
    ['consume', 'None'],
    ['topic', 'list'],
    ['group', 'list'],
  ])
    expectFailure(await h.run(...args, '--json'), 53, { code: 'NOT_WRITABLE', next: expect.stringContaining('rmqdev start brokers') });
});
