import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, systemClock } from './clock.js';
import { tryLock } from './try-lock.js';

/** A held lock; disposing it releases it. */
export type FileLock = AsyncDisposable;

export type FileLockOptions = {
  /** Wait until the holder releases the lock; else a lock that is in use gives `undefined` at once. */
  wait: boolean;
  signal?: AbortSignal;
  clock?: Clock;
};

const POLL_MS = 100;

/**
 * Locks the file at `path` (created with its folder; its content has no meaning) against every other holder, in this process too.
 * The kernel releases it when the holder dies, also by SIGKILL. The file stays: deleting it would allow two holders.
 * @throws the reason of `signal` if it aborts the wait; system errors unchanged.
 */
export async function acquireFileLock(path: string, options: FileLockOptions & { wait: true }): Promise<FileLock>;
export async function acquireFileLock(path: string, options: FileLockOptions): Promise<FileLock | undefined>;
export async function acquireFileLock(path: string, { wait, signal, clock = systemClock }: FileLockOptions): Promise<FileLock | undefined> {
  await mkdir(dirname(path), { recursive: true });
  // A plain number, because the garbage collector closes an unused FileHandle, and the lock with it.
  const fd = openSync(path, 'a+', 0o600);
  try {
    // Polled, because the library's own wait blocks a thread, which a signal cannot end.
    while (!tryLock(fd)) {
      if (!wait) {
        closeSync(fd);
        return undefined;
      }
      await clock.sleep(POLL_MS, signal);
      signal?.throwIfAborted();
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  return { [Symbol.asyncDispose]: async () => closeSync(fd) };
}
