import { LineSplitter } from './line-splitter.js';
import type { LogRecord, LogSource } from './log-record.js';
import { RecordParser } from './record-parser.js';

/** Turns the bytes of one file, in order and in any chunks, into records. */
export class RecordReader {
  readonly #splitter = new LineSplitter();
  readonly #parser: RecordParser;

  constructor(source: LogSource) {
    this.#parser = new RecordParser(source);
  }

  /** @param arrivedAt epoch ms for records without a time. @returns the records that `chunk` completes. */
  push(chunk: Buffer, arrivedAt: number | null = null): LogRecord[] {
    return this.#parse(this.#splitter.push(chunk), arrivedAt);
  }

  /** @returns the open record, without an incomplete last line. */
  flushRecord(): LogRecord[] {
    const record = this.#parser.flush();
    return record ? [record] : [];
  }

  /** @returns the rest at the end of a file, including a last line without \n. */
  flush(arrivedAt: number | null = null): LogRecord[] {
    const line = this.#splitter.flush();
    return [...this.#parse(line === undefined ? [] : [line], arrivedAt), ...this.flushRecord()];
  }

  #parse(lines: string[], arrivedAt: number | null): LogRecord[] {
    const records: LogRecord[] = [];
    for (const line of lines) {
      const record = this.#parser.push(line, arrivedAt);
      if (record) records.push(record);
    }
    return records;
  }
}
