import type { RmqdevError } from '../base/errors.js';
import { commitOffset } from '../remoting/group-api.js';
import type { StoredMessage } from '../remoting/message-codec.js';
import type { TopicRoute } from '../remoting/namesrv-api.js';
import { isAccessProblem } from './access-problems.js';
import { type Access, ask, brokersOf, routeOf } from './cluster-access.js';
import { boundsOf, committedOffsets, type From, type GroupOffset, offsetAt, refuseLiveGroup } from './offsets.js';
import { QueueReader, type ReadFilter, whyAt } from './queue-reader.js';
import { masterOf, type Queue, queueKey, type ReadFrom, readableQueues } from './queues.js';
import { nothingToRead, readError } from './read-errors.js';
import { topicNotFound } from './send-route.js';

/** Reads without a group of its own; every broker has it. Source: common/.../MixAll.java `TOOLS_CONSUMER_GROUP`. */
const NO_GROUP = 'TOOLS_CONSUMER';
const AGAIN_MS = 500;
const LOOK_FOR_QUEUES_EVERY_MS = 3_000;
const COMMIT_EVERY_MS = 1_000;
const MAX_TRIES = 3;

export type ConsumeRequest = {
  readonly topic: string;
  readonly filter: ReadFilter;
  /** Commits what was handed out, and goes on there. */
  readonly group: string | undefined;
  /** Where to begin; with a group only in queues of which it has no offset. */
  readonly from: From;
  /** Where to read. */
  readonly readFrom: ReadFrom;
  /** Go on with new messages, and wait for a topic that is not there yet. */
  readonly follow: boolean;
  /** No more messages than this. */
  readonly limit: number | undefined;
};

export type Received = { readonly message: StoredMessage; readonly brokerName: string /** Where it was read. */; readonly address: string };

export type ConsumeSummary = {
  readonly topic: string;
  readonly group: string | null;
  readonly received: number;
  readonly elapsedMs: number;
  /** `next`: the offset that follows what was handed out or left out. */
  readonly queues: readonly {
    readonly brokerName: string;
    readonly queueId: number;
    readonly address: string;
    readonly from: number;
    readonly next: number;
  }[];
};

export type Tell = { readonly message: (received: Received) => void; readonly notice: (text: string) => void };

/**
 * Reads a topic: everything that is there, in the order in which it was stored, and then (`follow`) what comes. Resolves at the end, at
 * the limit, or when the signal of `access` aborts, with offsets committed up to the last message that was handed out.
 * @throws TOPIC_NOT_FOUND, READ_FAILED, GROUP_IN_USE, GROUP_NOT_FOUND, NAMESRV_UNREACHABLE
 */
export async function consume(access: Access, request: ConsumeRequest, tell: Tell): Promise<ConsumeSummary> {
  return new Consumption(access, request, tell).run();
}

type Reader = { readonly reader: QueueReader; readonly from: number; readonly end: number };

class Consumption {
  readonly #access: Access;
  readonly #request: ConsumeRequest;
  readonly #tell: Tell;
  readonly #readers = new Map<string, Reader>();
  readonly #committed = new Map<string, number>();
  /** Ends following: the limit is reached, or the signal of the caller. */
  readonly #end = new AbortController();
  /** What ended it while it followed: no other broker and no later try changes that. */
  #refusal: RmqdevError | undefined;
  #received = 0;
  #committedAt = Number.NEGATIVE_INFINITY;

  constructor(access: Access, request: ConsumeRequest, tell: Tell) {
    this.#access = access;
    this.#request = request;
    this.#tell = tell;
  }

  async run(): Promise<ConsumeSummary> {
    const { clock, signal } = this.#access;
    const { topic, group, follow } = this.#request;
    const since = clock.monotonicMs();
    try {
      const route = await this.#findTopic();
      if (route) {
        await this.#open(route, await this.#groupOffsets());
        await this.#handOutBacklog();
        if (follow && !this.#isDone) await this.#follow();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#commit(true);
    }
    const queues = [...this.#readers.values()].map(({ reader, from }) => ({ ...reader.queue, from, next: reader.position }));
    return { topic, group: group ?? null, received: this.#received, elapsedMs: Math.round(clock.monotonicMs() - since), queues };
  }

  /** The last so many that match may lie anywhere. */
  get #start(): From {
    const { from, filter } = this.#request;
    const isFiltered = filter.tags !== undefined || filter.key !== undefined;
    return typeof from === 'object' && 'lastCount' in from && isFiltered ? 'first' : from;
  }

  get #isDone(): boolean {
    const { limit } = this.#request;
    return this.#access.signal.aborted || (limit !== undefined && this.#received >= limit);
  }

  async #findTopic(): Promise<TopicRoute | undefined> {
    const { topic, follow } = this.#request;
    let route = await routeOf(this.#access, topic);
    if (route === undefined && !follow) throw await topicNotFound(this.#access, topic);
    if (route === undefined) this.#tell.notice(`there is no topic ${topic} yet; waiting for the first message that makes it`);
    while (route === undefined && !this.#isDone) {
      await this.#access.clock.sleep(AGAIN_MS, this.#access.signal);
      if (!this.#isDone) route = await routeOf(this.#access, topic);
    }
    return route;
  }

  async #groupOffsets(): Promise<readonly GroupOffset[]> {
    const { group, topic } = this.#request;
    if (group === undefined) return [];
    const brokers = await brokersOf(this.#access);
    const next = 'Stop them, read with another --group, or without one: that commits nothing';
    await refuseLiveGroup(this.#access, brokers, group, `${group} is at work: two would commit the same offsets`, next);
    return (await committedOffsets(this.#access, brokers, group)).filter((offset) => offset.topic === topic);
  }

  /** Opens the queues of `route` that are not open yet. */
  async #open(route: TopicRoute, groupOffsets: readonly GroupOffset[], from = this.#start): Promise<Reader[]> {
    const { topic, filter, group, readFrom } = this.#request;
    const queues = readableQueues(route, readFrom).filter((queue) => !this.#readers.has(queueKey(queue)));
    if (queues.length === 0 && this.#readers.size === 0) throw nothingToRead(topic, route, readFrom);
    return Promise.all(
      queues.map(async (queue) => {
        const isSlave = masterOf(route, queue.brokerName) !== queue.address;
        const bounds = await boundsOf(this.#access, topic, queue).catch((error) => this.#refuse(queue, error));
        const committed = groupOffsets.find((offset) => queueKey(offset) === queueKey(queue))?.offset;
        const offset = committed ?? (await offsetAt(this.#access, topic, queue, bounds, from).catch((error) => this.#refuse(queue, error)));
        const reader = new QueueReader(this.#access, { topic, queue, isSlave, offset, group: group ?? NO_GROUP, filter });
        const opened = { reader, from: offset, end: bounds.max };
        this.#readers.set(queueKey(queue), opened);
        return opened;
      }),
    );
  }

  /** What is there now, in the order of storing; of the last so many only those. */
  async #handOutBacklog(): Promise<void> {
    const all = [...this.#readers.values()];
    const { from } = this.#request;
    const lastCount = typeof from === 'object' && 'lastCount' in from ? from.lastCount : undefined;
    const kept: Received[] = [];
    const handOut = (reader: QueueReader) => {
      const received = takeFrom(reader);
      if (received === undefined) return;
      if (lastCount === undefined) this.#handOut(received);
      else if (kept.push(received) > lastCount) kept.shift();
    };
    while (!this.#isDone) {
      await Promise.all(all.map(({ reader, end }) => this.#trying(reader, () => reader.fill(end))));
      const oldest = all.reduce<QueueReader | undefined>(
        (best, { reader }) => (isOlder(reader.first, best?.first) ? reader : best),
        undefined,
      );
      if (oldest === undefined) break;
      handOut(oldest);
      if (lastCount === undefined) await this.#commit(false);
    }
    for (const received of kept) this.#handOut(received);
  }

  async #follow(): Promise<void> {
    const { clock, signal } = this.#access;
    const forward = () => this.#end.abort(signal.reason);
    signal.addEventListener('abort', forward, { once: true });
    const loops: Promise<void>[] = [];
    const start = (opened: Iterable<Reader>) => loops.push(...[...opened].map(({ reader }) => this.#followQueue(reader)));
    start(this.#readers.values());
    try {
      while (!this.#end.signal.aborted) {
        await clock.sleep(LOOK_FOR_QUEUES_EVERY_MS, this.#end.signal);
        if (this.#end.signal.aborted) break;
        const route = await routeOf(this.#access, this.#request.topic).catch(() => undefined);
        if (route) start(await this.#open(route, [], 'first').catch(() => []));
      }
      await Promise.all(loops);
      if (this.#refusal) throw this.#refusal;
    } finally {
      signal.removeEventListener('abort', forward);
    }
  }

  async #followQueue(reader: QueueReader): Promise<void> {
    const { clock } = this.#access;
    let isTold = false;
    while (!this.#end.signal.aborted) {
      try {
        await reader.wait(this.#end.signal);
        if (isTold)
          this.#tell.notice(`queue ${reader.queue.queueId} of ${reader.queue.brokerName} is read again, from ${reader.queue.address}`);
        isTold = false;
      } catch (error) {
        if (this.#end.signal.aborted) return;
        if (isAccessProblem(error)) {
          this.#refusal = error;
          return this.#end.abort();
        }
        if (!isTold)
          this.#tell.notice(
            `queue ${reader.queue.queueId} of ${reader.queue.brokerName} cannot be read now: ${whyAt(reader.queue.address, error)}`,
          );
        isTold = true;
        await clock.sleep(AGAIN_MS, this.#end.signal);
        await this.#moveOn(reader);
      }
      while (reader.first && !this.#isDone) this.#handOut(takeFrom(reader));
      if (this.#isDone) this.#end.abort();
      else await this.#commit(false);
    }
  }

  /** Tries again where another replica may answer. @throws READ_FAILED, GROUP_NOT_FOUND */
  async #trying(reader: QueueReader, work: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        this.#access.signal.throwIfAborted();
        if (tries === MAX_TRIES || isAccessProblem(error)) this.#refuse(reader.queue, error);
        await this.#access.clock.sleep(AGAIN_MS, this.#access.signal);
        await this.#moveOn(reader);
      }
    }
  }

  /** Lets `reader` go on at the broker that the route now names for its queue. */
  async #moveOn(reader: QueueReader): Promise<void> {
    const { topic, readFrom } = this.#request;
    const route = await routeOf(this.#access, topic).catch(() => undefined);
    const queue = route && readableQueues(route, readFrom).find((other) => queueKey(other) === queueKey(reader.queue));
    if (!route || !queue) return;
    reader.queue = queue;
    reader.isSlave = masterOf(route, queue.brokerName) !== queue.address;
  }

  #handOut(received: Received | undefined): void {
    if (received === undefined) return;
    this.#received += 1;
    this.#tell.message(received);
  }

  /** Offsets are kept by masters alone; where there is none now, the next commit tries again. */
  async #commit(isLast: boolean): Promise<void> {
    const { clock } = this.#access;
    const { group, topic } = this.#request;
    if (group === undefined || (!isLast && clock.monotonicMs() - this.#committedAt < COMMIT_EVERY_MS)) return;
    this.#committedAt = clock.monotonicMs();
    const changed = [...this.#readers].filter(
      ([key, { reader, from }]) => reader.position !== (this.#committed.get(key) ?? (isLast ? -1 : from)),
    );
    if (changed.length === 0) return;
    // The last commit comes after Ctrl-C, too.
    const access = { ...this.#access, signal: new AbortController().signal };
    const route = await routeOf(access, topic).catch(() => undefined);
    await Promise.all(
      changed.map(async ([key, { reader }]) => {
        const { position, queue } = reader;
        const master = route && masterOf(route, queue.brokerName);
        const offset = { group, topic, queueId: queue.queueId, offset: position };
        try {
          if (master === undefined) throw new Error(`${queue.brokerName} has no master now`);
          await ask(access, master, (client, at, signal) => commitOffset(client, at, offset, signal));
          this.#committed.set(key, position);
        } catch (error) {
          if (isLast)
            this.#tell.notice(
              `the offset of ${group} in queue ${queue.queueId} of ${queue.brokerName} could not be committed: ${whyAt(queue.address, error)}`,
            );
        }
      }),
    );
  }

  #refuse(queue: Queue, error: unknown): never {
    this.#access.signal.throwIfAborted();
    throw readError(this.#request, queue, error);
  }
}

function takeFrom(reader: QueueReader): Received | undefined {
  const message = reader.take();
  const { brokerName, address } = reader.queue;
  return message && { message, brokerName, address };
}

const isOlder = (message: StoredMessage | undefined, than: StoredMessage | undefined): boolean =>
  message !== undefined && (than === undefined || message.storeTimestamp < than.storeTimestamp);
