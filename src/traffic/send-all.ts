import { RmqdevError } from '../base/errors.js';
import { isAccessProblem } from './access-problems.js';
import type { Access } from './cluster-access.js';
import { type Percentiles, percentilesOf, perSecond } from './figures.js';
import { type Draft, type Producer, SendError, type Sent } from './producer.js';
import { queueKey } from './queues.js';
import { adviceOn, meaningOf, type SendStatus } from './send-answer.js';

/** Messages on their way at the same time; never more than one for a queue, so that each queue gets them in the order of sending. */
const WINDOW = 64;
/** After this many failures in a row, the rest is not tried. */
const GIVE_UP_AFTER = 10;
/** A send with a rate is for watching a failover: it continues through the longest election, and ends if nothing was stored for this time. */
const PACED_GIVE_UP_MS = 60_000;

export type SendEvent =
  | ({ readonly event: 'sent'; readonly n: number } & Sent)
  | { readonly event: 'failed'; readonly n: number; readonly tries: number; readonly mayBeStored: boolean; readonly why: string };

export type SendSummary = {
  readonly topic: string;
  /** The topic did not exist: this send created it. */
  readonly created: boolean;
  /** Stored, with or without the promised guarantees. */
  readonly sent: number;
  readonly failed: number;
  readonly statuses: Readonly<Partial<Record<SendStatus, number>>>;
  /** Needed more than one try. */
  readonly retried: number;
  /** Stored, and perhaps a second time by a try that was not answered. */
  readonly mayBeTwice: number;
  readonly elapsedMs: number;
  readonly perSecond: number;
  readonly latencyMs: Percentiles | null;
  readonly queues: readonly { readonly brokerName: string; readonly queueId: number; readonly sent: number; readonly lastOffset: number }[];
};

export type SendRequest = { readonly topic: string /** Messages a second at most. */; readonly rate?: number };

/** Counts a run while it runs. */
class Tally {
  sent = 0;
  failed = 0;
  failedInARow = 0;
  retried = 0;
  mayBeTwice = 0;
  readonly statuses: Partial<Record<SendStatus, number>> = {};
  readonly latencies: number[] = [];
  readonly queues = new Map<string, { brokerName: string; queueId: number; sent: number; lastOffset: number }>();
  lastFailure: SendError | undefined;

  add({ status, brokerName, queueId, queueOffset, latencyMs, tries, mayBeTwice }: Sent): void {
    this.sent += 1;
    this.failedInARow = 0;
    this.retried += Number(tries > 1);
    this.mayBeTwice += Number(mayBeTwice);
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    this.latencies.push(latencyMs);
    const queue = this.queues.get(queueKey({ brokerName, queueId })) ?? { brokerName, queueId, sent: 0, lastOffset: 0 };
    this.queues.set(queueKey(queue), { ...queue, sent: queue.sent + 1, lastOffset: Math.max(queue.lastOffset, queueOffset) });
  }

  fail(error: SendError): void {
    this.failed += 1;
    this.failedInARow += 1;
    this.lastFailure = error;
  }
}

export type SendRun = {
  readonly summary: SendSummary /** Why not everything is stored as promised; undefined if it is. */;
  readonly problem: RmqdevError | undefined;
};

/**
 * Sends `drafts` in turn. A message that fails after all tries is reported and counted, and the next one follows. The run ends after ten
 * failures in a row (with `rate`: after a minute in which nothing was stored), at a message that no broker would accept, or by the
 * signal. Never rejects for a message; an error of `tell` ends the run and is thrown.
 */
export async function sendAll(
  access: Access,
  producer: Pick<Producer, 'isNewTopic' | 'choose' | 'send' | 'noteFailedKey'>,
  drafts: AsyncIterable<Draft> | Iterable<Draft>,
  { topic, rate }: SendRequest,
  tell: (event: SendEvent, sentSoFar: number) => void,
): Promise<SendRun> {
  const { clock, signal } = access;
  const tally = new Tally();
  const created = producer.isNewTopic;
  const since = clock.monotonicMs();
  const underWay = new Set<Promise<void>>();
  const lastOfQueue = new Map<string, Promise<void>>();
  let lastStored = since;
  let mustStop = false;
  /** Not the failure of a message: the listener failed, or rmqdev itself. */
  let fault: { readonly error: unknown } | undefined;
  let n = 0;

  const isHopeless = () =>
    tally.failedInARow >= GIVE_UP_AFTER && (rate === undefined || clock.monotonicMs() - lastStored >= PACED_GIVE_UP_MS);

  const sendOne = async (draft: Draft, number: number, queue: ReturnType<Producer['choose']>, before: Promise<void> | undefined) => {
    await before;
    if (mustStop || signal.aborted) return;
    try {
      const sent = await producer.send(draft, queue);
      tally.add(sent);
      lastStored = clock.monotonicMs();
      tell({ event: 'sent', n: number, ...sent }, tally.sent);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof SendError)) throw error;
      tally.fail(error);
      const { canRetry, mayBeStored } = error.failure;
      tell({ event: 'failed', n: number, tries: error.tries, mayBeStored, why: error.message }, tally.sent);
      if (draft.shardingKey !== undefined) await producer.noteFailedKey();
      mustStop ||= !canRetry || isHopeless();
    }
  };

  for await (const draft of drafts) {
    if (rate !== undefined) await clock.sleep(since + (n * 1_000) / rate - clock.monotonicMs(), signal);
    while (underWay.size >= WINDOW) await Promise.race(underWay);
    if (mustStop || signal.aborted) break;
    n += 1;
    const queue = producer.choose(draft);
    const key = queueKey(queue);
    const work = sendOne(draft, n, queue, lastOfQueue.get(key))
      .catch((error) => {
        fault ??= { error };
        mustStop = true;
      })
      .finally(() => {
        underWay.delete(work);
        if (lastOfQueue.get(key) === work) lastOfQueue.delete(key);
      });
    underWay.add(work);
    lastOfQueue.set(key, work);
  }
  await Promise.all(underWay);
  if (fault) throw fault.error;
  const elapsedMs = Math.round(clock.monotonicMs() - since);
  const summary: SendSummary = {
    topic,
    created: created && tally.sent > 0,
    sent: tally.sent,
    failed: tally.failed,
    statuses: tally.statuses,
    retried: tally.retried,
    mayBeTwice: tally.mayBeTwice,
    elapsedMs,
    perSecond: perSecond(tally.sent, elapsedMs),
    latencyMs: percentilesOf(tally.latencies),
    queues: [...tally.queues.values()].sort((a, b) =>
      a.brokerName < b.brokerName ? -1 : a.brokerName > b.brokerName ? 1 : a.queueId - b.queueId,
    ),
  };
  return { summary, problem: problemOf(summary, tally.lastFailure, mustStop) };
}

function problemOf(
  { topic, sent, failed, statuses }: SendSummary,
  last: SendError | undefined,
  hasGivenUp: boolean,
): RmqdevError | undefined {
  if (last) {
    if (isAccessProblem(last.failure.error)) return last.failure.error;
    const unsure = last.failure.mayBeStored ? '; it may be stored anyway, because no answer arrived' : '';
    return new RmqdevError(
      'SEND_FAILED',
      {
        what: `${failed} of ${sent + failed} messages of ${topic} ${failed === 1 ? 'was' : 'were'} not stored${hasGivenUp ? ', and the rest was not tried' : ''}`,
        why: `the last one after ${last.tries} ${last.tries === 1 ? 'try' : 'tries'}: ${last.message}${unsure}`,
        next:
          adviceOn(last.failure.error, topic) ??
          `\`rmqdev topic route ${topic}\` shows which brokers accept them; \`rmqdev status\` and \`rmqdev explain\` show why one does not`,
      },
      { cause: last },
    );
  }
  const unconfirmed = Object.entries(statuses).filter(([status]) => status !== 'SEND_OK') as [SendStatus, number][];
  if (unconfirmed.length === 0) return undefined;
  const count = unconfirmed.reduce((sum, [, some]) => sum + some, 0);
  return new RmqdevError('SEND_NOT_CONFIRMED', {
    what: `${count} of ${sent} messages of ${topic} ${count === 1 ? 'is' : 'are'} stored, but not as safely as the broker promises`,
    why: unconfirmed.map(([status, some]) => `${status} ${some}: ${meaningOf(status)}`).join('; '),
    next: 'Do not send them again: consumers get them. `rmqdev status` shows which slave is down or not in sync',
  });
}
