import { asError } from '../base/errors.js';
import { type PullResult, pullMessages } from '../remoting/broker-api.js';
import type { StoredMessage } from '../remoting/message-codec.js';
import { type Access, ask } from './cluster-access.js';
import type { Queue } from './queues.js';

/** The most that a broker returns at once. Source: store/.../config/MessageStoreConfig.java `maxTransferCountOnMessageInMemory`. */
const BATCH = 32;
/** How long a broker holds a pull that finds nothing; it checks the time every 5 s. */
const HOLD_MS = 10_000;
const HOLD_SLACK_MS = 5_000;
/** A slave holds a pull too, but does not answer it when a message arrives. Source: store/.../DefaultMessageStore.java `ReputMessageService`. */
const ASK_SLAVE_EVERY_MS = 250;

export type ReadFilter = {
  /** `TagA || TagB`; undefined: all. */
  readonly tags: string | undefined;
  /** One of the message's keys. */
  readonly key: string | undefined;
  /** Stored at this time or later, in ms since the epoch: a queue may begin one message too early. */
  readonly since?: number | undefined;
};

/** A message that was taken from its queue. */
export type Taken = {
  readonly message: StoredMessage;
  /** Call it when the message is written to the output: until then the position of its reader stays before it. */
  readonly written: () => void;
};

/** @returns whether the message was asked for; the broker compares only hashes of tags. */
export function matches({ tags, key, since }: ReadFilter, message: Pick<StoredMessage, 'tags' | 'keys' | 'storeTimestamp'>): boolean {
  if (since !== undefined && message.storeTimestamp < since) return false;
  const wanted = tags === undefined || tags.trim() === '*' ? undefined : tags.split('||').map((tag) => tag.trim());
  if (wanted && !wanted.includes(message.tags ?? '')) return false;
  return key === undefined || (message.keys ?? '').split(' ').includes(key);
}

type Place = {
  readonly topic: string;
  readonly queue: Queue;
  readonly isSlave: boolean;
  readonly offset: number;
  readonly group: string;
  readonly filter: ReadFilter;
};

/** Reads one queue in order, from one offset on. */
export class QueueReader {
  readonly #access: Access;
  readonly #place: Place;
  queue: Queue;
  /** Not the master: it is asked again and again. */
  isSlave: boolean;
  /** First offset that was not fetched yet. */
  #next: number;
  #buffer: StoredMessage[] = [];
  /** Offsets of messages that were taken and not written yet, oldest first. */
  readonly #unwritten = new Set<number>();

  constructor(access: Access, place: Place) {
    this.#access = access;
    this.#place = place;
    this.queue = place.queue;
    this.isSlave = place.isSlave;
    this.#next = place.offset;
  }

  /** Everything before this offset was written, or was not asked for: this is what a group commits. */
  get position(): number {
    const [unwritten] = this.#unwritten;
    return unwritten ?? this.#buffer[0]?.queueOffset ?? this.#next;
  }

  get first(): StoredMessage | undefined {
    return this.#buffer[0];
  }

  take(): Taken | undefined {
    const message = this.#buffer.shift();
    if (message === undefined) return undefined;
    this.#unwritten.add(message.queueOffset);
    return { message, written: () => this.#unwritten.delete(message.queueOffset) };
  }

  /** @returns another reader of the same queue, from another offset on. */
  reopened(offset: number): QueueReader {
    return new QueueReader(this.#access, { ...this.#place, queue: this.queue, isSlave: this.isSlave, offset });
  }

  /** Fetches until there is a message that was asked for, or everything before offset `end` was read. */
  async fill(end: number): Promise<void> {
    while (this.#buffer.length === 0 && this.#next < end) {
      const before = this.#next;
      this.#keep(await this.#pull(), end);
      if (this.#next === before) return;
    }
  }

  /** Fetches the next messages; resolves without one after a few seconds. */
  async wait(): Promise<void> {
    const before = this.#next;
    this.#keep(await this.#pull(this.isSlave ? undefined : HOLD_MS), Number.POSITIVE_INFINITY);
    if (this.isSlave && this.#next === before) await this.#access.clock.sleep(ASK_SLAVE_EVERY_MS, this.#access.signal);
  }

  #keep(pulled: PullResult, end: number): void {
    this.#buffer.push(...pulled.messages.filter((message) => message.queueOffset < end && matches(this.#place.filter, message)));
    // Messages after `end` are dropped here: they are fetched again later.
    this.#next = Math.min(pulled.nextBeginOffset, Math.max(end, this.#next));
  }

  #pull(suspendMs?: number): Promise<PullResult> {
    const { queueId, address, brokerName } = this.queue;
    const { topic, group, filter } = this.#place;
    const request = {
      topic,
      queueId,
      brokerName,
      offset: this.#next,
      maxMessages: BATCH,
      consumerGroup: group,
      ...(filter.tags === undefined ? {} : { subscription: filter.tags }),
      ...(suspendMs === undefined ? {} : { suspendMs }),
    };
    const timeoutMs = this.#access.timeoutMs + (suspendMs === undefined ? 0 : suspendMs + HOLD_SLACK_MS);
    return ask(this.#access, address, (client, at, within) => pullMessages(client, at, request, within), timeoutMs);
  }
}

/** @returns what went wrong at `address`, for people. */
export const whyAt = (address: string, thrown: unknown): string => {
  const error = asError(thrown);
  return 'address' in error ? error.message : `${address}: ${error.message}`;
};
