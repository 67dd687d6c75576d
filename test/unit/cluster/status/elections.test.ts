import { afterEach, beforeEach, expect, test } from 'vitest';
import { startNodes } from '../../../../src/cluster/actions/start.js';
import { stopNodes } from '../../../../src/cluster/actions/stop.js';
import type { Cluster } from '../../../../src/cluster/cluster.js';
import { liveRolesOf } from '../../../../src/cluster/status/live-roles.js';
import { ClusterMeter } from '../../../../src/cluster/status/meter.js';
import { noteElections } from '../../../../src/cluster/status/note-elections.js';
import { selectAll } from '../../../../src/cluster/status/selectors.js';
import { profileOf } from '../../../fakes/cluster.js';
import { FakeWorld } from '../../../fakes/world.js';

const IDS = ['namesrv-1', 'broker-a-n0', 'broker-a-n1', 'broker-a-n2'];
let fake: FakeWorld;
let cluster: Cluster;
let meter: ClusterMeter;
beforeEach(async () => {
  fake = new FakeWorld({ profile: profileOf(IDS, { replication: 'dledger' }) });
  cluster = fake.cluster();
  meter = new ClusterMeter(cluster);
  await startNodes(cluster, IDS, { wait: true, timeoutMs: 60_000, signal: new AbortController().signal, report: () => {} });
  fake.rocketmq.elect('broker-a-n0');
  for (const id of ['broker-a-n1', 'broker-a-n2']) fake.rocketmq.unregister(id);
  fake.rocketmq.register(['broker-a-n1', 'broker-a-n2']);
  await noteElections(cluster, meter);
});
afterEach(() => fake[Symbol.asyncDispose]());

const told = () => cluster.journal.read().flatMap(({ type, message }) => (type === 'role-changed' ? [message] : []));
const select = (selector: string) => selectAll([selector], cluster.specs, () => liveRolesOf(cluster, meter), false);

test('each change of the leader is one event, however often it is looked at', async () => {
  await noteElections(cluster, meter);
  fake.rocketmq.unregister('broker-a-n0');
  await noteElections(cluster, meter);
  fake.rocketmq.elect('broker-a-n2');
  await noteElections(cluster, meter);
  expect(told()).toEqual([
    'broker-a-n0 is the leader of broker-a',
    'broker-a has no leader; before it was broker-a-n0',
    'broker-a-n2 is the leader of broker-a; before it was broker-a-n0',
  ]);
});

test('a stop of all, and NameServers that cannot be asked, are no election', async () => {
  fake.rocketmq.node('namesrv-1').isDown = true;
  await stopNodes(cluster, IDS, () => {});
  await noteElections(cluster, meter);
  expect(told()).toHaveLength(1);
});

test('selectors follow the election; where nobody leads, the last leader is meant and said', async () => {
  expect((await select('master-a')).ids).toEqual(['broker-a-n0']);
  expect((await select('masters')).ids).toEqual(['broker-a-n0']);
  expect((await select('slaves')).ids).toEqual(['broker-a-n1', 'broker-a-n2']);
  fake.rocketmq.elect('broker-a-n1');
  expect((await select('master-a')).ids).toEqual(['broker-a-n1']);
  fake.rocketmq.unregister('broker-a-n1');
  expect(await select('master-a')).toEqual({
    ids: ['broker-a-n0'],
    notice: 'nobody is master of broker-a now; taking broker-a-n0, the last one',
  });
});

test('a later daemon knows the last leader from the journal', () => {
  const later = fake.empty();
  later.elections.recover(cluster.journal.read());
  expect(later.elections.lastMaster('broker-a')).toBe('broker-a-n0');
});

test('the leader is in sync with a follower that holds as much, a follower with its leader', async () => {
  fake.rocketmq.node('broker-a-n0').maxOffset = 50;
  fake.rocketmq.node('broker-a-n1').maxOffset = 50;
  fake.rocketmq.node('broker-a-n2').maxOffset = 30;
  const { nodes } = await meter.status(IDS.slice(1));
  expect(nodes.map(({ liveRole, inSync, lagBytes }) => [liveRole, inSync, lagBytes])).toEqual([
    ['leader', true, null],
    ['follower', true, 0],
    ['follower', false, 20],
  ]);
});
