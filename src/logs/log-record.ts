/** What a log file is about; it decides how its lines make records (see record-parser.ts). */
export type LogKind = 'broker' | 'store' | 'remoting' | 'namesrv' | 'stdout' | 'gc' | 'other';

/** From the least to the most severe. */
export const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A file to read, and the node that it belongs to. */
export type LogSource = {
  node: string;
  /** Absolute path; the file, and its directory, may not exist yet. */
  file: string;
  kind: LogKind;
  /** Drops records below it (store.log shows WARN and above by default). */
  minLevel?: LogLevel | undefined;
  /** Drops the records that match it. A pattern from our own code, for one line. */
  hides?: RegExp | undefined;
};

export type LogRecord = {
  node: string;
  /** Base name of the file. */
  file: string;
  kind: LogKind;
  /**
   * Epoch ms. While following, a line without a time gets its time of arrival; in history it gets the time of the next record with a
   * time in its file, else the file's last change, so never a time before it was written. Only RecordParser gives null.
   */
  at: number | null;
  /** null if the line has none (stdout, protection.log, watermark.log). */
  level: LogLevel | null;
  /** The whole record as written: first line and continuation lines, joined by \n. */
  raw: string;
  /** `raw` without time, level and thread. */
  message: string;
  thread: string | null;
};
