import type { Clock } from '../base/clock.js';

/** `periodMs`: between two questions; `calmMs`: the same once nothing has happened for a while. */
export type Period = { periodMs: number; calmMs: number };

const CALM_AFTER_MS = 60_000;

/** How often a node is asked: soon again after anything has happened to it, or to a node that it depends on; seldom after a quiet minute. */
export class Pace {
  readonly #clock: Clock;
  #hurriedAt: number;
  readonly #rests = new Set<AbortController>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#hurriedAt = clock.monotonicMs();
  }

  /** Something has happened, or somebody looks: whoever rests for long goes on at once. */
  hurry(): void {
    this.#hurriedAt = this.#clock.monotonicMs();
    for (const rest of this.#rests) rest.abort();
  }

  /** Resolves when the next question is due, or when `signal` aborts. */
  async rest({ periodMs, calmMs }: Period, signal: AbortSignal): Promise<void> {
    if (calmMs === periodMs || this.#clock.monotonicMs() - this.#hurriedAt < CALM_AFTER_MS) return this.#clock.sleep(periodMs, signal);
    const rest = new AbortController();
    const end = () => rest.abort();
    signal.addEventListener('abort', end, { once: true });
    this.#rests.add(rest);
    await this.#clock.sleep(calmMs, rest.signal);
    this.#rests.delete(rest);
    signal.removeEventListener('abort', end);
  }
}
