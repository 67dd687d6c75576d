import { constants, setPriority } from 'node:os';
import { systemClock } from '../../base/clock.js';
import { LogPattern } from '../../logs/log-pattern.js';
import type { LogLevel, LogRecord, LogSource } from '../../logs/log-record.js';
import { queryLogs } from '../../logs/query.js';
import type { LogLine, Output } from '../output/output.js';

/** A long search takes a processor for itself: the daemon and the nodes come first then. */
const GIVES_WAY_AFTER_MS = 1_000;

/** What of the logs is wanted, as the options say it. */
export type LogRequest = {
  follow: boolean;
  /** The last so many; undefined is all. */
  lines?: number | undefined;
  sinceMs?: number | undefined;
  untilMs?: number | undefined;
  level?: string | undefined;
  grep?: string | undefined;
};

/**
 * Shows what `sources` hold, and with `follow` what comes, until `signal` aborts. Read here, not in the daemon: whatever is asked
 * costs this process alone. Waits for a slow reader of the output.
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
