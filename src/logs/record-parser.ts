import { basename } from 'node:path';
import { readHead } from './line-formats.js';
import type { LogKind, LogLevel, LogRecord, LogSource } from './log-record.js';

/** A record longer than this goes on as another one with the same time, level and thread; in characters. */
export const MAX_RECORD_CHARS = 1_048_576;

/** Written by the JVM or by println: a line may be a record without carrying a time. */
const FREE_KINDS: ReadonlySet<LogKind> = new Set(['stdout', 'gc']);
/** What follows the first line of a Java stack trace, a blank line, or an indented one. */
const CONTINUATION = /^(?:\s|$|Caused by: |Suppressed: |\.\.\. \d+ )/;

/** @returns whether `line`, or its first 64 characters, begins a record in a file of this kind. Looks at nothing before it. */
export function startsRecord(line: string, kind: LogKind): boolean {
  return readHead(line) !== undefined || (FREE_KINDS.has(kind) && !CONTINUATION.test(line));
}

type Head = { at: number | null; level: LogLevel | null; thread: string | null };
const NO_HEAD: Head = { at: null, level: null, thread: null };

/**
 * Lines of one file to records. A line that does not begin one continues the last, so a record is complete
 * when the next begins; the caller decides when a quiet file is (`flush`). A continuation that comes after a flush
 * is a record of its own under the time, level and thread of the one before.
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

  /** @param arrivedAt epoch ms for a record without a time. @returns the record that `line` ends. */
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

  /** @returns the record that is still open, as it is. */
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
