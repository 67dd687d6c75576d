import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../base/clock.js';
import { tryLock } from '../base/try-lock.js';

/** The holder of a lock, as recorded in the file: `pid` is missing if the daemon that started it died too soon. */
export type LockNote = { pid?: number; [about: string]: unknown };

/**
 * A kernel lock that a child process holds as long as it lives, however it and its parent end: a lock of this kind (Linux: of the open
 * file description, fcntl(2) F_OFD_SETLK; macOS: flock(2)) belongs to the descriptor that both share, so it outlives the parent's copy.
 */
export type InheritedLock = {
  file: string;
  /** Written into the file, for readers that find the lock in use; the child's pid is added. */
  about: Readonly<Record<string, string>>;
  /** @returns the error if another process holds the lock; undefined if that process is about to end, so that waiting helps. */
  refuse: (holder: LockNote) => Promise<Error | undefined>;
  /** As `refuse`, after the wait. */
  refuseAtLast: (holder: LockNote) => Error;
};

/** A killed process keeps its descriptors a little longer than its entry in the process table: 0.1 s was measured for a JVM. */
const PATIENCE_MS = 3_000;
const POLL_MS = 20;

export type HeldLock = Disposable & { readonly descriptor: number; sign(pid: number): void };

/**
 * Takes the lock. Disposing releases this process's copy; a child with the descriptor keeps its own.
 * @throws the error of `refuse`; system errors unchanged
 */
export async function takeInheritedLock(lock: InheritedLock, clock: Clock): Promise<HeldLock> {
  const { file, about } = lock;
  mkdirSync(dirname(file), { recursive: true });
  // A plain number, because the garbage collector closes a FileHandle.
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

/** @returns whether another process holds a lock on `file` now, of the kind that Java's FileLock takes. The attempt is harmless: it locks and frees only our own descriptor. */
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

/** The note is optional: a full disk must not stop a node from starting. */
function writeNote(descriptor: number, note: LockNote): void {
  try {
    ftruncateSync(descriptor, 0);
    writeSync(descriptor, `${JSON.stringify(note)}\n`);
  } catch {
    // The lock works without it.
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
