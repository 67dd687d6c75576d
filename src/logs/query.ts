import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../base/clock.js';
import { openLog, snapshot } from './byte-source.js';
import { Follower } from './follow.js';
import { type HistoryFile, type HistoryQuery, readHistory } from './history.js';
import type { LogRecord, LogSource } from './log-record.js';
import { wantedOf } from './record-filter.js';

export type LogQuery = HistoryQuery & {
  /** Continues with new records, in arrival order, until `signal` aborts or `untilMs` is reached. */
  follow?: boolean | undefined;
  clock: Clock;
};

/**
 * The records of `sources`: history merged by time (the last `lines` of it), then with `follow` the new ones,
 * without a gap and without repeats. Ends without an error when `signal` aborts. A missing file has no records.
 * @throws RmqdevError FILE_UNREADABLE, PATTERN_TOO_COSTLY
 */
export async function* queryLogs(sources: readonly LogSource[], query: LogQuery): AsyncGenerator<LogRecord> {
  yield* query.follow ? followLogs(sources, query) : readLogs(sources, query);
}

async function* readLogs(sources: readonly LogSource[], query: LogQuery): AsyncGenerator<LogRecord> {
  const openedAtMs = query.clock.now();
  const handles: FileHandle[] = [];
  try {
    const files: HistoryFile[] = [];
    for (const source of sources) {
      const handle = await openLog(source.file);
      if (handle) handles.push(handle);
      files.push({ source, bytes: handle && (await snapshot(handle)) });
    }
    yield* readHistory(files, query, openedAtMs);
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

async function* followLogs(sources: readonly LogSource[], query: LogQuery): AsyncGenerator<LogRecord> {
  const { clock, untilMs = Infinity } = query;
  const openedAtMs = clock.now();
  const stop = new AbortController();
  const signal = query.signal ? AbortSignal.any([query.signal, stop.signal]) : stop.signal;
  const follower = await Follower.open(sources, clock, signal);
  const cancelStop = stopAt(untilMs, clock, stop);
  try {
    const files = follower.files.map(({ source, history }) => ({ source, bytes: history }));
    yield* readHistory(files, query, openedAtMs);
    yield* follower.records((records, source) => wantedOf(records, source, query));
  } finally {
    cancelStop();
    await follower.close();
  }
}

/** The longest delay of a timer: a later end needs no timer. */
const MAX_DELAY_MS = 2_147_483_647;

function stopAt(untilMs: number, clock: Clock, stop: AbortController): () => void {
  const delayMs = Math.max(0, untilMs - clock.now());
  return delayMs > MAX_DELAY_MS ? () => {} : clock.after(delayMs, () => stop.abort());
}
