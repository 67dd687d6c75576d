import { constants, setPriority } from 'node:os';
import { systemClock } from '../../base/clock.js';
import { LogPattern } from '../../logs/log-pattern.js';
import type { LogLevel, LogRecord, LogSource } from '../../logs/log-record.js';
import { queryLogs } from '../../logs/query.js';
import type { LogLine, Output } from '../output/output.js';

/** A long search uses a whole processor: after this time it lets the daemon and the nodes go first. */
const GIVES_WAY_AFTER_MS = 1_000;

/** Which records are wanted, as the options say it. */
export type LogRequest = {
  follow: boolean;
  /** Only this many of the last ones; undefined is all. */
  lines?: number | undefined;
  sinceMs?: number | undefined;
  untilMs?: number | undefined;
  level?: string | undefined;
  grep?: string | undefined;
};

/**
 * Shows what `sources` hold, and with `follow` new records, until `signal` aborts. Reads in this process, not in the daemon, so that a
 * large search does not slow the daemon down. Waits for a slow reader of the output.
 * @throws RmqdevError USAGE, FILE_UNREADABLE, PATTERN_TOO_COSTLY; the reason of `signal`, if it aborts without `follow`
 */
export async function showLogs(
  sources: readonly LogSource[],
  { level, grep, ...request }: LogRequest,
  { output, signal }: { output: Output; signal: AbortSignal },
): Promise<void> {
  const records = queryLogs(sources, {
    ...request,
    minLevel: level?.toUpperCase() as LogLevel | undefined,
    grep: grep === undefined ? undefined : new LogPattern(grep),
    signal,
    clock: systemClock,
  });
  const cancel = systemClock.after(GIVES_WAY_AFTER_MS, () => setPriority(constants.priority.PRIORITY_BELOW_NORMAL));
  try {
    for await (const record of records) {
      output.log(toLine(record));
      await output.written(signal);
    }
  } finally {
    cancel();
  }
  if (!request.follow) signal.throwIfAborted();
}

function toLine({ node, file, at, level, message, thread }: LogRecord): LogLine {
  return { node, file, at: at === null ? null : new Date(at).toISOString(), level, text: thread ? `${thread} - ${message}` : message };
}
