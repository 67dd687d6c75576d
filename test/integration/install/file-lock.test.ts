import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireFileLock } from '../../../src/base/file-lock.js';
import { temporaryFolder } from './support.js';

test('one holder at a time, in one process too; given back on dispose', async () => {
  const path = join(await temporaryFolder(), 'new-folder', 'a.lock');
  {
    await using lock = await acquireFileLock(path, { wait: false });
    expect(lock).toBeDefined();
    expect(await acquireFileLock(path, { wait: false })).toBeUndefined();
  }
  await using again = await acquireFileLock(path, { wait: false });
  expect(again).toBeDefined();
});

test('a wait ends when the lock is given back, or when it is aborted', async () => {
  const path = join(await temporaryFolder(), 'a.lock');
  const stop = new AbortController();
  const holder = await acquireFileLock(path, { wait: true });
  const aborted = acquireFileLock(path, { wait: true, signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(aborted).rejects.toThrow('enough');
  const waiting = acquireFileLock(path, { wait: true });
  await holder[Symbol.asyncDispose]();
  await using lock = await waiting;
  expect(lock).toBeDefined();
});

test('the lock of a process that was killed is free', async () => {
  const path = join(await temporaryFolder(), 'a.lock');
  const holder = spawn(
    process.execPath,
    [
      '-e',
      `require('fs-native-extensions').tryLock(require('fs').openSync(process.argv[1], 'a+')); console.log('held'); setInterval(() => {}, 1e6)`,
      path,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exited = once(holder, 'exit');
  await once(holder.stdout, 'data');
  expect(await acquireFileLock(path, { wait: false })).toBeUndefined();
  holder.kill('SIGKILL');
  await exited;
  await using lock = await acquireFileLock(path, { wait: false });
  expect(lock).toBeDefined();
});
