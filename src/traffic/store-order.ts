import type { StoredMessage } from '../remoting/message-codec.js';
import type { QueueReader } from './queue-reader.js';
import { queueKey } from './queues.js';

/** A queue to read: where reading starts, and where the queue ended when it was opened. */
export type Opened = { readonly reader: QueueReader; readonly from: number; readonly end: number };

/**
 * Yields, again and again, the queue whose first message is the oldest of all, until none has one before its end. The caller takes
 * that message. @param fill fetches; a queue for which it returns false is skipped from then on
 */
export async function* inStoreOrder(
  opened: Iterable<Opened>,
  fill: (opened: Opened) => Promise<boolean>,
): AsyncGenerator<Opened, void, void> {
  let open = [...opened];
  for (;;) {
    const isFilled = await Promise.all(open.map(async (queue) => queue.reader.first !== undefined || (await fill(queue))));
    open = open.filter(({ reader }, index) => isFilled[index] && reader.first !== undefined);
    const oldest = open.reduce<Opened | undefined>((best, queue) => (isOlder(queue, best) ? queue : best), undefined);
    if (oldest === undefined) return;
    yield oldest;
  }
}

const first = (queue: Opened | undefined): StoredMessage | undefined => queue?.reader.first;

const isOlder = (queue: Opened, than: Opened | undefined): boolean =>
  (first(queue)?.storeTimestamp ?? 0) < (first(than)?.storeTimestamp ?? Number.POSITIVE_INFINITY);

/** @returns where the last `count` messages of all queues together begin in each queue, by `queueKey`; the end of a queue that has none of them. */
export async function offsetsOfLast(
  opened: readonly Opened[],
  count: number,
  fill: (opened: Opened) => Promise<boolean>,
): Promise<Map<string, number>> {
  const kept: { key: string; offset: number }[] = [];
  for await (const { reader } of inStoreOrder(opened, fill)) {
    const taken = reader.take();
    if (taken === undefined) continue;
    taken.written();
    kept.push({ key: queueKey(reader.queue), offset: taken.message.queueOffset });
    if (kept.length > count) kept.shift();
  }
  const starts = new Map(opened.map(({ reader, end }) => [queueKey(reader.queue), end]));
  for (const { key, offset } of kept.reverse()) starts.set(key, offset);
  return starts;
}
