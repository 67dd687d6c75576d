import { existsSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { down } from '../../../../src/cluster/actions/down.js';
import { proveStopped } from '../../../../src/cluster/actions/stop.js';
import type { Cluster } from '../../../../src/cluster/cluster.js';
import { workMarker } from '../../../../src/cluster/state/own-processes.js';
import { profileOf } from '../../../fakes/cluster.js';
import { FakeWorld } from '../../../fakes/world.js';

let fake: FakeWorld;
let cluster: Cluster;
beforeEach(() => {
  fake = new FakeWorld({ profile: profileOf(['namesrv-1']) });
  cluster = fake.cluster();
});
afterEach(() => fake[Symbol.asyncDispose]());

const end = (remove: boolean) => down(cluster, { remove, prove: () => proveStopped(cluster) }, () => {});

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
