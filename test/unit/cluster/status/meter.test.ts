import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startNodes } from '../../../../src/cluster/actions/start.js';
import { stopNodes } from '../../../../src/cluster/actions/stop.js';
import type { Cluster } from '../../../../src/cluster/cluster.js';
import { liveRolesOf } from '../../../../src/cluster/status/live-roles.js';
import { ClusterMeter, folderBytes } from '../../../../src/cluster/status/meter.js';
import { ClusterStatus } from '../../../../src/contract/status.js';
import { ResponseCode } from '../../../../src/remoting/codes.js';
import { profileOf } from '../../../fakes/cluster.js';
import { FakeWorld } from '../../../fakes/world.js';

// Test files share their modules: this one needs its own, as they are made with the mock.
vi.hoisted(() => vi.resetModules());
// Process statistics come from the system: here there is no process.
vi.mock('../../../../src/process/process-stats.js', () => ({
  processStats: async (pids: readonly number[]) => new Map(pids.map((pid) => [pid, { rssBytes: pid * 1_000, cpuPercent: 1 }])),
}));

afterAll(() => {
  vi.doUnmock('../../../../src/process/process-stats.js');
  vi.resetModules();
});

const IDS = ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s'];
let fake: FakeWorld;
let cluster: Cluster;
let meter: ClusterMeter;
beforeEach(async () => {
  fake = new FakeWorld({ profile: profileOf(IDS) });
  cluster = fake.cluster();
  meter = new ClusterMeter(cluster);
  await startNodes(cluster, IDS, { wait: true, timeoutMs: 60_000, signal: new AbortController().signal, report: () => {} });
  fake.rocketmq.calls.length = 0;
});
afterEach(() => fake[Symbol.asyncDispose]());

const stop = (ids: string[]) => stopNodes(cluster, ids, () => {});
const nodeOf = async (id: string) => (await meter.status([id])).nodes[0];

test('a slave that holds more than its master is in sync with nobody: the master has another store', async () => {
  fake.rocketmq.node('broker-a').maxOffset = 60;
  fake.rocketmq.node('broker-a-s').maxOffset = 100;
  expect(await nodeOf('broker-a-s')).toMatchObject({ inSync: false, lagBytes: -40 });
  expect(await nodeOf('broker-a')).toMatchObject({ inSync: false, lagBytes: null });
});

test('a slave that holds more because its master was asked first, under a steady send, is in sync', async () => {
  fake.rocketmq.node('broker-a').maxOffset = 60;
  fake.rocketmq.node('broker-a-s').maxOffset = 100;
  fake.rocketmq.afterAnswer = (id) => {
    if (id === 'broker-a-s') fake.rocketmq.node('broker-a').maxOffset = 110;
  };
  expect(await nodeOf('broker-a-s')).toMatchObject({ inSync: true, lagBytes: 0 });
});

test('right after a start a broker has no statistics yet: what the start has proved is told, and not waited for', async () => {
  for (const id of ['broker-a', 'broker-a-s']) fake.rocketmq.node(id).runtimeInfoCode = ResponseCode.SYSTEM_ERROR;
  const { nodes } = await meter.status(IDS, { takesProof: true });
  expect(nodes.map(({ id, inSync, lagBytes }) => `${id} ${inSync} ${lagBytes}`)).toEqual([
    'namesrv-1 null null',
    'namesrv-2 null null',
    'broker-a true null',
    'broker-a-s true 0',
  ]);
  expect(fake.rocketmq.count('GET_BROKER_RUNTIME_INFO')).toBe(2);
});

test('a status is what the contract says, in the order that was asked for', async () => {
  const status = await meter.status(['broker-a', 'namesrv-1']);
  expect(ClusterStatus.parse(status)).toEqual(status);
  expect(status.nodes.map(({ id }) => id)).toEqual(['broker-a', 'namesrv-1']);
  expect(status).toMatchObject({
    cluster: '2m2s',
    state: 'ready',
    rocketmq: '5.5.0',
    java: { version: 17 },
    namesrvAddr: '127.0.0.1:9876;127.0.0.1:9877',
  });
});

test('a master and its slave: live role, registrations, replication, pid and memory', async () => {
  fake.rocketmq.node('broker-a').maxOffset = 100;
  fake.rocketmq.node('broker-a-s').maxOffset = 60;
  const { pid } = cluster.supervisor('broker-a');
  expect(await nodeOf('broker-a')).toMatchObject({
    liveRole: 'master',
    registeredWith: ['127.0.0.1:9876', '127.0.0.1:9877'],
    inSync: false,
    lagBytes: null,
    pid,
    rssBytes: Number(pid) * 1_000,
  });
  expect(await nodeOf('broker-a-s')).toMatchObject({ liveRole: 'slave', inSync: false, lagBytes: 40 });
});

test('what asks a node is kept for a second, and questions under way are shared', async () => {
  await Promise.all([meter.status(IDS), meter.status(IDS), meter.status(['broker-a'])]);
  await meter.status(IDS);
  expect(fake.rocketmq.count('GET_BROKER_RUNTIME_INFO', 'broker-a')).toBe(1);
});

test('a change of a node is in the next status at once', async () => {
  expect(await nodeOf('broker-a-s')).toMatchObject({ state: 'ready', inSync: true });
  await stop(['broker-a-s']);
  expect(await nodeOf('broker-a-s')).toMatchObject({ state: 'stopped', pid: null, rssBytes: null, registeredWith: [], inSync: null });
  expect(await nodeOf('broker-a')).toMatchObject({ inSync: false });
});

test('a mute node does not hold up the status, and nothing is invented for it', async () => {
  fake.rocketmq.node('broker-a-s').isMute = true;
  fake.rocketmq.node('namesrv-2').isMute = true;
  // They never answer: that there is a status at all says that nobody waited for them.
  expect(await nodeOf('broker-a-s')).toMatchObject({ registeredWith: ['127.0.0.1:9876'], inSync: null, lagBytes: null, liveRole: 'slave' });
});

test('a paused node is not asked', async () => {
  cluster.supervisor('broker-a-s').pause();
  fake.rocketmq.calls.length = 0;
  await meter.status(IDS);
  expect(fake.rocketmq.calls.filter((call) => call.startsWith('broker-a-s '))).toEqual([]);
});

test('a NameServer that does not list the node is not among those it is registered with', async () => {
  fake.rocketmq.unregister('broker-a', ['namesrv-2']);
  expect(await nodeOf('broker-a')).toMatchObject({ registeredWith: ['127.0.0.1:9876'], liveRole: 'master' });
  fake.rocketmq.unregister('broker-a');
  expect(await new ClusterMeter(cluster).status(['broker-a'])).toMatchObject({ nodes: [{ registeredWith: [], liveRole: null }] });
});

test('a broker without a slave has no replication to speak of; a NameServer neither', async () => {
  expect(await nodeOf('namesrv-1')).toMatchObject({ inSync: null, lagBytes: null, liveRole: null, registeredWith: [] });
});

test('a value in the running copy that is no longer ours is drift', async () => {
  const { runConfig } = cluster.spec('broker-a').paths;
  expect((await nodeOf('broker-a'))?.configDrift).toEqual([]);
  writeFileSync(runConfig, 'brokerName=broker-a\nflushDiskType=SYNC_FLUSH\n');
  expect((await nodeOf('broker-a'))?.configDrift).toEqual(['flushDiskType']);
});

test('the last end of a node comes with its time in UTC', async () => {
  await stop(['broker-a']);
  expect((await nodeOf('broker-a'))?.lastExit).toEqual({
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    notBefore: null,
    code: 143,
    signal: null,
    cause: 'stopped-by-user',
    finding: null,
    detail: null,
  });
});

test('live roles are asked of the NameServers, the last holder is that of the profile', async () => {
  const roles = await liveRolesOf(cluster, meter);
  expect([roles.holder('broker-a', 'master'), roles.holder('broker-a', 'slave')]).toEqual([['broker-a'], ['broker-a-s']]);
  fake.rocketmq.unregister('broker-a');
  fake.rocketmq.list(cluster.spec('broker-a-s'), 0);
  const later = await liveRolesOf(cluster, meter);
  expect(later.holder('broker-a', 'master')).toEqual(['broker-a-s']);
  expect(later.lastHolder('broker-a', 'master')).toEqual(['broker-a']);
});

test('one NameServer that has forgotten a role is no reason to find nobody', async () => {
  fake.rocketmq.unregister('broker-a', ['namesrv-1']);
  expect((await liveRolesOf(cluster, meter)).holder('broker-a', 'master')).toEqual(['broker-a']);
});

test('a folder occupies what its files hold, not what they pretend: RocketMQ’s are sparse', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rmqdev-bytes-'));
  try {
    mkdirSync(join(folder, 'store', 'commitlog'), { recursive: true });
    writeFileSync(join(folder, 'store', 'a'), 'x'.repeat(8_192));
    const sparse = join(folder, 'store', 'commitlog', '0');
    writeFileSync(sparse, '');
    truncateSync(sparse, 1_073_741_824);
    const bytes = await folderBytes(folder);
    expect(bytes).toBeGreaterThanOrEqual(8_192);
    expect(bytes).toBeLessThan(1_048_576);
    expect(await folderBytes(join(folder, 'missing'))).toBeNull();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
