import type { LogRecord } from './log-record.js';

/**
 * Merges histories by time, holding one record of each. Each stream keeps its own order whatever its times say;
 * equal times (RocketMQ's have a resolution of 1 s) are in the order of the streams.
 * @param order that of the streams, and of the result; a newest-first result is the oldest-first one reversed
 */
export async function* mergeByTime(
  streams: readonly AsyncIterable<LogRecord>[],
  order: 'oldestFirst' | 'newestFirst' = 'oldestFirst',
): AsyncGenerator<LogRecord> {
  const sign = order === 'oldestFirst' ? 1 : -1;
  const isBefore = (a: LogRecord, b: LogRecord) => sign * (timeOf(a) - timeOf(b)) < 0;
  const iterators = (order === 'oldestFirst' ? streams : streams.toReversed()).map((stream) => stream[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(iterators.map(async (iterator) => headOf(await iterator.next(), iterator)));
    let live = heads.filter((head) => head !== undefined);
    while (live.length > 0) {
      const first = live.reduce((best, head) => (isBefore(head.record, best.record) ? head : best));
      yield first.record;
      const next = await first.iterator.next();
      if (next.done) live = live.filter((head) => head !== first);
      else first.record = next.value;
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

function headOf(result: IteratorResult<LogRecord>, iterator: AsyncIterator<LogRecord>) {
  return result.done ? undefined : { record: result.value, iterator };
}

function timeOf(record: LogRecord): number {
  return record.at ?? 0;
}
