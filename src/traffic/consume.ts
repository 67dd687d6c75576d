import type { RmqdevError } from '../base/errors.js';
import type { TopicRoute } from '../remoting/namesrv-api.js';
import { isAccessProblem } from './access-problems.js';
import { type Access, brokersOf, routeOf } from './cluster-access.js';
import type { ConsumeRequest, ConsumeRun, Tell } from './consume-request.js';
import { GroupProgress } from './group-progress.js';
import { Handing } from './handing.js';
import { committedOffsets, type From, type GroupOffset, refuseLiveGroup } from './offsets.js';
import { openQueue } from './open-queue.js';
import { Outages } from './outages.js';
import type { QueueReader } from './queue-reader.js';
import { masterOf, type Queue, queueKey, readableQueues } from './queues.js';
import { nothingToRead, readError } from './read-errors.js';
import { topicNotFound } from './send-route.js';
import { inStoreOrder, type Opened, offsetsOfLast } from './store-order.js';

const AGAIN_MS = 500;
const LOOK_FOR_QUEUES_EVERY_MS = 3_000;
const MAX_TRIES = 3;

/**
 * Reads a topic: all stored messages in the order of storing, and then (`follow`) new ones. A queue that fails does not stop the
 * others. Resolves at the end, at the limit, if the output accepts no more, or when the signal of `access` aborts. Offsets are
 * committed only for what was written to the output.
 * @throws TOPIC_NOT_FOUND, READ_FAILED (no queue can be read), GROUP_IN_USE, GROUP_NOT_FOUND, NAMESRV_UNREACHABLE
 */
export async function consume(access: Access, request: ConsumeRequest, tell: Tell): Promise<ConsumeRun> {
  const end = new AbortController();
  const forward = () => end.abort(access.signal.reason);
  access.signal.addEventListener('abort', forward, { once: true });
  if (access.signal.aborted) forward();
  try {
    return await new Consumption({ ...access, signal: end.signal }, end, request, tell).run();
  } finally {
    access.signal.removeEventListener('abort', forward);
  }
}

class Consumption {
  /** Its signal ends reading: by the caller, the limit, or the output. */
  readonly #access: Access;
  readonly #end: AbortController;
  readonly #request: ConsumeRequest;
  readonly #tell: Tell;
  readonly #readers = new Map<string, Opened>();
  readonly #outages: Outages;
  readonly #handing: Handing;
  readonly #progress: GroupProgress | undefined;
  readonly #startedAt: number;
  #problem: RmqdevError | undefined;
  /** A bug of rmqdev that ended following. */
  #fault: unknown;

  constructor(access: Access, end: AbortController, request: ConsumeRequest, tell: Tell) {
    const { topic, group } = request;
    this.#access = access;
    this.#end = end;
    this.#request = request;
    this.#tell = tell;
    this.#startedAt = access.clock.now();
    this.#outages = new Outages(tell.notice);
    this.#handing = new Handing(tell.message, access.clock, () => end.abort());
    this.#progress = group === undefined ? undefined : new GroupProgress(access, { group, topic }, this.#readers, tell.notice);
  }

  async run(): Promise<ConsumeRun> {
    const { clock, signal } = this.#access;
    const { topic, group, follow } = this.#request;
    const since = clock.monotonicMs();
    try {
      const route = await this.#findTopic();
      if (route) {
        await this.#openAll(route);
        await this.#handOutBacklog();
        if (follow && !this.#isDone) await this.#follow();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await this.#handing.flush();
      await this.#progress?.commit({ isLast: true });
    }
    if (this.#fault) throw this.#fault;
    const queues = [...this.#readers].map(([key, { reader, from }]) => ({
      ...reader.queue,
      from,
      next: reader.position,
      committed: this.#progress?.committed.get(key) ?? null,
    }));
    const elapsedMs = Math.round(clock.monotonicMs() - since);
    const summary = { topic, group: group ?? null, received: this.#handing.written, elapsedMs, queues };
    return { summary, problem: this.#problem, outputError: this.#handing.failure };
  }

  get #isDone(): boolean {
    const { limit } = this.#request;
    return this.#access.signal.aborted || (limit !== undefined && this.#handing.handed >= limit);
  }

  async #findTopic(): Promise<TopicRoute | undefined> {
    const { topic, follow } = this.#request;
    let route = await routeOf(this.#access, topic);
    if (route === undefined && !follow) throw await topicNotFound(this.#access, topic);
    if (route === undefined) this.#tell.notice(`there is no topic ${topic} yet; waiting for the first message, which creates it`);
    while (route === undefined && !this.#isDone) {
      await this.#access.clock.sleep(AGAIN_MS, this.#access.signal);
      if (!this.#isDone) route = await routeOf(this.#access, topic);
    }
    return route;
  }

  /** Opens the existing queues. @throws if no queue can be opened and there is none to wait for */
  async #openAll(route: TopicRoute): Promise<void> {
    const { topic, group, from, readFrom, follow } = this.#request;
    if (group !== undefined) {
      const next = 'Stop them, or use another --group, or omit it: then nothing is committed';
      await refuseLiveGroup(
        this.#access,
        await brokersOf(this.#access),
        group,
        `${group} is in use: two consumers would commit the same offsets`,
        next,
      );
    }
    const queues = readableQueues(route, readFrom);
    if (queues.length === 0) throw nothingToRead(topic, route, readFrom);
    const groupOffsets = await this.#groupOffsets();
    const opened = await Promise.all(queues.map((queue) => this.#trying(queue, () => this.#openOne(route, queue, groupOffsets, from))));
    const fresh = opened.flatMap((queue) => (queue && !hasOffset(groupOffsets, queue.reader.queue) ? [queue] : []));
    if (typeof from === 'object' && 'lastCount' in from) await this.#beginAtLast(fresh, from.lastCount);
    if (this.#readers.size === 0 && !follow && this.#problem) throw this.#problem;
  }

  /** Lets the queues without an offset of the group begin at the last `count` messages of all of them. */
  async #beginAtLast(queues: readonly Opened[], count: number): Promise<void> {
    // Until that is known, none of them is open: messages that are read here are not handed out.
    for (const { reader } of queues) this.#readers.delete(queueKey(reader.queue));
    const starts = await offsetsOfLast(queues, count, (queue) => this.#fill(queue));
    for (const { reader, end } of queues) {
      const key = queueKey(reader.queue);
      const from = starts.get(key) ?? end;
      this.#readers.set(key, { reader: reader.reopened(from), from, end });
    }
  }

  async #groupOffsets(): Promise<readonly GroupOffset[]> {
    const { group, topic } = this.#request;
    if (group === undefined) return [];
    return (await committedOffsets(this.#access, await brokersOf(this.#access), group)).filter((offset) => offset.topic === topic);
  }

  async #openOne(route: TopicRoute, queue: Queue, groupOffsets: readonly GroupOffset[], from: From): Promise<Opened> {
    const committed = groupOffsets.find((offset) => queueKey(offset) === queueKey(queue))?.offset;
    const isSlave = masterOf(route, queue.brokerName) !== queue.address;
    const opened = await openQueue(this.#access, this.#request, { queue, isSlave, committed, from });
    this.#readers.set(queueKey(queue), opened);
    return opened;
  }

  /** The messages that exist now, in the order of storing. */
  async #handOutBacklog(): Promise<void> {
    if (this.#isDone) return;
    for await (const { reader } of inStoreOrder(this.#readers.values(), (queue) => this.#fill(queue))) {
      await this.#handing.handOut(reader);
      if (this.#isDone) return;
      await this.#progress?.commit();
    }
  }

  async #fill({ reader, end }: Opened): Promise<boolean> {
    const done = await this.#trying(
      reader.queue,
      async () => {
        await reader.fill(end);
        return true;
      },
      () => this.#moveOn(reader),
    );
    return done ?? false;
  }

  async #follow(): Promise<void> {
    const { clock, signal } = this.#access;
    const loops: Promise<void>[] = [];
    const start = (opened: Iterable<Opened>) => {
      for (const { reader } of opened)
        loops.push(
          this.#followQueue(reader).catch((error) => {
            this.#fault ??= error;
            this.#end.abort();
          }),
        );
    };
    start(this.#readers.values());
    while (!signal.aborted) {
      await clock.sleep(LOOK_FOR_QUEUES_EVERY_MS, signal);
      if (!signal.aborted) start(await this.#openNew());
    }
    await Promise.all(loops);
  }

  /** Opens queues that are not open yet: those of a new broker, of one that is back, or that could not be opened before. */
  async #openNew(): Promise<Opened[]> {
    const { topic, readFrom, from } = this.#request;
    const route = await routeOf(this.#access, topic).catch(() => undefined);
    const queues = route ? readableQueues(route, readFrom).filter((queue) => !this.#readers.has(queueKey(queue))) : [];
    if (route === undefined || queues.length === 0) return [];
    const groupOffsets = await this.#groupOffsets().catch(() => undefined);
    if (groupOffsets === undefined) return [];
    // For a queue that appears later, `last` means everything stored since the start.
    const later = from === 'last' || (typeof from === 'object' && 'lastCount' in from) ? { timestamp: this.#startedAt } : from;
    const opened = await Promise.all(
      queues.map((queue) =>
        this.#openOne(route, queue, groupOffsets, later).then(
          (one) => {
            this.#outages.ended(queue);
            return [one];
          },
          (error) => {
            this.#outages.began(queue, error);
            return [];
          },
        ),
      ),
    );
    return opened.flat();
  }

  async #followQueue(reader: QueueReader): Promise<void> {
    const { clock, signal } = this.#access;
    while (!signal.aborted) {
      try {
        await reader.wait();
        this.#outages.ended(reader.queue);
      } catch (error) {
        if (signal.aborted) return;
        if (isAccessProblem(error)) {
          // Another broker or a later try does not change that.
          this.#problem ??= error;
          return this.#end.abort();
        }
        this.#outages.began(reader.queue, error);
        await clock.sleep(AGAIN_MS, signal);
        await this.#moveOn(reader);
      }
      while (reader.first && !this.#isDone) await this.#handing.handOut(reader);
      if (this.#isDone) this.#end.abort();
      else await this.#progress?.commit();
    }
  }

  /**
   * Tries a few times, also on another replica that may answer by now.
   * @returns undefined if it failed. The failure is reported (following tries again later) or becomes the problem of the run. @throws GROUP_NOT_FOUND
   */
  async #trying<T>(queue: Queue, work: () => Promise<T>, beforeNext: () => Promise<void> = async () => {}): Promise<T | undefined> {
    const { clock, signal } = this.#access;
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        const problem = readError(this.#request, queue, error);
        if (problem.code === 'GROUP_NOT_FOUND' || isAccessProblem(problem)) throw problem;
        if (tries === MAX_TRIES) {
          if (this.#request.follow) this.#outages.began(queue, error);
          else this.#problem ??= problem;
          return undefined;
        }
        await clock.sleep(AGAIN_MS, signal);
        await beforeNext();
      }
    }
  }

  /** Lets `reader` continue at the broker that the route now names for its queue. */
  async #moveOn(reader: QueueReader): Promise<void> {
    const { topic, readFrom } = this.#request;
    const route = await routeOf(this.#access, topic).catch(() => undefined);
    const queue = route && readableQueues(route, readFrom).find((other) => queueKey(other) === queueKey(reader.queue));
    if (!route || !queue) return;
    reader.queue = queue;
    reader.isSlave = masterOf(route, queue.brokerName) !== queue.address;
  }
}

const hasOffset = (offsets: readonly GroupOffset[], queue: Queue): boolean =>
  offsets.some((offset) => queueKey(offset) === queueKey(queue));
