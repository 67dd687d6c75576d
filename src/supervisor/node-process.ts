import type { Clock } from '../base/clock.js';
import { asError } from '../base/errors.js';
import type { ProcessExit, ProcessIdentity, RunningProcess } from '../base/process.js';
import { Ending, type EndingEvents } from './ending.js';
import type { Launcher } from './launcher.js';
import type { NodeRunSpec } from './node-run.js';
import type { Pace } from './pace.js';
import { watchProcess } from './watch-process.js';

export interface ProcessEvents extends EndingEvents {
  /** A launch has started a process. */
  lives(identity: ProcessIdentity): void;
  /** The process has ended; with a `failure`, it never started. */
  ended(exit: ProcessExit): void;
}

/** The process of one node, from its launch or adoption to its end: at most one at a time; calls from an older one are dropped. */
export class NodeProcess<S> {
  readonly #launcher: Launcher<S>;
  readonly #clock: Clock;
  readonly #events: ProcessEvents;
  /** Numbers each launch: callbacks of an older one are dropped. */
  #launch = 0;
  #running: RunningProcess | undefined;
  #ending: Ending | undefined;
  #startedAt: number | null = null;
  #failure: Error | undefined;
  /** On the monotonic clock: when it was started or taken over. */
  #sinceMs = 0;

  constructor(launcher: Launcher<S>, clock: Clock, events: ProcessEvents) {
    this.#launcher = launcher;
    this.#clock = clock;
    this.#events = events;
  }

  /** Undefined if none is alive, and during a launch. */
  get running(): RunningProcess | undefined {
    return this.#running;
  }
  /** In ms since the epoch. */
  get startedAt(): number | null {
    return this.#startedAt;
  }
  /** Why the last launch started nothing. */
  get failure(): Error | undefined {
    return this.#failure;
  }
  /** Changes with each launch and adoption. */
  get launchNumber(): number {
    return this.#launch;
  }

  /** @param after does it follow the end of the process before? */
  async launch(spec: NodeRunSpec<S>, after: 'its-end' | 'unknown'): Promise<void> {
    this.#launch += 1;
    this.#failure = undefined;
    const launch = this.#launch;
    let running: RunningProcess;
    try {
      running = await this.#launcher.launch(await spec.prepareLaunch(after));
    } catch (error) {
      if (launch !== this.#launch) return;
      this.#failure = asError(error);
      this.#end({ at: this.#clock.now(), code: null, signal: null, adopted: false });
      return;
    }
    if (launch !== this.#launch) {
      // The daemon releases its nodes; the next one finds this process by its marker.
      running.release();
      return;
    }
    this.#takeOn(running, this.#clock.now());
    this.#events.lives(running.identity);
  }

  /** @returns false if no such process is alive. */
  async adopt(identity: ProcessIdentity, startedAt: number | null): Promise<boolean> {
    const running = await this.#launcher.adopt(identity);
    this.#launch += 1;
    if (running) this.#takeOn(running, startedAt);
    else this.#startedAt = startedAt;
    return running !== undefined;
  }

  /** Forgets the launch time after the end has been handled. */
  forget(): void {
    this.#running = undefined;
    this.#startedAt = null;
  }

  /** Ends the living process; undefined if there is none. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Runs the probes that belong to `phase` until `signal` aborts. A node that was never ready is still starting, and gets time for that. */
  watch(
    spec: NodeRunSpec<S>,
    phase: 'starting' | 'ready' | 'unready',
    wasReady: boolean,
    told: {
      pace: Pace;
      signal: AbortSignal;
      reason: (reason: string) => void;
      verdict: (passed: boolean, reason: string | null) => void;
      hung: (reason: string) => void;
    },
  ): void {
    if (!this.#running) return;
    const runsForMs = this.#clock.monotonicMs() - this.#sinceMs;
    const graceMs = wasReady ? 0 : Math.max(0, spec.startTimeoutMs - runsForMs);
    watchProcess({ ...told, spec, running: this.#running, phase, wasReady, graceMs, clock: this.#clock });
  }

  /** Stops watching and leaves it running. */
  release(): void {
    this.#launch += 1;
    this.#ending?.close();
    this.#running?.release();
  }

  #takeOn(running: RunningProcess, startedAt: number | null): void {
    const launch = this.#launch;
    this.#running = running;
    this.#ending = new Ending(running, this.#clock, this.#events);
    this.#startedAt = startedAt;
    this.#sinceMs = this.#clock.monotonicMs();
    void running.exited.then((exit) => {
      if (launch === this.#launch) this.#end(exit);
    });
  }

  #end(exit: ProcessExit): void {
    this.#running = undefined;
    this.#ending?.close();
    this.#ending = undefined;
    this.#events.ended(exit);
  }
}
