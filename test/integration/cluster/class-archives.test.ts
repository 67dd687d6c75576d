import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshHarness, type Harness } from '../../support/harness.js';
import { until } from '../../support/until.js';

/** Long enough that nobody waits for its end. */
const SLOW = ['--set', 'broker-a.env.FAKE_JVM=archiveMs=600000'];

const working = async (h: Harness) => (await h.jvms()).filter(({ command }) => command.includes('-Drmqdev.work='));
const cacheOf = (h: Harness) => {
  const folder = join(h.home.cache, 'cds');
  return existsSync(folder) ? readdirSync(folder) : [];
};
async function untilArchiving(h: Harness): Promise<void> {
  await until(async () => expect(await working(h)).toHaveLength(1));
}

// `down` said "no process left" while the JVM that makes a class archive ran on, and its end wrote the journal of a deleted cluster anew.
test('down ends the JVM that makes a class archive, and what is deleted stays deleted', async () => {
  const h = await freshHarness();
  await h.up('single', ...SLOW);
  await untilArchiving(h);
  expect((await h.run('down')).stdout).toContain('no process left');
  expect(await h.jvms()).toEqual([]);
  expect(cacheOf(h)).toEqual([]);

  await h.up('single', ...SLOW);
  await untilArchiving(h);
  expect(await h.run('down', '--delete')).toMatchObject({ code: 0 });
  expect({ jvms: await h.jvms(), clusters: readdirSync(h.home.clusters) }).toEqual({ jvms: [], clusters: [] });
});

test('down ends it also where the daemon that had begun it was killed', async () => {
  const h = await freshHarness();
  await h.up('single', ...SLOW);
  await untilArchiving(h);
  process.kill((await h.hello()).pid, 'SIGKILL');
  expect((await h.run('down')).stdout).toContain('no process left');
  expect(await h.jvms()).toEqual([]);
});

test('a daemon that ends takes it along; the nodes run on', async () => {
  const h = await freshHarness();
  await h.up('single', ...SLOW);
  await untilArchiving(h);
  expect(await h.run('daemon', 'stop')).toMatchObject({ code: 0 });
  await until(async () => expect(await working(h)).toEqual([]));
  expect(await h.jvms()).toHaveLength(2);
});

test('an archive that comes to its end is kept and told', async () => {
  const h = await freshHarness();
  await h.up('single', '--set', 'broker-a.env.FAKE_JVM=archiveMs=1');
  await until(() => expect(h.events('single').map(({ type }) => type)).toContain('class-archive-made'));
  expect(cacheOf(h)).toEqual([expect.stringMatching(/^broker-4\.9\.7-jdk17-[0-9a-f]{12}\.jsa$/)]);
});
