import { existsSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClusterRegistry } from '../../../src/daemon/cluster-registry.js';
import { createHandlers } from '../../../src/daemon/handlers.js';
import { profileOf } from '../../fakes/cluster.js';
import { FakeWorld } from '../../fakes/world.js';
import { until } from '../../support/until.js';

let fake: FakeWorld;
beforeEach(() => {
  fake = new FakeWorld({ profile: profileOf(['namesrv-1']) });
});
afterEach(() => fake[Symbol.asyncDispose]());

// The cluster stayed in the daemon without its folder: the next command wrote the folder again.
test('`down --delete` that nobody waited for to the end: the same call finishes it, and it stays deleted', async () => {
  fake.cluster('dev').release();
  const registry = new ClusterRegistry(fake.world);
  await registry.restoreAll();
  const handlers = createHandlers(fake.world, registry, { version: '1', startedAt: '', shutdown: () => {} });
  const { cluster } = registry.resolve('dev');
  cluster.supervisor('namesrv-1').start();
  await until(() => expect(cluster.supervisor('namesrv-1').state).toBe('ready'));
  // It waits for a disk that does not answer.
  const process = fake.process('namesrv-1');
  process.isUnkillable = true;
  const down = (timeoutMs: number) => handlers.down({ cluster: 'dev', remove: true, timeoutMs }, new AbortController().signal, () => {});
  await expect(down(1)).rejects.toMatchObject({
    code: 'TIMEOUT',
    text: { next: expect.stringContaining('rmqdev down --delete -c dev') },
  });
  const again = down(60_000);
  expect(existsSync(cluster.paths.root)).toBe(true);
  process.exit({ signal: 'SIGKILL' });
  expect(await again).toMatchObject({ cluster: 'dev', deleted: cluster.paths.root });
  expect({ left: readdirSync(fake.world.home.clusters), known: registry.all }).toEqual({ left: [], known: [] });
});
