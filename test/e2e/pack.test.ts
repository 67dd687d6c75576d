import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { packageVersion } from '../../src/base/version.js';
import type { Result } from '../../src/contract/routes.js';
import { freePorts } from '../support/free-ports.js';
import { installedRelease } from './support/releases.js';
import { Rmqdev, withRmqdev } from './support/rmqdev.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

test('the packed package, installed in another folder, runs a broker', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rmqdev-pack-'));
  try {
    const user = join(folder, 'user');
    mkdirSync(user);
    const npm = (cwd: string, ...args: string[]) => execa('npm', args, { cwd, stdin: 'ignore' });
    const built = statSync(join(REPOSITORY, 'dist')).ino;
    await npm(REPOSITORY, 'pack', '--pack-destination', folder);
    expect(statSync(join(REPOSITORY, 'dist')).ino, 'dist is built already').toBe(built);
    writeFileSync(join(user, 'package.json'), '{ "private": true }\n');
    await npm(user, 'install', '--prefer-offline', '--no-audit', '--no-fund', join(folder, `rmqdev-${packageVersion()}.tgz`));

    await withRmqdev(runsABroker, new Rmqdev(['npx', '--prefix', user, '--no-install', 'rmqdev']));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

async function runsABroker(rmqdev: Rmqdev): Promise<void> {
  expect((await rmqdev.run('--version')).stdout).toBe(packageVersion());
  const { profiles } = await rmqdev.json<Result<'profiles'>>('profiles');
  expect(profiles.map(({ name }) => name)).toEqual(expect.arrayContaining(['single', '2m-noslave', '2m2s-sync', '2m2s-async']));

  const [namesrv, broker] = await freePorts(2);
  const ports = ['--set', `namesrv-1.listenPort=${namesrv}`, '--set', `broker-a.listenPort=${broker}`];
  const up = await rmqdev.json<Result<'up'>>('up', 'single', '--rocketmq', await installedRelease('5.5.0'), ...ports);
  expect(up).toMatchObject({ cluster: 'single', state: 'ready', rocketmq: '5.5.0', namesrvAddr: `127.0.0.1:${namesrv}` });
  const { proof } = await rmqdev.json<Result<'down'>>('down');
  expect(proof).toContain('no process left');
  await rmqdev.run('daemon', 'stop');
  expect(await rmqdev.processes()).toEqual([]);
}
