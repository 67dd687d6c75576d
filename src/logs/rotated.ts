import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { systemCode } from '../base/errors.js';
import { unlessMissing } from './byte-source.js';
import type { LogRecord, LogSource } from './log-record.js';
import { RecordReader } from './record-reader.js';

/** The folder next to the current files to which RocketMQ moves old ones. Source: conf/logback_*.xml, fileNamePattern. */
export const ARCHIVE_DIRECTORY = 'otherdays';

export type Archive = { path: string; modifiedMs: number };

/**
 * @returns the rotated files of `file` (`otherdays/<name>.<i>.log.gz`, 1 is the newest; those of lite.log are not compressed),
 * newest first, without those that end before `sinceMs`. A file that changed after `openedAtMs` is the one that the caller has open.
 */
export async function findArchives(file: string, sinceMs: number, openedAtMs: number): Promise<Archive[]> {
  const directory = join(dirname(file), ARCHIVE_DIRECTORY);
  const stem = `${basename(file, '.log')}.`;
  const found: (Archive & { index: number })[] = [];
  for (const name of (await unlessMissing(readdir(directory))) ?? []) {
    const index = name.startsWith(stem) ? /^(\d+)\.log(?:\.gz)?$/.exec(name.slice(stem.length))?.[1] : undefined;
    if (index === undefined) continue;
    const path = join(directory, name);
    const stats = await unlessMissing(stat(path));
    if (stats && stats.mtimeMs >= sinceMs && stats.mtimeMs <= openedAtMs)
      found.push({ path, index: Number(index), modifiedMs: stats.mtimeMs });
  }
  return found.sort((a, b) => a.index - b.index);
}

/** These end a read but are not failures: rotated away meanwhile, or still being compressed. */
const ENDS_EARLY: ReadonlySet<string | undefined> = new Set(['ENOENT', 'Z_BUF_ERROR', 'ERR_STREAM_PREMATURE_CLOSE']);

/** The records of an archive, oldest first, one chunk of the file at a time; records without a time get the time of its last change. */
export async function* readArchive(archive: Archive, source: LogSource): AsyncGenerator<LogRecord[]> {
  const reader = new RecordReader(source);
  const file = createReadStream(archive.path);
  const bytes = archive.path.endsWith('.gz') ? pipeline(file, createGunzip(), () => {}) : file;
  try {
    for await (const chunk of bytes as AsyncIterable<Buffer>) yield reader.push(chunk, archive.modifiedMs);
  } catch (error) {
    if (!ENDS_EARLY.has(systemCode(error))) throw error;
  }
  yield reader.flush(archive.modifiedMs);
}
