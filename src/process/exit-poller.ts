import type { Clock } from '../base/clock.js';
import { systemCode } from '../base/errors.js';
import { periodically } from '../base/periodic.js';
import type { ProcessIdentity } from '../base/process.js';
import type { Platform } from './platform.js';

const PERIOD_MS = 100;

/** `gone`: nobody has the pid, or a zombie that its parent has not yet waited for; `reused`: another process has it. */
export type Ending = 'gone' | 'reused';

type Watch = { identity: ProcessIdentity; onEnd: (ending: Ending) => void };

/**
 * Sees the end of processes that are not our children. Every 100 ms it checks each pid with kill(2), which costs nothing; one question for
 * all of them, as often as the platform allows, finds zombies and reused pids.
 */
export class ExitPoller {
  readonly #watches = new Set<Watch>();
  #endLooking: (() => void) | undefined;
  #isAsking = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly platform: Platform,
    private readonly clock: Clock,
    private readonly hasHolder: (pid: number) => boolean = pidHasHolder,
  ) {}

  /** Calls `onEnd` once when the process is gone or its pid is another's. @returns a function that stops watching. */
  watch(identity: ProcessIdentity, onEnd: (ending: Ending) => void): () => void {
    const watch = { identity, onEnd };
    this.#watches.add(watch);
    this.#endLooking ??= periodically(this.clock, PERIOD_MS, () => this.#look());
    return () => this.#watches.delete(watch);
  }

  #look(): void {
    if (this.#watches.size === 0) {
      this.#endLooking?.();
      this.#endLooking = undefined;
      return;
    }
    const isDue = this.clock.monotonicMs() - this.#askedAt >= this.platform.askEveryMs;
    if (isDue && !this.#isAsking) void this.#ask();
    // One of those who are told may throw: the others are looked at again after the next period.
    for (const watch of [...this.#watches]) if (!this.hasHolder(watch.identity.pid)) this.#end(watch, 'gone');
  }

  async #ask(): Promise<void> {
    const asked = [...this.#watches];
    this.#isAsking = true;
    // A question that failed says nothing about the processes: it is asked again.
    const startTimes = await this.platform.startTimes(asked.map(({ identity }) => identity.pid)).catch(() => undefined);
    this.#isAsking = false;
    if (!startTimes) return;
    this.#askedAt = this.clock.monotonicMs();
    for (const watch of asked) {
      const startTime = startTimes.get(watch.identity.pid);
      if (startTime !== watch.identity.startTime) this.#end(watch, startTime === undefined ? 'gone' : 'reused');
    }
  }

  #end(watch: Watch, ending: Ending): void {
    if (this.#watches.delete(watch)) watch.onEnd(ending);
  }
}

/** EPERM: somebody else's process has it. */
function pidHasHolder(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}
