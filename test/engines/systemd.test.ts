import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { withRmqdev } from '../e2e/support/rmqdev.js';
import { needPrograms } from './support/machine.js';

test.each(['single', '2m2s', '2m-noslave', 'dledger', 'controller', 'proxy'])('%s: systemd takes its units', (profile) =>
  withRmqdev(async (rmqdev) => {
    await needPrograms(['systemd-analyze'], ['systemd']);
    const folder = join(rmqdev.home, 'units');
    const { stdout: java } = await execa('sh', ['-c', 'dirname "$(dirname "$(readlink -f "$(command -v java)")")"']);
    await rmqdev.run('export', 'systemd', profile, '-o', folder, '--java', java, '--set', 'topics=[orders]');
    const units = readdirSync(folder).filter((name) => /\.(?:service|target)$/.test(name));
    expect(units.length).toBeGreaterThan(2);
    const { all, exitCode } = await execa('systemd-analyze', ['verify', ...units.map((unit) => join(folder, unit))], { all: true });
    // It ends with 0 also if it ignores a key that it does not know.
    expect([exitCode, all]).toEqual([0, '']);
  }),
);
