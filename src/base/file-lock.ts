import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { type Clock, systemClock } from './clock.js';

/** A held lock; disposing it gives it back. */
export type FileLock = AsyncDisposable;

export type FileLockOptions = {
  /** Wait until the holder gives the lock back; else an occupied lock is `undefined` at once. */
  wait: boolean;
  signal?: AbortSignal;
  clock?: Clock;
};

const POLL_MS = 100;

/**
 * Locks the file at `path` (created with its folder; its content means nothing) against every other holder, in this process too.
 * The kernel gives it back when the holder dies, also by SIGKILL. The file stays: deleting it would let two in.
 * @throws the reason of `signal` when that aborts the wait; system errors as they are.
 */
export async function acquireFileLock(path: string, options: FileLockOptions & { wait: true }): Promise<FileLock>;
export async function acquireFileLock(path: string, options: FileLockOptions): Promise<FileLock | undefined>;
export async function acquireFileLock(path: string, { wait, signal, clock = systemClock }: FileLockOptions): Promise<FileLock | undefined> {
  await mkdir(dirname(path), { recursive: true });
  // A bare number: a FileHandle that nobody refers to any more is closed by the garbage collector, and the lock with it.
  const fd = openSync(path, 'a+', 0o600);
  try {
    // Polled, because the library's own wait blocks a thread that no signal can end.
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
