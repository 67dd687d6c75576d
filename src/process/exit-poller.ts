import type { Clock } from '../base/clock.js';
import type { Platform } from './platform.js';
import type { ProcessIdentity } from './process-identity.js';

const PERIOD_MS = 100;

type Watch = { identity: ProcessIdentity; onGone: () => void };

/** Sees the end of processes that are nobody's child: every 100 ms one question for all of them. */
export class ExitPoller {
  readonly #watches = new Set<Watch>();
  #isScheduled = false;

  constructor(
    private readonly platform: Platform,
    private readonly clock: Clock,
  ) {}

  /** Calls `onGone` once when the process is gone or its pid is another's. @returns a function that stops watching. */
  watch(identity: ProcessIdentity, onGone: () => void): () => void {
    const watch = { identity, onGone };
    this.#watches.add(watch);
    this.#schedule();
    return () => this.#watches.delete(watch);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#watches.size === 0) return;
    this.#isScheduled = true;
    this.clock.after(PERIOD_MS, () => void this.#poll());
  }

  async #poll(): Promise<void> {
    const asked = [...this.#watches];
    // A question that failed says nothing about the processes: it is asked again.
    const startTimes = await this.platform.startTimes(asked.map(({ identity }) => identity.pid)).catch(() => undefined);
    try {
      for (const watch of startTimes ? asked : []) {
        if (startTimes?.get(watch.identity.pid) !== watch.identity.startTime && this.#watches.delete(watch)) watch.onGone();
      }
    } finally {
      // Also where one of those who are told throws: the others are asked about again.
      this.#isScheduled = false;
      this.#schedule();
    }
  }
}
