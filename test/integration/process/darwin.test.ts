import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import type { RunningProcess } from '../../../src/base/process.js';
import { findMarked } from '../../../src/process/find-marked.js';
import { DarwinPlatform } from '../../../src/process/platform-darwin.js';
import { until } from '../../support/until.js';
import { IDLE, usePrograms } from './programs.js';

/** The macOS half, on the ps of this machine: a part of what `npm run test:darwin` runs as a whole. */
const platform = new DarwinPlatform(fileURLToPath(new URL('../../support/macos-tools', import.meta.url)));
const programs = usePrograms(platform);

test('a process is adopted, stopped, let go on and ended, and its end is seen', async () => {
  const child = await programs().launch(IDLE);
  const adopted = (await programs().launcher.adopt(child.identity)) as RunningProcess;
  expect(await adopted.state()).toEqual({ word: 'running' });
  expect(await adopted.signal('SIGSTOP')).toBe(true);
  await until(async () => expect(await adopted.state()).toEqual({ word: 'stopped' }));
  expect(await Promise.all([adopted.signal('SIGTERM'), adopted.signal('SIGCONT')])).toEqual([true, true]);
  expect(await adopted.exited).toMatchObject({ code: null, signal: null, adopted: true });
  expect(await child.exited).toMatchObject({ signal: 'SIGTERM' });
  expect(await adopted.signal('SIGTERM')).toBe(false);
  expect(await adopted.state()).toBeUndefined();
});

test('however often probes ask what a process does, ps is run once, and again after a signal', async () => {
  const running = await programs().launch(IDLE);
  const asked = vi.spyOn(platform, 'processState');
  const states = await Promise.all(Array.from({ length: 20 }, () => running.state()));
  expect(states).toEqual(Array(20).fill({ word: 'running' }));
  expect(asked).toHaveBeenCalledOnce();
  await running.signal('SIGCONT');
  expect(await running.state()).toEqual({ word: 'running' });
  expect(asked).toHaveBeenCalledTimes(2);
  asked.mockRestore();
  await running.killTree();
});

test('a tree is killed with what left its group', async () => {
  const script = `child_process.spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', process.argv[1]], { detached: true, stdio: 'ignore' }); ${IDLE}`;
  const running = await programs().launch(script);
  await until(async () => expect(await programs().live()).toHaveLength(2));
  await running.killTree();
  await programs().noneLeft();
});

test('a zombie is gone', async () => {
  // `exec` leaves a parent that never waits for the child that the shell had started.
  const parent = spawn('/bin/sh', ['-c', '"$0" -e "" & echo $!; exec "$0" -e "setInterval(() => {}, 1000)"', process.execPath], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [pid] = await once(parent.stdout, 'data').then(([text]) => [Number(text)]);
  await until(async () => expect(await platform.startTime(pid as number)).toBeUndefined());
  expect(process.kill(pid as number, 0)).toBe(true);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
});

test('a home with letters outside ASCII is found on the command line', async () => {
  const marker = `${programs().marker}/Jérôme/数据`;
  const running = await programs().launcher.launch(programs().node(IDLE, { args: ['-e', IDLE, '--', programs().marker, marker] }));
  expect(await findMarked(platform, marker)).toEqual([running.identity]);
  await running.killTree();
});

test('memory and boot are told', async () => {
  const { totalBytes, availableBytes } = await platform.memory();
  expect(availableBytes).toBeGreaterThan(0);
  expect(availableBytes).toBeLessThanOrEqual(totalBytes);
  expect(await platform.bootId()).toMatch(/^[0-9a-f-]{36}$/);
});

test('a ps that fails is no answer: it ends with 1 too if it finds nobody, but then it says nothing', async () => {
  const failing = new DarwinPlatform(programs().folder);
  const ps = join(programs().folder, 'ps');
  writeFileSync(ps, '#!/bin/sh\necho "ps: sysctl: Cannot allocate memory" >&2\nexit 1\n', { mode: 0o755 });
  await expect(failing.startTimes([process.pid])).rejects.toMatchObject({ exitCode: 1 });
  writeFileSync(ps, '#!/bin/sh\nexit 1\n');
  expect(await failing.startTimes([process.pid])).toEqual(new Map());
});

test('a process table without the one who asks is no answer', async () => {
  writeFileSync(join(programs().folder, 'ps'), '#!/bin/sh\necho "    1     0 /sbin/launchd"\n', { mode: 0o755 });
  await expect(new DarwinPlatform(programs().folder).processTable()).rejects.toThrow('the process table of ps lacks pid');
});

test('where ps cannot be run nothing is taken for dead', async () => {
  const blind = new DarwinPlatform(programs().folder);
  await expect(blind.startTimes([process.pid])).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(blind.processState({ pid: process.pid, startTime: '' })).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await blind.bootId()).toBeNull();
});
