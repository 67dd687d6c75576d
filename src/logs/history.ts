import type { ByteSource } from './byte-source.js';
import type { LogRecord, LogSource } from './log-record.js';
import { type Batches, mergeByTime } from './merge.js';
import { readNewestFirst, readOldestFirst } from './read-tail.js';
import { type RecordFilter, wantedOf } from './record-filter.js';
import { findArchives, readArchive } from './rotated.js';

/** A file to read backwards; `bytes` is undefined if it does not exist. */
export type HistoryFile = { source: LogSource; bytes: ByteSource | undefined };

export type HistoryQuery = RecordFilter & {
  /** How many of the merged result, from its end; undefined is all. */
  lines?: number | undefined;
  /** Ends the reading early, without an error. */
  signal?: AbortSignal | undefined;
};

/**
 * The records of the files, merged by time, oldest first. Archives are read only if `sinceMs` is before the current file.
 * Memory: `lines` records, or without `lines` one segment of each file; never more for a longer file.
 * @param openedAtMs epoch ms at which the files were opened
 */
export async function* readHistory(files: readonly HistoryFile[], query: HistoryQuery, openedAtMs: number): AsyncGenerator<LogRecord> {
  const { lines, signal } = query;
  if (lines === 0) return;
  if (lines === undefined) {
    yield* mergeByTime(files.map((file) => oldestFirst(file, query, openedAtMs)));
    return;
  }
  const newest: LogRecord[] = [];
  const histories = files.map((file) => newestFirst(file, query, lines, openedAtMs));
  for await (const record of mergeByTime(histories, 'newestFirst')) if (newest.push(record) >= lines) break;
  if (!signal?.aborted) yield* newest.reverse();
}

async function* oldestFirst({ source, bytes }: HistoryFile, query: HistoryQuery, openedAtMs: number): AsyncGenerator<LogRecord[]> {
  const archives = await archivesOf(source, query, openedAtMs);
  for (const archive of archives.reverse()) yield* wanted(readArchive(archive, source), source, query);
  if (bytes) yield* wanted(readOldestFirst(bytes, source, query), source, query);
}

async function* newestFirst(file: HistoryFile, query: HistoryQuery, lines: number, openedAtMs: number): AsyncGenerator<LogRecord[]> {
  const { source, bytes } = file;
  if (bytes) yield* wanted(readNewestFirst(bytes, source, query), source, query);
  for (const archive of await archivesOf(source, query, openedAtMs)) {
    // A compressed file can be read in one direction only: keep its last records.
    const last: LogRecord[] = [];
    for await (const records of wanted(readArchive(archive, source), source, query)) {
      for (const record of records) last.push(record);
      if (last.length >= 2 * lines) last.splice(0, last.length - lines);
    }
    yield last.reverse();
  }
}

async function* wanted(history: Batches, source: LogSource, query: HistoryQuery): AsyncGenerator<LogRecord[]> {
  for await (const records of history) {
    if (query.signal?.aborted) return;
    yield wantedOf(records, source, query);
  }
}

/** An archive ends where the current file begins, so the time of its last change decides; neither must be opened. */
async function archivesOf(source: LogSource, { sinceMs }: HistoryQuery, openedAtMs: number) {
  return sinceMs === undefined ? [] : findArchives(source.file, sinceMs, openedAtMs);
}
