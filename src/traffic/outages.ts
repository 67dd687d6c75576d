import { whyAt } from './queue-reader.js';
import { type Queue, queueKey } from './queues.js';

/** Reports once that a queue cannot be read now, and once that it can be read again. */
export class Outages {
  readonly #notice: (text: string) => void;
  readonly #told = new Set<string>();

  constructor(notice: (text: string) => void) {
    this.#notice = notice;
  }

  began(queue: Queue, error: unknown): void {
    const key = queueKey(queue);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#notice(`queue ${queue.queueId} of ${queue.brokerName} cannot be read now: ${whyAt(queue.address, error)}`);
  }

  ended(queue: Queue): void {
    if (!this.#told.delete(queueKey(queue))) return;
    this.#notice(`queue ${queue.queueId} of ${queue.brokerName} is read again, from ${queue.address}`);
  }
}
