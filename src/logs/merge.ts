import type { LogRecord } from './log-record.js';

/** Records of one history in its order, in batches of any size; a batch may be empty. */
export type Batches = AsyncIterable<readonly LogRecord[]>;

/**
 * Merges histories by time, holding one batch of each. Each history keeps its own order, whatever its times are;
 * records with equal times (RocketMQ's have a resolution of 1 s) are in the order of the histories.
 * @param order the order of the histories and of the result; a newest-first result is the reverse of the oldest-first one
 */
export async function* mergeByTime(
  histories: readonly Batches[],
  order: 'oldestFirst' | 'newestFirst' = 'oldestFirst',
): AsyncGenerator<LogRecord> {
  const sign = order === 'oldestFirst' ? 1 : -1;
  const isBefore = (a: LogRecord, b: LogRecord) => sign * (timeOf(a) - timeOf(b)) < 0;
  const cursors = (order === 'oldestFirst' ? histories : histories.toReversed()).map((history) => new Cursor(history));
  try {
    await Promise.all(cursors.map((cursor) => cursor.load()));
    let live = cursors.filter(({ record }) => record !== undefined);
    while (live.length > 0) {
      const first = live.reduce((best, cursor) => (isBefore(cursor.record as LogRecord, best.record as LogRecord) ? cursor : best));
      yield first.record as LogRecord;
      if (!first.advance()) await first.load();
      if (first.record === undefined) live = live.filter((cursor) => cursor !== first);
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.close()));
  }
}

/** One history and its next record. */
class Cursor {
  readonly #batches: AsyncIterator<readonly LogRecord[]>;
  #batch: readonly LogRecord[] = [];
  #index = 0;

  constructor(batches: Batches) {
    this.#batches = batches[Symbol.asyncIterator]();
  }

  /** Undefined at the end. */
  get record(): LogRecord | undefined {
    return this.#batch[this.#index];
  }

  /** @returns whether the batch has another record; else `load` gets the next batch. */
  advance(): boolean {
    this.#index += 1;
    return this.#index < this.#batch.length;
  }

  async load(): Promise<void> {
    this.#index = 0;
    do {
      const { done, value } = await this.#batches.next();
      this.#batch = done ? [] : value;
      if (done) return;
    } while (this.#batch.length === 0);
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}

function timeOf(record: LogRecord): number {
  return record.at ?? 0;
}
