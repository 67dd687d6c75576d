import { existsSync, realpathSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();

// 4.7.0 opens the file of its accounts below the folder of the release. Through a link, `..` led elsewhere, and the broker ended with 255.
test('with a release that lies behind a link, the accounts of a broker are found the way the system walks a path', async () => {
  const h = harness();
  const link = join(h.cwd, 'releases');
  symlinkSync(h.root, link);
  const release = join(link, relative(h.root, h.release('4.7.0')));
  await h.up('single', '--rocketmq', release, '--set', 'acl=true', '--no-wait');
  const broker = await until(async () => {
    const found = (await h.jvms()).find(({ command }) => command.includes('/nodes/broker-a '));
    if (!found) throw new Error('broker-a has no process yet');
    return found;
  });
  const value = (flag: string) => new RegExp(`-D${flag}=(\\S+)`).exec(broker.command)?.[1];
  expect(value('rocketmq.home.dir')).toBe(realpathSync(release));
  // As Java does it: both parts put together, and the system walks it.
  const accounts = `${value('rocketmq.home.dir')}${value('rocketmq.acl.plain.file')}`;
  expect(existsSync(accounts), accounts).toBe(true);
});
