import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RmqdevError } from '../../../src/base/errors.js';
import { down } from '../../../src/cluster/actions/down.js';
import { startNodes } from '../../../src/cluster/actions/start.js';
import { DEFAULT_CLUSTER } from '../../../src/contract/calls.js';
import { ClusterRegistry } from '../../../src/daemon/cluster-registry.js';
import { profileOf } from '../../fakes/cluster.js';
import { FakeWorld } from '../../fakes/world.js';

let fake: FakeWorld;
let registry: ClusterRegistry;
beforeEach(() => {
  fake = new FakeWorld({ profile: profileOf(['namesrv-1']) });
  registry = new ClusterRegistry(fake.world);
});
afterEach(async () => {
  for (const { cluster } of registry.all) cluster.release();
  await fake[Symbol.asyncDispose]();
});

/** Clusters on disk, as an earlier daemon left them. */
function onDisk(...names: string[]): void {
  for (const name of names) fake.cluster(name).release();
}
const run = (name: string) =>
  startNodes(registry.getOrCreate(name).cluster, ['namesrv-1'], {
    wait: true,
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    report: () => {},
  });
const resolved = (name = DEFAULT_CLUSTER, isDestructive = false) => registry.resolve(name, isDestructive).cluster.name;
const errorOf = (act: () => unknown): RmqdevError | undefined => {
  try {
    act();
  } catch (error) {
    return error as RmqdevError;
  }
  return undefined;
};

test('without any cluster the error says how to start one', () => {
  expect(errorOf(() => resolved())).toMatchObject({ code: 'CLUSTER_NOT_FOUND', text: { next: 'Start one: `rmqdev up 2m2s`' } });
  expect(errorOf(() => resolved('2m2s'))).toMatchObject({ code: 'CLUSTER_NOT_FOUND', text: { why: 'none has been started yet' } });
});

test('by name; a wrong one names the nearest', async () => {
  onDisk('2m2s', 'single');
  await registry.restoreAll();
  expect(resolved('single')).toBe('single');
  expect(errorOf(() => resolved('singel'))).toMatchObject({
    code: 'CLUSTER_NOT_FOUND',
    text: { why: 'there are 2m2s, single', next: 'Did you mean -c single?' },
  });
});

test('without a name: the only one there is, running or not', async () => {
  onDisk('2m2s');
  await registry.restoreAll();
  expect(resolved()).toBe('2m2s');
});

test('without a name: the only one that runs, else the one used last', async () => {
  onDisk('a', 'b', 'c');
  await registry.restoreAll();
  expect(errorOf(() => resolved())).toMatchObject({ code: 'CLUSTER_AMBIGUOUS', text: { why: 'there are a, b, c' } });
  expect(resolved('c')).toBe('c');
  expect(resolved()).toBe('c');
  await run('b');
  expect(resolved()).toBe('b');
});

test('several that run: a question takes the one used last, a change wants to be told', async () => {
  onDisk('a', 'b');
  await registry.restoreAll();
  await Promise.all([run('a'), run('b')]);
  expect(resolved('b')).toBe('b');
  expect(resolved()).toBe('b');
  expect(errorOf(() => resolved(DEFAULT_CLUSTER, true))).toMatchObject({
    code: 'CLUSTER_AMBIGUOUS',
    text: { why: 'running are a, b', next: 'Say which: -c a' },
  });
});

test('the one used last is remembered over daemons', async () => {
  onDisk('a', 'b');
  await registry.restoreAll();
  resolved('b');
  registry = new ClusterRegistry(fake.world);
  await registry.restoreAll();
  expect(resolved()).toBe('b');
});

test('one that cannot be read stops no other, and its error comes when it is asked for', async () => {
  onDisk('good');
  const file = fake.world.home.cluster('broken').state;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'not json');
  await registry.restoreAll();
  expect(resolved('good')).toBe('good');
  expect(errorOf(() => resolved('broken'))).toMatchObject({ code: 'STATE_UNREADABLE' });
  expect([...registry.broken.keys()]).toEqual(['broken']);
});

test('a name whose first up has not come so far is no cluster yet', async () => {
  registry.getOrCreate('new');
  expect(errorOf(() => resolved('new'))?.code).toBe('CLUSTER_NOT_FOUND');
  expect(errorOf(() => resolved())?.code).toBe('CLUSTER_NOT_FOUND');
});

test('what was removed is gone', async () => {
  onDisk('a');
  await registry.restoreAll();
  registry.remove(registry.getOrCreate('a').cluster);
  expect(errorOf(() => resolved('a'))?.code).toBe('CLUSTER_NOT_FOUND');
  expect(registry.all).toEqual([]);
});

test('down ends a first up that still plans or installs: nothing is started, by name and without one', async () => {
  for (const name of ['new', DEFAULT_CLUSTER]) {
    const { cluster } = registry.getOrCreate('new');
    const up = cluster.operate(
      'up',
      'alone',
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    const interrupted = expect(up).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(errorOf(() => registry.resolve(name))).toMatchObject({ code: 'CLUSTER_NOT_FOUND' });
    const entry = registry.resolveForDown(name);
    expect(entry.cluster).toBe(cluster);
    const result = await cluster.operate('down', 'takes-over', () => down(cluster, { remove: false, prove: async () => [] }, () => {}));
    await interrupted;
    expect(result.proof).toEqual(['its first `up` was interrupted before anything was started']);
    expect(existsSync(cluster.paths.root)).toBe(false);
    registry.remove(registry.getOrCreate('new').cluster);
  }
});

test('a torn name of the cluster used last hinders nobody, at whatever byte', async () => {
  onDisk('2m2s', 'single');
  await registry.restoreAll();
  registry.noteUsed('single');
  const file = fake.world.home.lastCluster;
  for (let length = 0; length < 'single'.length; length += 1) {
    writeFileSync(file, 'single'.slice(0, length));
    expect(errorOf(() => resolved())).toMatchObject({ code: 'CLUSTER_AMBIGUOUS' });
  }
  rmSync(file);
  mkdirSync(file);
  expect(errorOf(() => resolved())).toMatchObject({ code: 'CLUSTER_AMBIGUOUS' });
  expect(resolved('single')).toBe('single');
});
