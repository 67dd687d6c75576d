import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { RmqdevError } from '../../../../src/base/errors.js';
import { restartTogether, rollNodes } from '../../../../src/cluster/actions/restart.js';
import { startNodes } from '../../../../src/cluster/actions/start.js';
import { proveStopped, stopNodes } from '../../../../src/cluster/actions/stop.js';
import type { Cluster } from '../../../../src/cluster/cluster.js';
import type { ProgressItem } from '../../../../src/contract/events.js';
import { nodeProfile, profileOf } from '../../../fakes/cluster.js';
import { RESTART } from '../../../fakes/supervisor.js';
import { FakeWorld } from '../../../fakes/world.js';
import { until } from '../../../support/until.js';

let fake: FakeWorld;
const fakes: FakeWorld[] = [];
afterEach(() => Promise.all(fakes.splice(0).map((each) => each[Symbol.asyncDispose]())));

const never = () => new AbortController().signal;
const ALL = ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b', 'broker-b-s'];
const states = (cluster: Cluster) => Object.fromEntries(cluster.specs.map(({ id }) => [id, cluster.supervisor(id).state]));
const start = (cluster: Cluster, ids: readonly string[] = ALL, options: Partial<Parameters<typeof startNodes>[2]> = {}) =>
  startNodes(cluster, ids, { wait: true, timeoutMs: 60_000, signal: never(), report: () => {}, ...options });
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: RmqdevError) => error,
  );

function setUp(...parameters: ConstructorParameters<typeof FakeWorld>): Cluster {
  fake = new FakeWorld(...parameters);
  fakes.push(fake);
  return fake.cluster();
}

test('4.9.7 starts NameServers, masters, slaves, each tier once the one before it can take it, and ends with all ready', async () => {
  const cluster = setUp({ version: '4.9.7' });
  const stages: string[] = [];
  await start(cluster, ALL, { stage: (name) => stages.push(name) });
  expect(fake.launched.slice(0, 2).sort()).toEqual(['namesrv-1', 'namesrv-2']);
  expect(fake.launched.slice(2, 4).sort()).toEqual(['broker-a', 'broker-b']);
  expect(fake.launched.slice(4).sort()).toEqual(['broker-a-s', 'broker-b-s']);
  expect(new Set(Object.values(states(cluster)))).toEqual(new Set(['ready']));
  expect({ state: cluster.state, stages }).toEqual({ state: 'ready', stages: ['NameServers', 'brokers', 'in sync'] });
});

test('progress tells each step of each node, and nothing twice in a row', async () => {
  const cluster = setUp();
  const items: ProgressItem[] = [];
  await start(cluster, ALL, { report: (item) => items.push(item) });
  const steps = items.flatMap((item) => (item.event === 'node' && item.node === 'broker-a' ? [item] : []));
  expect([...new Set(steps.map(({ step }) => step))]).toEqual(['starting', 'answering', 'registered', 'in sync', 'ready']);
  const alone = setUp({ profile: profileOf(['namesrv-1', 'broker-a']) });
  const others: ProgressItem[] = [];
  await start(alone, ['namesrv-1', 'broker-a'], { report: (item) => others.push(item) });
  expect(others.flatMap((item) => (item.event === 'node' && item.node === 'broker-a' ? [item.step] : []))).not.toContain('in sync');
  const texts = steps.map(({ step, reason }) => `${step} ${reason}`);
  expect(texts.filter((text, i) => text === texts[i - 1])).toEqual([]);
});

test('a start of what runs already is at once done and launches nothing', async () => {
  const cluster = setUp();
  await start(cluster);
  await start(cluster);
  expect(fake.launched).toHaveLength(6);
});

test('without waiting it ends before brokers are ready', async () => {
  const cluster = setUp({ version: '4.9.7' });
  for (const id of ALL) fake.shy.add(id);
  await start(cluster, ALL, { wait: false });
  expect(states(cluster)).toMatchObject({ 'namesrv-1': 'ready', 'broker-a': 'starting', 'broker-a-s': 'starting' });
});

test('a slave that starts before its master is not ready without it, while a start is still to launch the master', async () => {
  const cluster = setUp({ version: '5.5.0', profile: profileOf(['namesrv-1', 'broker-a', 'broker-a-s']) });
  const slave = () => cluster.supervisor('broker-a-s');
  {
    using _ = cluster.expect(new Set(['broker-a']));
    await start(cluster, ['namesrv-1', 'broker-a-s'], { wait: false });
    await until(() => expect(`${slave().state} ${slave().reason}`).toMatch(/^starting waits for its master/));
  }
  await cluster.until(() => slave().state === 'ready', never());
});

test('a node that is given up ends the wait, with its cause, the line that proves it and where to read on', async () => {
  const nodes = ['namesrv-1', nodeProfile('broker-a', { restart: { ...RESTART, maxRestarts: 0 } })];
  const cluster = setUp({ profile: profileOf(nodes) });
  fake.shy.add('broker-a');
  const starting = failureOf(start(cluster, ['namesrv-1', 'broker-a']));
  await cluster.until(() => cluster.supervisor('broker-a').pid !== null, never());
  writeFileSync(cluster.spec('broker-a').paths.stdout, 'java.net.BindException: Address already in use\n\tat sun.nio.ch.Net.bind0\n');
  fake.process('broker-a').exit({ code: 253 });
  expect(await starting).toMatchObject({
    code: 'NODE_GAVE_UP',
    text: {
      what: expect.stringMatching(/^broker-a did not come up: broker-a could not open listenPort 10911/),
      why: expect.stringMatching(
        /^exit status 253: System\.exit\(-3\).*\nstdout\.log:1: java\.net\.BindException: Address already in use$/m,
      ),
      next: expect.stringContaining('`rmqdev explain broker-a -c 2m2s`'),
    },
  });
  expect(cluster.supervisor('namesrv-1').state).toBe('ready');
});

test('a node that was given up before is started again, also if it must wait for others first', async () => {
  const cluster = setUp({ profile: profileOf(['namesrv-1', nodeProfile('broker-a', { restart: { ...RESTART, maxRestarts: 0 } })]) });
  fake.shy.add('broker-a');
  const failing = failureOf(start(cluster, ['namesrv-1', 'broker-a']));
  await cluster.until(() => cluster.supervisor('broker-a').pid !== null, never());
  fake.process('broker-a').exit({ code: 77 });
  await failing;
  fake.shy.clear();
  await stopNodes(cluster, ['namesrv-1'], () => {});
  await start(cluster, ['namesrv-1', 'broker-a']);
  expect(states(cluster)).toEqual({ 'namesrv-1': 'ready', 'broker-a': 'ready' });
});

test('a node that is given up without a cause that is known ends the wait with its last words', async () => {
  const cluster = setUp({ profile: profileOf(['namesrv-1', nodeProfile('broker-a', { restart: { ...RESTART, maxRestarts: 0 } })]) });
  fake.shy.add('broker-a');
  const starting = failureOf(start(cluster, ['namesrv-1', 'broker-a']));
  await cluster.until(() => cluster.supervisor('broker-a').pid !== null, never());
  writeFileSync(cluster.spec('broker-a').paths.stdout, 'java.lang.IllegalStateException: no luck\n');
  fake.process('broker-a').exit({ code: 77 });
  expect(await starting).toMatchObject({
    code: 'NODE_GAVE_UP',
    text: {
      what: 'broker-a did not come up',
      why: 'exit status 77; its last words: java.lang.IllegalStateException: no luck',
      next: expect.stringContaining('rmqdev logs broker-a'),
    },
  });
});

test('a time-out says what it waits for, and what was started goes on', async () => {
  const cluster = setUp({ profile: profileOf(['namesrv-1', 'broker-a']) });
  fake.shy.add('broker-a');
  const waiting = new AbortController();
  const starting = failureOf(start(cluster, ['namesrv-1', 'broker-a'], { signal: waiting.signal }));
  await expect.poll(() => cluster.supervisor('broker-a').reason, { timeout: 60_000 }).toContain('not registered');
  // The deadline passes now, however slow the machine is.
  waiting.abort(new DOMException('', 'TimeoutError'));
  expect(await starting).toMatchObject({
    code: 'TIMEOUT',
    text: {
      why: 'broker-a is starting (not registered with namesrv-1 (127.0.0.1:9876))',
      next: expect.stringContaining('rmqdev start all'),
    },
  });
  fake.rocketmq.register(['broker-a']);
  await cluster.until(() => cluster.supervisor('broker-a').state === 'ready', never());
});

test.each([
  ['stops', (cluster: Cluster) => void cluster.supervisor('broker-b').stop()],
  ['kills', (cluster: Cluster) => void cluster.supervisor('broker-b').kill('SIGKILL', { restart: false })],
])('a node that the user %s meanwhile is not waited for, and not told to be up', async (_, end) => {
  const cluster = setUp({ profile: profileOf(['namesrv-1', 'broker-a', 'broker-b']) });
  fake.shy.add('broker-b');
  const starting = failureOf(start(cluster, ['namesrv-1', 'broker-a', 'broker-b']));
  await cluster.until(() => cluster.supervisor('broker-b').pid !== null, never());
  end(cluster);
  expect(await starting).toMatchObject({
    code: 'NODE_NOT_RUNNING',
    text: { what: 'broker-b is not up', next: expect.stringContaining('`rmqdev start broker-b -c ') },
  });
  await cluster.until(() => cluster.supervisor('broker-b').state === 'stopped', never());
  expect(states(cluster)).toEqual({ 'namesrv-1': 'ready', 'broker-a': 'ready', 'broker-b': 'stopped' });
});

test('a start that its caller gives up ends with the caller’s reason', async () => {
  const cluster = setUp({ profile: profileOf(['namesrv-1', 'broker-a']) });
  fake.shy.add('broker-a');
  const controller = new AbortController();
  const starting = failureOf(start(cluster, ['namesrv-1', 'broker-a'], { signal: controller.signal }));
  const reason = new Error('down was asked for');
  controller.abort(reason);
  expect(await starting).toBe(reason);
});

test('a stop ends brokers before NameServers, and the journal says how each ended', async () => {
  const cluster = setUp();
  await start(cluster);
  fake.process('broker-a').isStubborn = true;
  const stopping = stopNodes(cluster, ALL, () => {});
  await cluster.until(() => cluster.supervisor('broker-b').state === 'stopped', never());
  expect(states(cluster)).toMatchObject({ 'broker-a': 'stopping', 'namesrv-1': 'ready', 'namesrv-2': 'ready' });
  fake.process('broker-a').exit({ code: 143 });
  await stopping;
  expect(cluster.state).toBe('stopped');
  const proofs = cluster.journal.read().filter(({ type }) => type === 'node-stop-proved');
  expect(proofs.map(({ node }) => node).sort()).toEqual([...ALL].sort());
  expect(proofs[0]?.message).toMatch(/ ended by itself after SIGTERM, \d+\.\d s$/);
});

test('a rolling restart has one node down at a time: slaves, then masters, each ready before the next', async () => {
  const cluster = setUp();
  await start(cluster);
  fake.launched.length = 0;
  let mostDown = 0;
  const end = cluster.onChange(() => {
    const down = cluster.specs.filter(({ id }) => cluster.supervisor(id).state !== 'ready' && cluster.supervisor(id).state !== 'unready');
    mostDown = Math.max(mostDown, down.length);
  });
  await rollNodes(cluster, ['broker-a', 'broker-a-s', 'broker-b', 'broker-b-s'], { timeoutMs: 60_000, signal: never(), report: () => {} });
  end();
  expect(fake.launched).toEqual(['broker-a-s', 'broker-b-s', 'broker-a', 'broker-b']);
  expect({ mostDown, state: cluster.state }).toEqual({ mostDown: 1, state: 'ready' });
});

// An `up` that restarts nodes together once left them down where its daemon was killed while they stopped.
test('nodes that are restarted together are still to be started from the first stop on, whoever does it', async () => {
  const cluster = setUp({ profile: profileOf(['namesrv-1', 'broker-a', 'broker-a-s']) });
  await start(cluster, ['namesrv-1', 'broker-a', 'broker-a-s']);
  fake.launched.length = 0;
  fake.process('broker-a').isStubborn = true;
  const restart = restartTogether(cluster, ['broker-a', 'broker-a-s'], { timeoutMs: 60_000, signal: never(), report: () => {} });
  await cluster.until(() => cluster.supervisor('broker-a-s').state === 'stopped', never());
  expect({ pending: cluster.wishes.pending.restart, launched: fake.launched }).toEqual({
    pending: ['broker-a', 'broker-a-s'],
    launched: [],
  });
  fake.process('broker-a').exit({ code: 143 });
  await restart;
  expect(fake.launched.toSorted()).toEqual(['broker-a', 'broker-a-s']);
  expect({ pending: cluster.wishes.pending, state: cluster.state }).toEqual({ pending: { start: [], restart: [] }, state: 'ready' });
});

test('a rolling restart ends between two nodes when it is given up', async () => {
  const cluster = setUp({ profile: profileOf(['namesrv-1', 'broker-a', 'broker-b']) });
  await start(cluster, ['namesrv-1', 'broker-a', 'broker-b']);
  fake.launched.length = 0;
  const controller = new AbortController();
  const end = cluster.onChange(() => {
    if (fake.launched.length === 1 && cluster.supervisor('broker-a').state === 'ready') controller.abort(new Error('enough'));
  });
  await expect(
    rollNodes(cluster, ['broker-a', 'broker-b'], { timeoutMs: 60_000, signal: controller.signal, report: () => {} }),
  ).rejects.toThrow('enough');
  end();
  expect(fake.launched).toEqual(['broker-a']);
});

test('down is proved: no process, no port, closed stores', async () => {
  const cluster = setUp({ profile: profileOf(['namesrv-1', 'broker-a']) });
  await start(cluster, ['namesrv-1', 'broker-a']);
  await stopNodes(cluster, ['namesrv-1', 'broker-a'], () => {});
  expect(await proveStopped(cluster)).toEqual([
    'no process left',
    'no port left (9876, 10909, 10911, 10912)',
    'every store closed cleanly',
  ]);
});

test('a store with its abort file was not closed, and the proof says so', async () => {
  const cluster = setUp({ profile: profileOf(['namesrv-1', 'broker-a']) });
  const { store } = cluster.spec('broker-a').paths;
  mkdirSync(store, { recursive: true });
  writeFileSync(join(store, 'abort'), '');
  expect((await proveStopped(cluster)).at(-1)).toMatch(/^not closed cleanly: broker-a /);
  expect((await proveStopped(cluster, { storesStay: false })).at(-1)).toMatch(/^no port left/);
});

test('a port that a stranger took meanwhile is none of this cluster’s', async () => {
  const cluster = setUp({ profile: profileOf(['namesrv-1']) });
  fake.owners.push({ port: 9876, pid: 1, command: 'nginx' });
  expect(await proveStopped(cluster)).toEqual(['no process left', 'no port left that this cluster holds']);
});

test('a process that is left, and its port, are named', async () => {
  const cluster = setUp({ profile: profileOf(['namesrv-1', 'broker-a']) });
  const { root } = cluster.spec('broker-a').paths;
  fake.rows.push({ pid: 77, ppid: 1, command: `java -Drmqdev.node=${root} BrokerStartup` });
  fake.owners.push({ port: 10911, pid: 77, command: `java -Drmqdev.node=${root} BrokerStartup` });
  expect(await failureOf(proveStopped(cluster))).toMatchObject({
    code: 'STOP_INCOMPLETE',
    text: { why: 'broker-a: pid 77; port 10911 is still held by pid 77' },
  });
});
