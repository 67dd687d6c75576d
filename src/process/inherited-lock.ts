import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import type { Clock } from '../base/clock.js';

/** Who holds a lock, as the holder wrote it into the file: `pid` is missing where the one who started it died too soon. */
export type LockNote = { pid?: number; [about: string]: unknown };

/**
 * A kernel lock that a child process holds for as long as it lives, however it and its parent end: a lock of this kind (Linux: of the open
 * file description, fcntl(2) F_OFD_SETLK; macOS: flock(2)) belongs to the descriptor that both share, so it outlives the parent's copy.
 */
export type InheritedLock = {
  file: string;
  /** Written into the file for whoever finds the lock taken; the child's pid is added. */
  about: Readonly<Record<string, string>>;
  /** @returns what to reject with where another holds the lock; undefined where that one is about to be gone and is worth a wait. */
  refuse: (holder: LockNote) => Promise<Error | undefined>;
  /** As `refuse`, once the wait is over. */
  refuseAtLast: (holder: LockNote) => Error;
};

/** A process that was killed keeps its descriptors a little longer than its place in the process table: 0.1 s was measured for a JVM. */
const PATIENCE_MS = 3_000;
const POLL_MS = 20;

export type HeldLock = Disposable & { readonly descriptor: number; sign(pid: number): void };

/**
 * Takes the lock. Disposing gives this process's copy of it back; a child that was given the descriptor keeps its own.
 * @throws what `refuse` says; system errors as they are
 */
export async function takeInheritedLock(lock: InheritedLock, clock: Clock): Promise<HeldLock> {
  const { file, about } = lock;
  mkdirSync(dirname(file), { recursive: true });
  // A bare number, because a FileHandle is closed by the garbage collector.
  const descriptor = openSync(file, 'a+', 0o600);
  try {
    const since = clock.monotonicMs();
    while (!tryLock(descriptor)) {
      const holder = readNote(file);
      const error = clock.monotonicMs() - since < PATIENCE_MS ? await lock.refuse(holder) : lock.refuseAtLast(holder);
      if (error) throw error;
      await clock.sleep(POLL_MS);
    }
    writeNote(descriptor, about);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return {
    descriptor,
    sign: (pid) => writeNote(descriptor, { pid, ...about }),
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}

/** @returns whether another process holds a lock on `file` now, of the kind Java's FileLock takes. Trying harms nobody: the attempt locks and frees our own descriptor alone. */
export function isLockedByAnother(file: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r+');
  } catch {
    return false;
  }
  try {
    return !tryLock(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The note is a courtesy: a full disk must not keep a node from starting. */
function writeNote(descriptor: number, note: LockNote): void {
  try {
    ftruncateSync(descriptor, 0);
    writeSync(descriptor, `${JSON.stringify(note)}\n`);
  } catch {
    // The lock holds without it.
  }
}

function readNote(file: string): LockNote {
  try {
    const note: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof note === 'object' && note !== null ? (note as LockNote) : {};
  } catch {
    return {};
  }
}
