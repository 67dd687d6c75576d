import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bringUp, resume } from '../../../src/cluster/actions/bring-up.js';
import { resetNodes } from '../../../src/cluster/actions/reset.js';
import { startNodes } from '../../../src/cluster/actions/start.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { type Assignment, configured } from '../../../src/cluster/spec/node-spec.js';
import type { Pending } from '../../../src/cluster/state/start-wishes.js';
import { ClusterRegistry } from '../../../src/daemon/cluster-registry.js';
import type { Profile } from '../../../src/profile/profile.js';
import { assignmentsOf, nodeProfile, profileOf } from '../../fakes/cluster.js';
import { FakeWorld } from '../../fakes/world.js';

const PAIR = ['namesrv-1', 'broker-a', 'broker-a-s'];
/** The same cluster, whose master keeps its files for another time. */
const changed = (): Profile => profileOf(['namesrv-1', nodeProfile('broker-a', { properties: { fileReservedTime: '24' } }), 'broker-a-s']);
const reserved = (cluster: Cluster, spec: 'spec' | 'nextSpec' = 'spec') => configured(cluster[spec]('broker-a'), 'fileReservedTime');

let fake: FakeWorld;
beforeEach(() => {
  fake = new FakeWorld({ profile: profileOf(PAIR) });
});
afterEach(() => fake[Symbol.asyncDispose]());

const never = new AbortController().signal;
const options = { wait: true, timeoutMs: 60_000, signal: never, report: () => {} };
const idsReady = (cluster: Cluster) =>
  cluster.until(() => cluster.specs.every(({ id }) => cluster.supervisor(id).state === 'ready'), never);

async function started(name?: string): Promise<Cluster> {
  const cluster = fake.cluster(name);
  await startNodes(cluster, PAIR, options);
  return cluster;
}

/** The daemon ends as `kill -9` ends it: nothing more is written, its JVMs live on. */
function daemonDies(cluster: Cluster): void {
  const pids = cluster.specs.flatMap(({ id }) => cluster.supervisor(id).pid ?? []);
  for (const pid of pids) fake.launcher.survivor(pid);
  const { state, stateCopy } = cluster.paths;
  // A survivor has another start time than what was launched: write down its own.
  const text = readFileSync(state, 'utf8').replace(/"pid": (\d+),\s+"startTime": "[^"]+"/g, '"pid": $1, "startTime": "start of $1"');
  cluster.forget();
  for (const file of [state, stateCopy]) writeFileSync(file, text);
  fake.launched.length = 0;
}
const apply = (cluster: Cluster, profile: Profile, pending: Pending = { start: [], restart: [] }) => {
  const assignments = assignmentsOf(profile);
  for (const [id, assignment] of assignments) assignment.release = cluster.spec(id).release;
  cluster.apply({ profile, host: undefined, debug: false, assignments, pending });
};

describe('a changed profile that is not rolled yet', () => {
  test('a later daemon knows what runs, and what is wanted', async () => {
    const cluster = await started();
    apply(cluster, changed());
    expect([reserved(cluster), reserved(cluster, 'nextSpec')]).toEqual([undefined, '24']);
    daemonDies(cluster);
    const next = fake.empty();
    await next.restore();
    expect([reserved(next), reserved(next, 'nextSpec')]).toEqual([undefined, '24']);
    expect(fake.launched).toEqual([]);
  });

  test('a moved port: the JVM is asked where it listens, and not killed as hung', async () => {
    const cluster = await started();
    const profile = profileOf(['namesrv-1', nodeProfile('broker-a', { listenPort: 12_011 }), 'broker-a-s']);
    const assignments = assignmentsOf(profile);
    for (const [id, assignment] of assignments) assignment.release = cluster.spec(id).release;
    assignments.set('broker-a', { ...(assignments.get('broker-a') as Assignment), ports: { listen: 12_011, fast: 12_009, ha: 12_012 } });
    cluster.apply({ profile, host: undefined, debug: false, assignments });
    daemonDies(cluster);
    const next = fake.empty();
    await next.restore();
    expect([next.spec('broker-a').localAddress, next.nextSpec('broker-a').localAddress]).toEqual(['127.0.0.1:10911', '127.0.0.1:12011']);
    await idsReady(next);
    expect(fake.launched).toEqual([]);
  });

  test('the restart that was under way is gone on with, and only the node concerned is restarted', async () => {
    const cluster = await started();
    cluster.wishes.addPending({ restart: ['broker-a'] });
    apply(cluster, changed());
    daemonDies(cluster);
    const registry = new ClusterRegistry(fake.world);
    await registry.restoreAll();
    const { cluster: next } = registry.resolve('2m2s');
    await next.until(() => next.wishes.pending.restart.length === 0 && next.operation === undefined, never);
    expect({ launched: fake.launched, value: reserved(next), state: next.state }).toEqual({
      launched: ['broker-a'],
      value: '24',
      state: 'ready',
    });
    next.release();
  });

  test('a node that the restart had stopped is started; one that it had not reached, and that has no change, runs on', async () => {
    const cluster = await started();
    cluster.addPending({ restart: ['broker-a-s', 'broker-a'] });
    await cluster.supervisor('broker-a-s').stop();
    daemonDies(cluster);
    const registry = new ClusterRegistry(fake.world);
    await registry.restoreAll();
    const { cluster: next } = registry.resolve('2m2s');
    await next.until(() => next.operation === undefined, never);
    expect({ launched: fake.launched, state: next.state, pending: next.wishes.pending }).toEqual({
      launched: ['broker-a-s'],
      state: 'ready',
      pending: { start: [], restart: [] },
    });
    next.release();
  });

  test('what an `up` must do is on disk in the write that brings the profile, and no launch comes before it', async () => {
    const cluster = await started();
    await cluster.supervisor('broker-a-s').stop();
    const onDisk = () => JSON.parse(readFileSync(cluster.paths.state, 'utf8'));
    const { launch } = fake.launcher;
    const atLaunch: unknown[] = [];
    fake.launcher.launch = (spec) => {
      const { pendingStart, pendingRestart } = onDisk();
      atLaunch.push({ pendingStart, pendingRestart });
      return launch.call(fake.launcher, spec);
    };
    const saves = vi.spyOn(cluster, 'save');
    const pending = { start: ['namesrv-1', 'broker-a-s'], restart: ['broker-a'] };
    apply(cluster, changed(), pending);
    expect(saves).toHaveBeenCalledTimes(1);
    const settle = (ids: readonly string[]) => cluster.settlePending(ids);
    await bringUp(cluster, { start: pending.start, restarts: { rolled: ['broker-a'], together: [] } }, { ...options, settle });
    expect(atLaunch).toEqual([
      { pendingStart: ['namesrv-1', 'broker-a-s'], pendingRestart: ['broker-a'] },
      { pendingStart: [], pendingRestart: ['broker-a'] },
    ]);
    expect(onDisk()).toMatchObject({ pendingStart: [], pendingRestart: [] });
    expect(reserved(cluster)).toBe('24');
  });

  test('what an `up` had not begun to restart, because it failed, stays as it runs', async () => {
    const cluster = await started();
    apply(cluster, changed());
    daemonDies(cluster);
    const next = fake.empty();
    await next.restore();
    await resume(next, options);
    expect({ launched: fake.launched, value: reserved(next) }).toEqual({ launched: [], value: undefined });
  });
});

describe('after a restart of the machine', () => {
  test('nothing is launched by taking up; what ran comes back in the order of up, and no end counts as a crash', async () => {
    const cluster = await started();
    cluster.release();
    fake.launched.length = 0;
    fake.world.bootId = 'boot 2';
    const next = fake.empty();
    await next.restore();
    const ends = next.specs.map(({ id }) => next.supervisor(id).lastExit?.cause);
    expect({ launched: fake.launched, ends, pending: next.wishes.pending.start }).toEqual({
      launched: [],
      ends: ['machine-restarted', 'machine-restarted', 'machine-restarted'],
      pending: PAIR,
    });
    expect(next.journal.read().map(({ type }) => type)).not.toContain('node-crashed');
    expect(next.notices.join()).toContain('the machine was restarted');
    await resume(next, options);
    expect({ first: fake.launched[0], state: next.state, restarts: next.supervisor('broker-a').restarts }).toEqual({
      first: 'namesrv-1',
      state: 'ready',
      restarts: 0,
    });
  });

  test('what was stopped before stays down', async () => {
    const cluster = await started();
    cluster.noteStopped(['broker-a-s']);
    await cluster.supervisor('broker-a-s').stop();
    cluster.release();
    fake.world.bootId = 'boot 2';
    const next = fake.empty();
    await next.restore();
    expect(next.wishes.pending.start).toEqual(['namesrv-1', 'broker-a']);
  });

  test('one cluster after the other', async () => {
    for (const name of ['a', 'b']) (await started(name)).release();
    fake.launched.length = 0;
    fake.shy.add('broker-a');
    fake.world.bootId = 'boot 2';
    const registry = new ClusterRegistry(fake.world);
    await registry.restoreAll();
    const [a, b] = ['a', 'b'].map((name) => registry.resolve(name).cluster) as [Cluster, Cluster];
    await a.until(() => fake.launched.includes('broker-a'), never);
    expect({ a: a.runningCount > 0, b: b.runningCount }).toEqual({ a: true, b: 0 });
    fake.shy.clear();
    fake.rocketmq.register(['broker-a']);
    await b.until(() => b.state === 'ready' && b.operation === undefined, never);
    for (const cluster of [a, b]) cluster.release();
  });

  test('what the machine cannot carry is not started, and the reason is told', async () => {
    const cluster = await started();
    cluster.release();
    fake.launched.length = 0;
    fake.world.bootId = 'boot 2';
    fake.world.platform.memory = async () => ({ totalBytes: 2 ** 28, availableBytes: 2 ** 27 });
    const registry = new ClusterRegistry(fake.world);
    await registry.restoreAll();
    const { cluster: next } = registry.resolve('2m2s');
    await next.until(() => next.operation === undefined, never);
    expect({ launched: fake.launched, events: next.journal.read().map(({ type }) => type) }).toEqual({
      launched: [],
      events: expect.arrayContaining(['machine-restarted', 'resume-failed']),
    });
    expect(next.notices.join()).toMatch(/an interrupted start did not finish: .*memory/);
    next.release();
  });
});

test('a restore that fails half-way supervises nothing: a process that ends then is not started again', async () => {
  const cluster = await started();
  const pid = cluster.supervisor('namesrv-1').pid as number;
  daemonDies(cluster);
  const { adopt } = fake.launcher;
  let count = 0;
  fake.launcher.adopt = async (identity) => {
    count += 1;
    if (count === 2) throw new Error('ps cannot be run');
    return adopt.call(fake.launcher, identity);
  };
  const next = fake.empty();
  await expect(next.restore()).rejects.toThrow('ps cannot be run');
  fake.launcher.survivors.get(pid)?.exit({ code: 1 });
  await fake.launcher.survivors.get(pid)?.exited;
  await new Promise((resolve) => setImmediate(resolve));
  expect({ launched: fake.launched, nodes: next.hasNodes }).toEqual({ launched: [], nodes: false });
});

describe('down takes over a reset', () => {
  test('before a store is removed: all of them stay', async () => {
    const cluster = await started();
    const taken = new AbortController();
    for (const id of PAIR) fake.process(id).isStubborn = true;
    const reset = resetNodes(cluster, PAIR, { ...options, signal: taken.signal });
    await cluster.until(() => cluster.supervisor('broker-a').state === 'stopping', never);
    taken.abort(new Error('down'));
    for (const id of PAIR) fake.process(id).exit({ code: 143 });
    await expect(reset).rejects.toThrow('down');
    expect(PAIR.filter((id) => !existsSync(cluster.spec(id).paths.root))).toEqual([]);
  });
});
