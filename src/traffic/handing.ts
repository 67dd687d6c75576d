import type { Clock } from '../base/clock.js';
import { asError } from '../base/errors.js';
import type { StoredMessage } from '../remoting/message-codec.js';
import type { QueueReader } from './queue-reader.js';

/** With this many messages on their way to the output, reading waits. */
const WINDOW = 256;
/** How long to wait, after Ctrl-C, for an output that accepts nothing. */
const FLUSH_MS = 1_000;

export type Received = { readonly message: StoredMessage; readonly brokerName: string /** Where it was read. */; readonly address: string };

/** Resolves when the message is written; rejects if the output accepts no more (EPIPE: nobody reads). */
export type Write = (received: Received) => Promise<void>;

/** Hands messages to the output, and tells their readers which were written. */
export class Handing {
  readonly #write: Write;
  readonly #clock: Clock;
  readonly #onFailure: () => void;
  readonly #open = new Set<Promise<void>>();
  #handed = 0;
  #written = 0;
  #failure: Error | undefined;

  /** @param onFailure called once, if the output fails: after that nothing more is handed out. */
  constructor(write: Write, clock: Clock, onFailure: () => void) {
    this.#write = write;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** Messages handed out, written or not. */
  get handed(): number {
    return this.#handed;
  }

  get written(): number {
    return this.#written;
  }

  /** Why the output accepted no more. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Hands out the first message of `reader`, and resolves once there is room for another. */
  async handOut(reader: QueueReader): Promise<void> {
    const taken = this.#failure ? undefined : reader.take();
    if (taken === undefined) return;
    this.#handed += 1;
    const { brokerName, address } = reader.queue;
    const work = this.#write({ message: taken.message, brokerName, address })
      .then(
        () => {
          // A success after a failure would leave a gap.
          if (this.#failure) return;
          this.#written += 1;
          taken.written();
        },
        (error) => {
          if (this.#failure) return;
          this.#failure = asError(error);
          this.#onFailure();
        },
      )
      .finally(() => this.#open.delete(work));
    this.#open.add(work);
    if (this.#open.size >= WINDOW) await Promise.race(this.#open);
  }

  /** Resolves when everything is written, or if the output has accepted nothing for a second. */
  async flush(): Promise<void> {
    const written = new AbortController();
    const all = Promise.all(this.#open).then(() => written.abort());
    await Promise.race([all, this.#clock.sleep(FLUSH_MS, written.signal)]);
  }
}
