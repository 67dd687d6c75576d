import { basename } from 'node:path';
import { readHead } from './line-formats.js';
import type { LogKind, LogLevel, LogRecord, LogSource } from './log-record.js';

/** A longer record continues as another one with the same time, level and thread; in characters. */
export const MAX_RECORD_CHARS = 1_048_576;

/** Written by the JVM or by println: a line without a time can be a record. */
const FREE_KINDS: ReadonlySet<LogKind> = new Set(['stdout', 'gc']);
/** The lines after the first line of a Java stack trace, a blank line, or an indented line. */
const CONTINUATION = /^(?:\s|$|Caused by: |Suppressed: |\.\.\. \d+ )/;

/** @returns whether `line`, or its first 64 characters, begins a record in a file of this kind. Does not look at earlier lines. */
export function startsRecord(line: string, kind: LogKind): boolean {
  return readHead(line) !== undefined || (FREE_KINDS.has(kind) && !CONTINUATION.test(line));
}

type Head = { at: number | null; level: LogLevel | null; thread: string | null };
const NO_HEAD: Head = { at: null, level: null, thread: null };

/**
 * Turns the lines of one file into records. A line that does not begin a record continues the last one, so a record is complete
 * when the next begins; for a quiet file the caller decides (`flush`). A continuation after a flush
 * is a separate record with the time, level and thread of the one before.
 */
export class RecordParser {
  readonly #source: LogSource;
  readonly #file: string;
  #open: (Head & { messageFrom: number; lines: string[]; chars: number }) | undefined;
  #last: Head = NO_HEAD;

  constructor(source: LogSource) {
    this.#source = source;
    this.#file = basename(source.file);
  }

  /** @param arrivedAt epoch ms for a record without a time. @returns the record that `line` completes. */
  push(line: string, arrivedAt: number | null = null): LogRecord | undefined {
    const head = readHead(line);
    const isContinuation = head === undefined && !(FREE_KINDS.has(this.#source.kind) && !CONTINUATION.test(line));
    if (isContinuation && this.#open && this.#open.chars + line.length < MAX_RECORD_CHARS) {
      this.#open.lines.push(line);
      this.#open.chars += line.length + 1;
      return undefined;
    }
    const ended = this.flush();
    const { at, level, thread } = head ?? (isContinuation ? this.#last : NO_HEAD);
    this.#open = { at: at ?? arrivedAt, level, thread, messageFrom: head?.messageFrom ?? 0, lines: [line], chars: line.length };
    return ended;
  }

  /** @returns the record that is still open. */
  flush(): LogRecord | undefined {
    if (!this.#open) return undefined;
    const { at, level, thread, messageFrom, lines } = this.#open;
    this.#open = undefined;
    this.#last = { at, level, thread };
    const { node, kind } = this.#source;
    const raw = lines.length === 1 ? (lines[0] as string) : lines.join('\n');
    return { node, file: this.#file, kind, at, level, raw, message: raw.slice(messageFrom), thread };
  }
}
