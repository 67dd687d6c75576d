import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { ProcessIdentity } from '../../../src/base/process.js';
import { findMarked } from '../../../src/process/find-marked.js';
import { until } from '../../support/until.js';
import { IDLE, platform, usePrograms } from './programs.js';

const programs = usePrograms();

/** Started by a process that is gone, as a node is after `kill -9` of its daemon; found by its marker alone. */
async function orphan(script: string): Promise<ProcessIdentity> {
  const parent = `child_process.spawn(process.execPath, ['-e', ${JSON.stringify(script)}, '--', process.argv[1]], { detached: true, stdio: 'ignore' }).unref();`;
  await once(spawn(process.execPath, ['-e', parent, '--', programs().marker], { stdio: 'ignore' }), 'exit');
  return until(async () => {
    const [identity, ...others] = await findMarked(platform, programs().marker);
    expect([identity?.pid, others]).toEqual([expect.any(Number), []]);
    return identity as ProcessIdentity;
  });
}

test('a process whose launcher is gone is found by its marker, adopted, and its end is seen', async () => {
  const identity = await orphan(IDLE);
  const running = await programs().launcher.adopt(identity);
  expect(running?.identity).toEqual(identity);
  expect(await running?.signal('SIGTERM')).toBe(true);
  expect(await running?.exited).toEqual({ at: expect.any(Number), code: null, signal: null, adopted: true });
  expect(await running?.signal('SIGTERM')).toBe(false);
});

test('killTree of an adopted process takes its children along', async () => {
  const identity = await orphan(
    `child_process.spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', process.argv[1]], { detached: true, stdio: 'ignore' }); setInterval(() => {}, 1000)`,
  );
  await until(async () => expect(await programs().live()).toHaveLength(2));
  const running = await programs().launcher.adopt(identity);
  await running?.killTree();
  await programs().noneLeft();
});

test('a pid that is somebody else’s now is neither adopted nor signalled', async () => {
  const stranger = await programs().launch(IDLE);
  const past = { pid: stranger.identity.pid, startTime: 'another start' };
  expect(await programs().launcher.adopt(past)).toBeUndefined();
  expect(await programs().live()).toEqual([stranger.identity.pid]);
  await stranger.killTree();
  expect(await programs().launcher.adopt(stranger.identity)).toBeUndefined();
});

test('a zombie counts as dead: a daemon that runs as PID 1 reaps nobody it adopted', async () => {
  // `exec` leaves a parent that never waits for the child that the shell had started.
  const parent = await programs().launcher.launch(
    programs().shell('"$0" -e "setInterval(() => {}, 1000)" -- "$1" & echo "child $!"; exec "$0" -e "setInterval(() => {}, 1000)" -- "$1"'),
  );
  const pid = Number((await programs().outputOf(/child \d+\n/)).slice('child '.length));
  const child = await programs().launcher.adopt({ pid, startTime: (await platform.startTime(pid)) ?? '' });
  await until(async () => expect(await programs().live()).toHaveLength(2));
  expect(await child?.signal('SIGKILL')).toBe(true);
  expect(await child?.exited).toMatchObject({ adopted: true });
  expect(process.kill(pid, 0)).toBe(true);
  expect(await platform.startTime(pid)).toBeUndefined();
  await parent.killTree();
});
