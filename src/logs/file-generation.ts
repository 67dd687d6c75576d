import type { BigIntStats } from 'node:fs';
import { type FileHandle, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { openLog, readAt, unlessMissing } from './byte-source.js';
import { ARCHIVE_DIRECTORY } from './rotated.js';

const CHUNK_BYTES = 65_536;
/** How many bytes before the position are read again each time: they differ if the file was truncated and has grown past it. */
const WITNESS_BYTES = 64;

/** One inode that a path had or has. It is open (so that its number is not reused) and read from a position on. */
export class FileGeneration {
  #position: number;
  #witness: Buffer;

  private constructor(
    readonly handle: FileHandle,
    readonly stats: BigIntStats,
    position: number,
    witness: Buffer,
  ) {
    this.#position = position;
    this.#witness = witness;
  }

  /** Takes over `handle`. */
  static async from(handle: FileHandle, position = 0): Promise<FileGeneration> {
    const witnessBytes = Math.min(WITNESS_BYTES, position);
    const [stats, witness] = await Promise.all([handle.stat({ bigint: true }), readAt(handle, position - witnessBytes, witnessBytes)]);
    return new FileGeneration(handle, stats, position, witness);
  }

  /** Where the next read begins, in bytes. */
  get position(): number {
    return this.#position;
  }

  isSameFile(stats: BigIntStats): boolean {
    return stats.ino === this.stats.ino && stats.dev === this.stats.dev;
  }

  async isEmpty(): Promise<boolean> {
    return (await this.handle.stat()).size === 0;
  }

  /** @returns the bytes after the position, at most one chunk; or that the file was truncated, so that the next read begins at 0. */
  async read(): Promise<Buffer | 'truncated'> {
    const witnessBytes = this.#witness.length;
    const block = await readAt(this.handle, this.#position - witnessBytes, witnessBytes + CHUNK_BYTES);
    const isTruncated = !block.subarray(0, witnessBytes).equals(this.#witness);
    const bytes = block.subarray(witnessBytes);
    this.#position = isTruncated ? 0 : this.#position + bytes.length;
    this.#witness = isTruncated ? Buffer.alloc(0) : Buffer.from(block.subarray(-WITNESS_BYTES));
    return isTruncated ? 'truncated' : bytes;
  }
}

/**
 * Two rotations may happen before the first is noticed: opens the files that were at `path` between `older` and `newer`,
 * oldest first. They are next to it or in otherdays, named after it and not compressed, and are found by their birth time
 * (none is found on a file system without birth times).
 * @param known inode numbers that were read already
 */
export async function openSkippedGenerations(
  path: string,
  older: BigIntStats,
  newer: BigIntStats,
  known: ReadonlySet<bigint>,
): Promise<FileGeneration[]> {
  const skipped: FileGeneration[] = [];
  const stem = `${basename(path, '.log')}.`;
  for (const directory of [dirname(path), join(dirname(path), ARCHIVE_DIRECTORY)]) {
    for (const name of (await unlessMissing(readdir(directory))) ?? []) {
      if (!name.startsWith(stem) || name.endsWith('.gz')) continue;
      const candidate = await unlessMissing(stat(join(directory, name), { bigint: true }));
      if (!candidate?.isFile() || known.has(candidate.ino)) continue;
      if (older.birthtimeNs === 0n || byBirth(older, candidate) >= 0 || byBirth(candidate, newer) >= 0) continue;
      const handle = await openLog(join(directory, name));
      if (handle) skipped.push(await FileGeneration.from(handle));
    }
  }
  return skipped.sort((a, b) => byBirth(a.stats, b.stats));
}

/** Birth times have a resolution of about 4 ms; within that time, inode numbers of a file system mostly go up. */
function byBirth(a: BigIntStats, b: BigIntStats): number {
  return Number(a.birthtimeNs - b.birthtimeNs || a.ino - b.ino);
}
