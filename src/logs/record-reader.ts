import { LineSplitter } from './line-splitter.js';
import type { LogRecord, LogSource } from './log-record.js';
import { RecordParser } from './record-parser.js';

/** Bytes of one file, in order and in any chunks, to records. */
export class RecordReader {
  readonly #splitter = new LineSplitter();
  readonly #parser: RecordParser;

  constructor(source: LogSource) {
    this.#parser = new RecordParser(source);
  }

  /** @param arrivedAt epoch ms for records without a time. @returns the records that `chunk` ends. */
  push(chunk: Buffer, arrivedAt: number | null = null): LogRecord[] {
    return this.#parse(this.#splitter.push(chunk), arrivedAt);
  }

  /** @returns the open record, without a line that has no end yet. */
  flushRecord(): LogRecord[] {
    const record = this.#parser.flush();
    return record ? [record] : [];
  }

  /** @returns what is left at the end of a file, a last line without \n included. */
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
