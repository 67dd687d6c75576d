import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RmqdevError } from '../../../src/base/errors.js';
import { startNodes } from '../../../src/cluster/actions/start.js';
import { stopNodes } from '../../../src/cluster/actions/stop.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { nodeMarker } from '../../../src/cluster/spec/node-spec.js';
import { assignmentsOf, profileOf } from '../../fakes/cluster.js';
import { FakeWorld } from '../../fakes/world.js';

const PAIR = ['namesrv-1', 'broker-a', 'broker-a-s'];
let fake: FakeWorld;
let cluster: Cluster;
beforeEach(() => {
  fake = new FakeWorld({ profile: profileOf(PAIR) });
  cluster = fake.cluster();
});
afterEach(() => fake[Symbol.asyncDispose]());

const never = new AbortController().signal;
const start = (ids: readonly string[] = PAIR, of = cluster) =>
  startNodes(of, ids, { wait: true, timeoutMs: 60_000, signal: never, report: () => {} });
const stop = (ids: readonly string[]) => stopNodes(cluster, ids, () => {});
const untilReady = (of: Cluster) => of.until(() => of.specs.every(({ id }) => of.supervisor(id).state === 'ready'), never);
const onDisk = () =>
  JSON.parse(readFileSync(cluster.paths.state, 'utf8')) as { nodes: Record<string, { snapshot: { identity: { pid: number } | null } }> };

describe('one word for the whole', () => {
  test('stopped, ready, degraded, failed', async () => {
    expect(cluster.state).toBe('stopped');
    await start();
    expect(cluster.state).toBe('ready');
    await stop(['broker-a-s']);
    expect(cluster.state).toBe('degraded');
    await stop(['broker-a']);
    expect(cluster.state).toBe('failed');
    await stop(['namesrv-1']);
    expect(cluster.state).toBe('stopped');
  });

  test.each(['up', 'start', 'restart', 'reset'])('starting while %s runs, whatever the nodes are', async (name) => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const up = cluster.operate(name, 'alone', () => gate);
    expect({ state: cluster.state, operation: cluster.operation }).toEqual({ state: 'starting', operation: name });
    release();
    await up;
    expect({ state: cluster.state, operation: cluster.operation }).toEqual({ state: 'stopped', operation: undefined });
  });

  test('down is no start', async () => {
    await start(['namesrv-1']);
    const word = await cluster.operate('down', 'takes-over', async () => cluster.state);
    expect(word).toBe('failed');
  });

  test('starting as long as a node that somebody started has not been ready, also where nobody waits', async () => {
    await start(['namesrv-1']);
    fake.shy.add('broker-a');
    await startNodes(cluster, PAIR, { wait: false, timeoutMs: 60_000, signal: never, report: () => {} });
    expect(cluster.state).toBe('starting');
    fake.rocketmq.register(['broker-a']);
    await untilReady(cluster);
    expect(cluster.state).toBe('ready');
  });

  test('a node that its policy restarts is no start', async () => {
    await start();
    fake.shy.add('broker-a');
    fake.process('broker-a').exit({ code: 1 });
    await cluster.until(() => cluster.supervisor('broker-a').restarts === 1 && cluster.supervisor('broker-a').state === 'starting', never);
    expect(cluster.state).toBe('failed');
  });
});

describe('what is kept on disk', () => {
  test('a process is written down as soon as it lives', async () => {
    await start(['namesrv-1']);
    expect(onDisk().nodes['namesrv-1']?.snapshot.identity?.pid).toBe(cluster.supervisor('namesrv-1').pid);
    await stop(['namesrv-1']);
    expect(onDisk().nodes['namesrv-1']?.snapshot.identity).toBeNull();
  });

  test('a later daemon takes over every node by what is written down, and starts none', async () => {
    await start();
    for (const { id } of cluster.specs) fake.launcher.survivor(cluster.supervisor(id).pid as number).identity;
    const pids = cluster.specs.map(({ id }) => cluster.supervisor(id).pid);
    // A survivor has another start time than what was launched: write down its own.
    const state = readFileSync(cluster.paths.state, 'utf8').replace(
      /"pid": (\d+),\s+"startTime": "[^"]+"/g,
      '"pid": $1, "startTime": "start of $1"',
    );
    cluster.release();
    writeFileSync(cluster.paths.state, state);
    fake.launched.length = 0;
    const next = fake.empty();
    expect(await next.restore()).toBe(true);
    await untilReady(next);
    expect({ pids: next.specs.map(({ id }) => next.supervisor(id).pid), launched: fake.launched }).toEqual({ pids, launched: [] });
    expect(next.journal.read().filter(({ type }) => type === 'node-adopted')).toHaveLength(3);
  });

  test('a process that nobody had written down is found by its marker, and not started twice', async () => {
    await start(['namesrv-1']);
    cluster.release();
    const orphan = fake.launcher.survivor(777);
    fake.rows.push({ pid: 777, ppid: 1, command: `java ${nodeMarker(cluster.paths.node('namesrv-1'))} NamesrvStartup` });
    fake.launched.length = 0;
    const next = fake.empty();
    await next.restore();
    expect({ pid: next.supervisor('namesrv-1').pid, launched: fake.launched, signals: orphan.signals }).toEqual({
      pid: 777,
      launched: [],
      signals: [],
    });
  });

  test('no folder is no cluster; a state that cannot be read is an error', async () => {
    expect(await fake.empty('other').restore()).toBe(false);
    const broken = fake.empty('broken');
    mkdirSync(dirname(broken.paths.state), { recursive: true });
    writeFileSync(broken.paths.state, '{');
    await expect(broken.restore()).rejects.toMatchObject({ code: 'STATE_UNREADABLE' });
  });

  test('what was forgotten writes nothing any more', async () => {
    cluster.forget();
    const before = readFileSync(cluster.paths.state, 'utf8');
    cluster.save();
    expect({ same: readFileSync(cluster.paths.state, 'utf8') === before, nodes: cluster.hasNodes }).toEqual({ same: true, nodes: false });
  });

  test('what cannot be written, on a full disk, costs a record and not the supervision', async () => {
    await start();
    for (const file of [cluster.paths.state, cluster.journal.file]) {
      rmSync(file);
      mkdirSync(file);
    }
    fake.process('broker-a').exit({ code: 255 });
    await cluster.until(() => cluster.supervisor('broker-a').restarts === 1 && cluster.supervisor('broker-a').state === 'ready', never);
    for (const file of [cluster.paths.state, cluster.journal.file]) rmSync(file, { recursive: true });
    await stopNodes(cluster, ['broker-a'], () => {});
    expect(onDisk().nodes['broker-a']?.snapshot.identity).toBeNull();
  });
});

describe('a launch', () => {
  test('is java itself, its own arguments first, an explicit class path, and the generated file', async () => {
    await start(['namesrv-1']);
    const [spec] = fake.launcher.specs;
    const { paths } = cluster.spec('namesrv-1');
    expect({ command: spec?.command, cwd: spec?.cwd, output: spec?.outputFile }).toEqual({
      command: '/jdk-17/bin/java',
      cwd: paths.root,
      output: paths.stdout,
    });
    expect(spec?.args[0]).toBe(nodeMarker(paths));
    expect(spec?.args.slice(-5)).toEqual([
      '-cp',
      `${cluster.spec('namesrv-1').release.home}/lib/rocketmq-broker-5.5.0.jar`,
      'org.apache.rocketmq.namesrv.NamesrvStartup',
      '-c',
      paths.runConfig,
    ]);
    expect(readFileSync(paths.runConfig, 'utf8')).toBe('listenPort=9876\n');
  });

  test('is refused while a process that nobody knows runs on the store', async () => {
    fake.rows.push({ pid: 777, ppid: 1, command: `java ${nodeMarker(cluster.paths.node('namesrv-1'))} NamesrvStartup` });
    const starting = start(['namesrv-1']);
    await cluster.until(() => cluster.supervisor('namesrv-1').state === 'backoff', never);
    expect(cluster.supervisor('namesrv-1').reason).toContain('pid 777 runs there already');
    fake.rows.length = 0;
    await starting;
    expect(fake.launched).toEqual(['namesrv-1']);
  });
});

describe('a changed profile', () => {
  test('keeps the nodes that stay with their processes, and takes effect at their next launch', async () => {
    await start();
    const { pid } = cluster.supervisor('broker-a');
    const profile = profileOf(['namesrv-1', 'broker-a'], { flush: 'sync' });
    const assignments = assignmentsOf(profile);
    for (const assignment of assignments.values()) assignment.release.home = cluster.spec('broker-a').release.home;
    await stop(['broker-a-s']);
    cluster.apply({ profile, host: undefined, debug: false, assignments });
    expect({ ids: cluster.specs.map(({ id }) => id), pid: cluster.supervisor('broker-a').pid }).toEqual({
      ids: ['namesrv-1', 'broker-a'],
      pid,
    });
    expect(readFileSync(cluster.spec('broker-a').paths.config, 'utf8')).toContain('flushDiskType=ASYNC_FLUSH');
    await stop(['broker-a']);
    await start(['broker-a']);
    expect(readFileSync(cluster.spec('broker-a').paths.config, 'utf8')).toContain('flushDiskType=SYNC_FLUSH');
  });
});

describe('what happened', () => {
  test('is in the journal: who ended how, and what followed', async () => {
    await start();
    fake.process('broker-a').exit({ code: 255 });
    await cluster.until(() => cluster.supervisor('broker-a').restarts === 1 && cluster.supervisor('broker-a').state === 'ready', never);
    // The report is made beside it, and told when it is there.
    const events = cluster.journal.read().filter(({ node, type }) => node === 'broker-a' && type !== 'crash-report');
    const crash = events.findIndex(({ type }) => type === 'node-crashed');
    expect(events.slice(crash, crash + 3).map(({ type, message }) => `${type}: ${message}`)).toEqual([
      'node-crashed: broker-a ended: exit status 255 (crashed)',
      'node-backoff: broker-a waits before its next start: exit status 255; restart in 0 ms',
      'node-starting: broker-a is starting: its process is being started',
    ]);
  });

  test('an end that the user asked for is no crash', async () => {
    await start();
    cluster.supervisor('broker-a').kill('SIGKILL', { restart: false });
    await cluster.until(() => cluster.supervisor('broker-a').state === 'stopped', never);
    const types = cluster.journal.read().flatMap(({ node, type }) => (node === 'broker-a' ? [type] : []));
    expect(types.slice(-2)).toEqual(['node-exited', 'node-stopped']);
  });
});

test('a cluster that has no nodes yet has no profile, and says what to wait for', () => {
  let error: RmqdevError | undefined;
  try {
    void fake.empty('new').profile;
  } catch (thrown) {
    error = thrown as RmqdevError;
  }
  expect(error).toMatchObject({ code: 'CLUSTER_NOT_FOUND', text: { what: 'cluster new has no nodes yet' } });
});

test('namesrvAddr is what a client is to be given', () => {
  expect(cluster.namesrvAddr).toBe('127.0.0.1:9876');
});
