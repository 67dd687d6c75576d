import type { ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.js';
import { type ErrorPayload, RmqdevError } from '../base/errors.js';

export type ReaderLimits = {
  /** How much unread data the daemon keeps for one reader. */
  unreadBytes: number;
  /** How long to wait for a reader that reads nothing: a user who pages through `events -f` reads with pauses. */
  patienceMs: number;
  /** How long the last lines stay ready for a reader that was dropped. */
  farewellMs: number;
};

export const READER_LIMITS: ReaderLimits = { unreadBytes: 1024 * 1024, patienceMs: 600_000, farewellMs: 10_000 };

/**
 * The NDJSON answer of one stream: items as they come, then one result or error. The daemon's memory is not the reader's buffer:
 * a reader that is too far behind gets READER_TOO_SLOW and is dropped.
 * For calls that read (`events`) the source waits; for calls that change something nothing waits, and the work continues without the reader.
 */
export class AnswerStream {
  readonly #gone = new AbortController();
  #isEnded = false;

  constructor(
    private readonly raw: ServerResponse,
    private readonly sourceWaits: boolean,
    private readonly clock: Clock,
    private readonly limits: ReaderLimits,
  ) {
    raw.once('close', () => this.#gone.abort());
    raw.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    raw.flushHeaders();
  }

  /** Aborts once nobody listens any more. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves when the next item may come. What comes after the end has no reader. */
  readonly emit = async (item: unknown): Promise<void> => {
    if (this.#isEnded || this.gone.aborted) return;
    this.#write({ item });
    const unread = this.raw.writableLength;
    if (unread > this.limits.unreadBytes && !this.sourceWaits) this.#drop(`${unread} bytes lay unread`);
    else if (this.sourceWaits && this.raw.writableNeedDrain) await this.#drained();
  };

  end(last: { result: unknown } | { error: ErrorPayload }): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.gone.aborted) return;
    this.#write(last);
    this.raw.end();
    // A reader that does not fetch the last lines must not hold the connection for ever.
    const cancel = this.clock.after(this.limits.farewellMs, () => this.raw.destroy());
    this.raw.once('close', cancel);
  }

  #write(line: object): void {
    this.raw.write(`${JSON.stringify(line)}\n`);
  }

  #drop(why: string): void {
    this.end({ error: readerTooSlow(why).toPayload() });
    this.#gone.abort();
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.raw.off('drain', done);
        this.gone.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.clock.after(this.limits.patienceMs, () => {
        this.#drop(`it read nothing for ${this.limits.patienceMs / 1_000} s`);
        done();
      });
      this.raw.once('drain', done);
      this.gone.addEventListener('abort', done, { once: true });
      if (this.gone.aborted) done();
    });
  }
}

export function readerTooSlow(why: string): RmqdevError {
  return new RmqdevError('READER_TOO_SLOW', {
    what: 'the daemon ended this stream: its reader is too slow',
    why: `${why}; the daemon keeps no more for a reader`,
    next: 'Read faster or ask for less (-n), then run the command again; what it started continues: `rmqdev status`',
  });
}
