import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startNodes } from '../../../src/cluster/actions/start.js';
import { ClusterRegistry } from '../../../src/daemon/cluster-registry.js';
import { clean } from '../../../src/daemon/leftovers.js';
import { assignmentsOf, profileOf } from '../../fakes/cluster.js';
import { FakeWorld } from '../../fakes/world.js';

let fake: FakeWorld;
let registry: ClusterRegistry;
beforeEach(async () => {
  fake = new FakeWorld({ profile: profileOf(['namesrv-1', 'broker-a']) });
  fake.cluster('dev').release();
  registry = new ClusterRegistry(fake.world);
  await registry.restoreAll();
});
afterEach(async () => {
  for (const { cluster } of registry.all) cluster.release();
  await fake[Symbol.asyncDispose]();
});

/** Makes a file of 4096 bytes below the home folder. */
function file(...path: string[]): void {
  const full = join(fake.world.home.root, ...path);
  mkdirSync(join(full, '..'), { recursive: true });
  writeFileSync(full, 'x'.repeat(4_096));
}
/** As it is when nobody has worked on it for two hours. */
function old(...path: string[]): void {
  const at = Date.now() / 1_000 - 7_200;
  utimesSync(join(fake.world.home.root, ...path), at, at);
}
const found = async (all = false) => {
  const { leftovers, removed } = await clean(fake.world, registry, { dryRun: true, all });
  expect(removed).toBe(false);
  for (const { path } of leftovers) expect(existsSync(path)).toBe(true);
  return leftovers.map(({ path, sizeBytes }) => `${path.slice(fake.world.home.root.length + 1)} ${sizeBytes > 0}`).sort();
};

test('what is in use is no leftover', async () => {
  file('clusters', 'dev', 'nodes', 'broker-a', 'store', 'commitlog', '0');
  file('rocketmq', '5.5.0', 'lib', 'a.jar');
  file('cache', 'cds', 'broker.jsa');
  file('profiles', 'mine.yaml');
  expect(await found()).toEqual([]);
});

test('nodes that no profile names, unfinished installs, downloads, what a killed JVM left; with --all folders without a cluster', async () => {
  file('clusters', 'dev', 'nodes', 'broker-x', 'store', '0');
  file('clusters', 'dev', 'nodes', 'broker-a', 'tmp', 'librocksdb.so');
  file('clusters', 'nobody', 'nodes', 'a', '0');
  file('rocketmq', '.staging-1', 'a.jar');
  file('cache', 'downloads', 'r.zip.part');
  expect(await found(), 'what is being installed now').toEqual([
    'clusters/dev/nodes/broker-a/tmp/librocksdb.so true',
    'clusters/dev/nodes/broker-x true',
  ]);
  old('rocketmq', '.staging-1');
  old('cache', 'downloads', 'r.zip.part');
  expect(await found()).toEqual([
    'cache/downloads/r.zip.part true',
    'clusters/dev/nodes/broker-a/tmp/librocksdb.so true',
    'clusters/dev/nodes/broker-x true',
    'rocketmq/.staging-1 true',
  ]);
  expect(await found(true)).toContain('clusters/nobody true');
});

test('without --dry-run it is gone, the rest is not, and a cluster that went is forgotten', async () => {
  file('clusters', 'nobody', 'nodes', 'a', '0');
  file('rocketmq', '5.5.0', 'lib', 'a.jar');
  const { leftovers, removed } = await clean(fake.world, registry, { dryRun: false, all: true });
  expect({ removed, left: leftovers.filter(({ path }) => existsSync(path)), known: registry.all }).toEqual({
    removed: true,
    left: [],
    known: [],
  });
  expect(existsSync(join(fake.world.home.releases, '5.5.0', 'lib', 'a.jar'))).toBe(true);
  expect(await found(true)).toEqual([]);
});

test('of a running node nothing is a leftover', async () => {
  const [entry] = registry.all;
  const options = { wait: true, timeoutMs: 60_000, signal: new AbortController().signal, report: () => {} };
  if (entry) await startNodes(entry.cluster, ['namesrv-1', 'broker-a'], options);
  file('clusters', 'dev', 'nodes', 'broker-a', 'tmp', 'librocksdb.so');
  expect(await found()).toEqual([]);
  file('cache', 'cds', 'broker.jsa');
  expect(await found(true)).toEqual(['cache/cds/broker.jsa true']);
});

test('a node that an up adds at that moment keeps its store, and so does a cluster whose first up is under way', async () => {
  file('clusters', 'dev', 'nodes', 'broker-b', 'store', 'commitlog', '0');
  file('clusters', 'first', 'nodes', 'broker-a', 'store', 'commitlog', '0');
  const { cluster } = registry.resolve('dev');
  const { cluster: first } = registry.getOrCreate('first');
  let finish = () => {};
  const gate = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const ups = [cluster, first].map((of) => of.operate('up', 'alone', () => gate));
  const { leftovers } = await clean(fake.world, registry, { dryRun: false, all: true });
  finish();
  await Promise.all(ups);
  const kept = ['dev/nodes/broker-b', 'first/nodes/broker-a'].filter((path) => existsSync(join(fake.world.home.clusters, path)));
  expect({ leftovers, kept }).toEqual({ leftovers: [], kept: ['dev/nodes/broker-b', 'first/nodes/broker-a'] });
});

test('an up that begins between the look and the removal wins', async () => {
  file('clusters', 'dev', 'nodes', 'broker-b', 'store', 'commitlog', '0');
  const { cluster } = registry.resolve('dev');
  const cleaning = clean(fake.world, registry, { dryRun: false, all: false });
  const withB = profileOf(['namesrv-1', 'broker-a', 'broker-b']);
  await cluster.operate('up', 'alone', async () =>
    cluster.apply({ profile: withB, host: undefined, debug: false, assignments: assignmentsOf(withB) }),
  );
  await cleaning;
  expect(existsSync(join(cluster.paths.root, 'nodes', 'broker-b', 'store', 'commitlog', '0'))).toBe(true);
});

test('a cluster whose state cannot be read is never cleaned away', async () => {
  file('clusters', 'broken', 'cluster.json');
  registry = new ClusterRegistry(fake.world);
  await registry.restoreAll();
  expect(await found(true)).toEqual(['clusters/dev true']);
});
