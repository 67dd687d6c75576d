import { asError } from '../base/errors.js';
import { type PullResult, pullMessages } from '../remoting/broker-api.js';
import type { StoredMessage } from '../remoting/message-codec.js';
import { type Access, ask } from './cluster-access.js';
import type { Queue } from './queues.js';

/** What a broker gives out at once at most. Source: store/.../config/MessageStoreConfig.java `maxTransferCountOnMessageInMemory`. */
const BATCH = 32;
/** How long a broker holds a pull that finds nothing; it looks at the time each 5 s. */
const HOLD_MS = 10_000;
const HOLD_SLACK_MS = 5_000;
/** A slave holds a pull, too, but nothing wakes it when a message arrives. Source: store/.../DefaultMessageStore.java `ReputMessageService`. */
const ASK_SLAVE_EVERY_MS = 250;

export type ReadFilter = {
  /** `TagA || TagB`; undefined: all. */
  readonly tags: string | undefined;
  /** One of the message's keys. */
  readonly key: string | undefined;
};

/** @returns whether a message is one that was asked for; the broker compares only hashes of tags. */
export function matches({ tags, key }: ReadFilter, message: Pick<StoredMessage, 'tags' | 'keys'>): boolean {
  const wanted = tags === undefined || tags.trim() === '*' ? undefined : tags.split('||').map((tag) => tag.trim());
  if (wanted && !wanted.includes(message.tags ?? '')) return false;
  return key === undefined || (message.keys ?? '').split(' ').includes(key);
}

/** Reads one queue in order, from one offset on. */
export class QueueReader {
  readonly #access: Access;
  readonly #topic: string;
  readonly #group: string;
  readonly #filter: ReadFilter;
  queue: Queue;
  /** Not its master: it is asked again and again. */
  isSlave: boolean;
  /** First offset that was not fetched yet. */
  #next: number;
  #buffer: StoredMessage[] = [];

  constructor(access: Access, place: { topic: string; queue: Queue; isSlave: boolean; offset: number; group: string; filter: ReadFilter }) {
    this.#access = access;
    this.#topic = place.topic;
    this.#group = place.group;
    this.#filter = place.filter;
    this.queue = place.queue;
    this.isSlave = place.isSlave;
    this.#next = place.offset;
  }

  /** Offset of the first message that was not taken yet: what a group commits. */
  get position(): number {
    return this.#buffer[0]?.queueOffset ?? this.#next;
  }

  get first(): StoredMessage | undefined {
    return this.#buffer[0];
  }

  take(): StoredMessage | undefined {
    return this.#buffer.shift();
  }

  /** Fetches until there is a message that was asked for, or everything before offset `end` was looked at. */
  async fill(end: number): Promise<void> {
    while (this.#buffer.length === 0 && this.#next < end) {
      const before = this.#next;
      this.#keep(await this.#pull(), end);
      if (this.#next === before) return;
    }
  }

  /** Fetches what comes next; resolves empty-handed after some seconds without anything. */
  async wait(signal: AbortSignal): Promise<void> {
    const before = this.#next;
    this.#keep(await this.#pull(signal, this.isSlave ? undefined : HOLD_MS), Number.POSITIVE_INFINITY);
    if (this.isSlave && this.#next === before) await this.#access.clock.sleep(ASK_SLAVE_EVERY_MS, signal);
  }

  #keep(pulled: PullResult, end: number): void {
    this.#buffer.push(...pulled.messages.filter((message) => message.queueOffset < end && matches(this.#filter, message)));
    this.#next = pulled.nextBeginOffset;
  }

  #pull(signal = this.#access.signal, suspendMs?: number): Promise<PullResult> {
    const { queueId, address, brokerName } = this.queue;
    const request = {
      topic: this.#topic,
      queueId,
      brokerName,
      offset: this.#next,
      maxMessages: BATCH,
      consumerGroup: this.#group,
      ...(this.#filter.tags === undefined ? {} : { subscription: this.#filter.tags }),
      ...(suspendMs === undefined ? {} : { suspendMs }),
    };
    const timeoutMs = this.#access.timeoutMs + (suspendMs === undefined ? 0 : suspendMs + HOLD_SLACK_MS);
    const access = { ...this.#access, signal };
    return ask(access, address, (client, at, within) => pullMessages(client, at, request, within), timeoutMs);
  }
}

/** @returns what went wrong at `address`, for people. */
export const whyAt = (address: string, thrown: unknown): string => {
  const error = asError(thrown);
  return 'address' in error ? error.message : `${address}: ${error.message}`;
};
