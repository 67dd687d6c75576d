import type { Access } from './cluster-access.js';
import { boundsOf, type From, offsetAt } from './offsets.js';
import { QueueReader, type ReadFilter } from './queue-reader.js';
import type { Queue } from './queues.js';
import type { Opened } from './store-order.js';

/** The group for reading without a group; every broker has it. Source: common/.../MixAll.java `TOOLS_CONSUMER_GROUP`. */
const NO_GROUP = 'TOOLS_CONSUMER';

type Place = {
  readonly queue: Queue;
  /** Not the master of its brokerName. */
  readonly isSlave: boolean;
  /** The offset of the group; undefined: `from` decides. */
  readonly committed: number | undefined;
  readonly from: From;
};

/** @returns a reader of one queue that begins at the offset of its group, else at `from`. Rejects with the broker's answer. */
export async function openQueue(
  access: Access,
  { topic, group, filter }: { topic: string; group: string | undefined; filter: ReadFilter },
  { queue, isSlave, committed, from }: Place,
): Promise<Opened> {
  const bounds = await boundsOf(access, topic, queue);
  const start = isFiltered(filter) ? wholeIfCounted(from) : from;
  const offset = committed ?? (await offsetAt(access, topic, queue, bounds, start));
  // If all are older, RocketMQ returns the last message.
  const since = committed === undefined && typeof from === 'object' && 'timestamp' in from ? from.timestamp : undefined;
  const reader = new QueueReader(access, { topic, queue, isSlave, offset, group: group ?? NO_GROUP, filter: { ...filter, since } });
  return { reader, from: offset, end: bounds.max };
}

const isFiltered = ({ tags, key }: ReadFilter): boolean => tags !== undefined || key !== undefined;

/** The last matching messages can be anywhere. */
const wholeIfCounted = (from: From): From => (typeof from === 'object' && 'lastCount' in from ? 'first' : from);
