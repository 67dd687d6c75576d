import type { LogPattern } from './log-pattern.js';
import { LOG_LEVELS, type LogLevel, type LogRecord, type LogSource } from './log-record.js';

export type RecordFilter = {
  /** Epoch ms, inclusive. */
  sinceMs?: number | undefined;
  /** Epoch ms, inclusive. */
  untilMs?: number | undefined;
  minLevel?: LogLevel | undefined;
  /** Matched against the whole record, stack trace included. */
  grep?: LogPattern | undefined;
};

const LOOKS_LIKE_ERROR = /\b\w*(?:Exception|Error)\b|\bFATAL\b/;
const LOOKS_LIKE_WARNING = /\bwarn(?:ing)?\b/i;

/** @returns the level of `record`. A record without one (stdout) is ERROR or WARN if it mentions an exception or a warning, else INFO. */
export function levelOf(record: LogRecord): LogLevel {
  if (record.level) return record.level;
  if (LOOKS_LIKE_ERROR.test(record.raw)) return 'ERROR';
  return LOOKS_LIKE_WARNING.test(record.raw) ? 'WARN' : 'INFO';
}

/**
 * @returns the wanted ones of `records`, which are all from `source`; the higher `minLevel` of filter and source counts
 * @throws RmqdevError PATTERN_TOO_COSTLY
 */
export function wantedOf(records: readonly LogRecord[], source: LogSource, filter: RecordFilter): LogRecord[] {
  const { sinceMs = -Infinity, untilMs = Infinity, grep } = filter;
  const minRank = Math.max(rankOf(filter.minLevel), rankOf(source.minLevel));
  const kept = records.filter((record) => {
    const at = record.at ?? sinceMs;
    if (at < sinceMs || at > untilMs || (minRank > 0 && rankOf(levelOf(record)) < minRank)) return false;
    return source.hides === undefined || !source.hides.test(record.raw);
  });
  if (grep === undefined || kept.length === 0) return kept;
  return grep.matching(kept.map(({ raw }) => raw)).map((index) => kept[index] as LogRecord);
}

function rankOf(level: LogLevel | undefined): number {
  return level === undefined ? 0 : LOG_LEVELS.indexOf(level);
}
