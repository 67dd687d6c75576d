import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { asError, RmqdevError, systemCode } from '../base/errors.js';

/** Bytes that can be read by position: the contents of a file when it was opened. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Last change, epoch ms. */
  readonly modifiedMs: number;
  /** @returns `length` bytes from `position`, fewer if the file has shrunk. */
  read(position: number, length: number): Promise<Buffer>;
}

const MISSING: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR']);

/** @returns undefined if `pending` fails because a file or its directory is missing; other failures are thrown. */
export function unlessMissing<T>(pending: Promise<T>): Promise<T | undefined> {
  return pending.catch((error: unknown) => {
    if (MISSING.has(systemCode(error))) return undefined;
    throw error;
  });
}

/** @returns `file` opened for reading, or undefined if it does not exist. @throws RmqdevError FILE_UNREADABLE */
export function openLog(file: string): Promise<FileHandle | undefined> {
  // Without O_NONBLOCK, a named pipe in place of a log would block the open for ever.
  return readable(file, open(file, constants.O_RDONLY | constants.O_NONBLOCK));
}

/** @returns the stat of `file`, or undefined if it does not exist. @throws RmqdevError FILE_UNREADABLE */
export function statLog(file: string): Promise<BigIntStats | undefined> {
  return readable(file, stat(file, { bigint: true }));
}

function readable<T>(file: string, pending: Promise<T>): Promise<T | undefined> {
  return unlessMissing(pending).catch((cause: unknown) => {
    throw new RmqdevError(
      'FILE_UNREADABLE',
      {
        what: `the log ${file} cannot be read`,
        why: asError(cause).message,
        next: 'Make the file and its directory readable for your user (ls -l shows the owner), then run the command again',
      },
      { cause },
    );
  });
}

/** @returns up to `length` bytes of `handle` from `position`; fewer only at the end of the file. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** @returns the current contents of `handle`; the caller keeps the handle. */
export async function snapshot(handle: FileHandle): Promise<ByteSource> {
  const { size, mtimeMs } = await handle.stat();
  return { sizeBytes: size, modifiedMs: mtimeMs, read: (position, length) => readAt(handle, position, length) };
}
