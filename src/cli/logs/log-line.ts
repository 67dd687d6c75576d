import type { LogRecord } from '../../logs/log-record.js';

/** One line of `logs`; with `--json` as it stands here. */
export type LogLine = {
  node: string;
  file: string;
  /** ISO 8601, UTC. */
  at: string | null;
  level: string | null;
  /** The record without its time; a stack trace is kept whole, its lines joined by \n. */
  text: string;
};

export function toLine({ node, file, at, level, message, thread }: LogRecord): LogLine {
  return { node, file, at: at === null ? null : new Date(at).toISOString(), level, text: thread ? `${thread} - ${message}` : message };
}
