import { existsSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { down } from '../../../../src/cluster/actions/down.js';
import { resetNodes } from '../../../../src/cluster/actions/reset.js';
import { proveStopped } from '../../../../src/cluster/actions/stop.js';
import type { Cluster } from '../../../../src/cluster/cluster.js';
import { workMarker } from '../../../../src/cluster/state/own-processes.js';
import type { JournalEvent } from '../../../../src/contract/events.js';
import { profileOf } from '../../../fakes/cluster.js';
import { FakeWorld } from '../../../fakes/world.js';
import { until } from '../../../support/until.js';

let fake: FakeWorld;
let cluster: Cluster;
beforeEach(() => {
  fake = new FakeWorld({ profile: profileOf(['namesrv-1']) });
  cluster = fake.cluster();
});
afterEach(() => fake[Symbol.asyncDispose]());

const end = (remove: boolean) => down(cluster, { remove, prove: () => proveStopped(cluster, { storesStay: !remove }) }, () => {});

/** Work that ends when it is told to, and then writes to the journal as that of a class archive does. */
function beginWork(): { isOver: () => boolean } {
  let isOver = false;
  cluster.background.begin('work', async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    isOver = true;
  });
  return { isOver: () => isOver };
}

test('what the cluster does beside is over before anything is proved', async () => {
  const work = beginWork();
  const wasOver: boolean[] = [];
  await down(cluster, { remove: false, prove: async () => [String(wasOver.push(work.isOver()))] }, () => {});
  expect(wasOver).toEqual([true]);
});

test('work of one name is begun once at a time', async () => {
  const first = beginWork();
  const second = beginWork();
  await cluster.background.end();
  expect([first.isOver(), second.isOver()]).toEqual([true, false]);
});

test('work that a daemon left which died is ended, by its marker', async () => {
  const orphan = fake.launcher.survivor(777);
  const row = { pid: 777, ppid: 1, command: `java ${workMarker(cluster.paths, 'class-archive')} -Xshare:dump` };
  fake.rows.push(row);
  void orphan.exited.then(() => fake.rows.splice(fake.rows.indexOf(row), 1));
  expect((await end(false)).proof).toContain('no process left');
  expect(orphan.isTreeKilled).toBe(true);
});

test('the proof covers every process of the cluster, also of a node that no profile names any more', async () => {
  fake.rows.push({ pid: 778, ppid: 1, command: `java -Drmqdev.node=${cluster.paths.root}/nodes/broker-z BrokerStartup` });
  await expect(end(false)).rejects.toMatchObject({
    code: 'STOP_INCOMPLETE',
    text: { why: expect.stringContaining('broker-z: pid 778') },
  });
});

test('what is deleted stays deleted, whatever is still told or saved', async () => {
  expect(await end(true)).toMatchObject({ deleted: cluster.paths.root });
  cluster.journal.record('class-archive-made', 'namesrv-1', 'too late');
  cluster.noteStopped(['namesrv-1']);
  expect(readdirSync(fake.world.home.clusters)).toEqual([]);
});

test('a `down --delete` that waited for another one says what that has done', async () => {
  await end(true);
  expect(await end(true)).toEqual({
    tookMs: 0,
    proof: ['deleted by the `down --delete` before this one'],
    deleted: cluster.paths.root,
  });
  expect(existsSync(cluster.paths.root)).toBe(false);
});

describe('where data is thrown away', () => {
  beforeEach(async () => {
    await fake[Symbol.asyncDispose]();
    fake = new FakeWorld({ profile: profileOf(['namesrv-1', 'broker-a', 'broker-a-s']) });
    cluster = fake.cluster();
    for (const { id } of cluster.specs) cluster.supervisor(id).start();
    await until(() => expect(cluster.specs.every(({ id }) => cluster.supervisor(id).pid !== null)).toBe(true));
    for (const { id } of cluster.specs) fake.process(id).isStubborn = true;
  });
  const everyone = (): string[] => cluster.specs.map(({ id }) => id);

  test('`down --delete` kills every node at once, NameServers too, and says so', async () => {
    const events: JournalEvent[] = [];
    cluster.journal.subscribe((event) => events.push(event));
    const ids = everyone();
    expect(await end(true)).toMatchObject({ proof: expect.arrayContaining(['no process left']), deleted: cluster.paths.root });
    expect(ids.map((id) => [fake.process(id).signals, fake.process(id).treeKills])).toEqual(ids.map(() => [[], 1]));
    const of = (type: string) => events.filter((event) => event.type === type);
    expect(of('node-stop-proved').map(({ node, data, message }) => [node, data?.how, message.includes('its data is thrown away')])).toEqual(
      ids.map((id) => [id, 'discarded', true]),
    );
    expect(of('node-exited').map(({ data }) => data?.cause)).toEqual(ids.map(() => 'stopped-by-user'));
    expect([...of('node-crashed'), ...of('crash-report')]).toEqual([]);
  });

  test('nothing is deleted before the last process is gone', async () => {
    fake.process('broker-a').isUnkillable = true;
    const ending = end(true);
    await until(() => expect(fake.process('broker-a-s').isGone).toBe(true));
    expect(existsSync(cluster.paths.root)).toBe(true);
    fake.process('broker-a').exit({ signal: 'SIGKILL' });
    await ending;
    expect(existsSync(cluster.paths.root)).toBe(false);
  });

  test('`down --delete` does not wait for a report, and none comes after it', async () => {
    const spec = cluster.spec('broker-a');
    fake.world.platform.listeners = () => new Promise(() => {});
    fake.process('broker-a').exit({ code: 1 });
    await until(() => expect(existsSync(cluster.paths.crashes(spec.id))).toBe(true));
    await down(cluster, { remove: true, prove: async () => [] }, () => {});
    expect(readdirSync(fake.world.home.clusters)).toEqual([]);
  });

  test('`reset` kills at once what it empties, and only that; those that ran run again', async () => {
    for (const { id } of cluster.specs) await until(() => expect(cluster.supervisor(id).state).toBe('ready'));
    const before = new Map(everyone().map((id) => [id, fake.process(id)]));
    const brokers = ['broker-a', 'broker-a-s'];
    await resetNodes(cluster, brokers, { timeoutMs: 30_000, signal: new AbortController().signal, report: () => {} });
    expect(everyone().map((id) => [id, before.get(id)?.treeKills])).toEqual([
      ['namesrv-1', 0],
      ['broker-a', 1],
      ['broker-a-s', 1],
    ]);
    expect(brokers.map((id) => [cluster.supervisor(id).state, cluster.supervisor(id).restarts])).toEqual(brokers.map(() => ['ready', 0]));
  });
});
