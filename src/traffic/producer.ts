import { RmqdevError } from '../base/errors.js';
import { type SendResult, sendMessage } from '../remoting/broker-api.js';
import { MessageProperty } from '../remoting/message-codec.js';
import { UniqueKeys } from '../remoting/unique-key.js';
import { PRODUCER_GROUP } from '../rocketmq/system-names.js';
import { type Access, ask } from './cluster-access.js';
import { type Queue, QueueTurns, queueForKey } from './queues.js';
import { failureOf, type SendFailure, type SendStatus, statusOf } from './send-answer.js';
import { findSendRoute, type SendRoute } from './send-route.js';

/** The first try and two more. Source: client/.../producer/DefaultMQProducer.java `retryTimesWhenSendFailed`. */
const MAX_TRIES = 3;
/** A broker that failed is skipped for this time, as long as another one accepts messages. */
const AVOID_MS = 5_000;
/** Failures at the same time ask the NameServers once. */
const REFRESH_EVERY_MS = 100;

export type Draft = {
  readonly body: Buffer;
  readonly tags?: string;
  readonly keys?: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly delayLevel?: number;
  /** Messages of one key go to one queue, one after the other. */
  readonly shardingKey?: string;
};

export type Sent = {
  readonly status: SendStatus;
  /** UNIQ_KEY: what RocketMQ's clients call `msgId`. */
  readonly msgId: string;
  /** Where it is stored. */
  readonly offsetMsgId: string;
  readonly brokerName: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly latencyMs: number;
  readonly tries: number;
  /** An earlier try was not answered: the message may be stored twice. */
  readonly mayBeTwice: boolean;
};

export class SendError extends Error {
  override readonly name = 'SendError';
  readonly failure: SendFailure;
  readonly tries: number;
  constructor(failure: SendFailure, tries: number) {
    const { error } = failure;
    super(error instanceof RmqdevError ? `${error.text.what}: ${error.text.why}` : error.message, { cause: error });
    this.failure = failure;
    this.tries = tries;
  }
}

/** Sends messages to one topic as RocketMQ's own producer does: queues in turn, another broker and a new route if one fails. */
export class Producer {
  readonly #access: Access;
  readonly #topic: string;
  readonly #brokerName: string | undefined;
  readonly #keys: UniqueKeys;
  readonly #turns: QueueTurns;
  #route: SendRoute;
  #refresh: Promise<void> | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;

  private constructor(access: Access, topic: string, brokerName: string | undefined, keys: UniqueKeys, route: SendRoute) {
    this.#access = access;
    this.#topic = topic;
    this.#brokerName = brokerName;
    this.#keys = keys;
    this.#route = route;
    this.#turns = new QueueTurns(() => access.clock.monotonicMs(), AVOID_MS);
  }

  /** @param brokerName the only broker to send to. @throws TOPIC_NOT_FOUND, NOT_WRITABLE, NAMESRV_UNREACHABLE */
  static async open(access: Access, topic: string, brokerName?: string): Promise<Producer> {
    const keys = new UniqueKeys({ now: () => access.clock.now() });
    return new Producer(access, topic, brokerName, keys, await findSendRoute(access, topic, brokerName));
  }

  get isNewTopic(): boolean {
    return this.#route.isNew;
  }

  /** @returns the queue for the next message. */
  choose({ shardingKey }: Draft): Queue {
    const { queues } = this.#route;
    return (shardingKey === undefined ? this.#turns.next(queues) : queueForKey(queues, shardingKey)) as Queue;
  }

  /** Sends one message, first to `queue`. Rejects with SendError if no try was confirmed as stored, and with the reason of the signal. */
  async send(draft: Draft, queue: Queue): Promise<Sent> {
    const { clock, signal } = this.#access;
    const msgId = this.#keys.next();
    const since = clock.monotonicMs();
    let at = queue;
    let mayBeTwice = false;
    for (let tries = 1; ; tries += 1) {
      try {
        const result = await this.#try(draft, at, msgId);
        this.#turns.noteSuccess(at.brokerName);
        return {
          status: statusOf(result.code),
          msgId,
          offsetMsgId: result.msgId,
          brokerName: at.brokerName,
          queueId: result.queueId,
          queueOffset: result.queueOffset,
          latencyMs: Math.round((clock.monotonicMs() - since) * 10) / 10,
          tries,
          mayBeTwice,
        };
      } catch (error) {
        signal.throwIfAborted();
        const failure = failureOf(error);
        mayBeTwice ||= failure.mayBeStored;
        // One key keeps its queue and its order: RocketMQ does not retry an ordered message either.
        if (!failure.canRetry || tries === MAX_TRIES || draft.shardingKey !== undefined)
          throw new SendError({ ...failure, mayBeStored: mayBeTwice }, tries);
        this.#turns.noteFailure(at.brokerName);
        await this.#refreshRoute();
        at = this.#turns.next(this.#route.queues, at.brokerName) ?? at;
      }
    }
  }

  /** After a failure: ordered messages find their broker again. If there is no route, or it has no broker, nothing changes. */
  async #refreshRoute(): Promise<void> {
    const { clock } = this.#access;
    if (this.#refresh === undefined && clock.monotonicMs() - this.#refreshedAt < REFRESH_EVERY_MS) return;
    this.#refresh ??= findSendRoute(this.#access, this.#topic, this.#brokerName)
      .then(
        (route) => {
          this.#route = { ...route, isNew: this.#route.isNew };
        },
        () => undefined,
      )
      .finally(() => {
        this.#refreshedAt = clock.monotonicMs();
        this.#refresh = undefined;
      });
    await this.#refresh;
  }

  noteFailedKey(): Promise<void> {
    return this.#refreshRoute();
  }

  #try(draft: Draft, { address, brokerName, queueId }: Queue, msgId: string): Promise<SendResult> {
    const message = {
      topic: this.#topic,
      queueId,
      brokerName,
      body: draft.body,
      producerGroup: PRODUCER_GROUP,
      properties: { ...draft.properties, [MessageProperty.UNIQ_KEY]: msgId },
      ...(draft.tags === undefined ? {} : { tags: draft.tags }),
      ...(draft.keys === undefined ? {} : { keys: draft.keys }),
      ...(draft.delayLevel === undefined ? {} : { delayLevel: draft.delayLevel }),
    };
    return ask(this.#access, address, (client, at, signal) => sendMessage(client, at, message, signal));
  }
}
