import { LOG_LEVELS, type LogLevel, type LogRecord, type LogSource } from './log-record.js';

export type RecordFilter = {
  /** Epoch ms, inclusive. */
  sinceMs?: number | undefined;
  /** Epoch ms, inclusive. */
  untilMs?: number | undefined;
  minLevel?: LogLevel | undefined;
  /** Matched against the whole record, stack trace included. */
  grep?: RegExp | undefined;
};

const LOOKS_LIKE_ERROR = /\b\w*(?:Exception|Error)\b|\bFATAL\b/;
const LOOKS_LIKE_WARNING = /\bwarn(?:ing)?\b/i;

/** @returns the level of `record`; one that names none (stdout) is ERROR or WARN where it speaks of an exception or a warning, else INFO. */
export function levelOf(record: LogRecord): LogLevel {
  if (record.level) return record.level;
  if (LOOKS_LIKE_ERROR.test(record.raw)) return 'ERROR';
  return LOOKS_LIKE_WARNING.test(record.raw) ? 'WARN' : 'INFO';
}

/** @returns whether a record of `source` is wanted; of the filter's `minLevel` and the source's the higher one holds. */
export function isWanted(record: LogRecord, source: LogSource, filter: RecordFilter): boolean {
  const { sinceMs = -Infinity, untilMs = Infinity, grep } = filter;
  const at = record.at ?? sinceMs;
  if (at < sinceMs || at > untilMs) return false;
  const minRank = Math.max(rankOf(filter.minLevel), rankOf(source.minLevel));
  if (minRank > 0 && rankOf(levelOf(record)) < minRank) return false;
  // search() starts at 0 for a /g pattern too, where test() would go on from its last match.
  return grep === undefined || record.raw.search(grep) !== -1;
}

function rankOf(level: LogLevel | undefined): number {
  return level === undefined ? 0 : LOG_LEVELS.indexOf(level);
}
