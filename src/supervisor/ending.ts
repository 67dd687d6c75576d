import type { Clock } from '../base/clock.js';
import { asError } from '../base/errors.js';
import { periodically } from '../base/periodic.js';
import type { RunningProcess } from '../base/process.js';
import { CLOSING_EVERY_MS, type Closing } from './closing.js';

/** A SIGTERM that could not be sent is sent again after this. */
const TERM_AGAIN_MS = 1_000;
/** How long after a SIGKILL to check whether the process is gone: first after the lower value, then each time twice as long. */
const KILL_AGAIN_MS = { first: 1_000, longest: 30_000 };

export interface EndingEvents {
  /** It did not end in time after SIGTERM: SIGKILL follows. */
  overdue(timeoutMs: number): void;
  /** All that it held is safe, as `proved` says: SIGKILL follows. */
  closed(proved: string): void;
  /** It is still there, and why. */
  lasts(reason: string): void;
}

/**
 * Ends one process: SIGTERM, SIGKILL when all that it holds is proved safe or after its stop time-out, and SIGKILL again until it is gone. A
 * signal that cannot be sent is sent again; nothing here rejects or throws.
 */
export class Ending {
  readonly #running: RunningProcess;
  readonly #clock: Clock;
  readonly #events: EndingEvents;
  #isTerminating = false;
  #mustBeTold = false;
  #kills = 0;
  #isClosed = false;
  #failure: string | undefined;
  #callOffKill = () => {};
  #callOffTerm = () => {};
  #endClosing = () => {};

  constructor(running: RunningProcess, clock: Clock, events: EndingEvents) {
    this.#running = running;
    this.#clock = clock;
    this.#events = events;
  }

  /**
   * SIGTERM, then SIGKILL to the tree: as soon as `closing` proves that nothing is lost by it, else after `timeoutMs`. A stopped process is
   * continued first, so that it can shut down cleanly. A process that has nothing to put away gets no SIGTERM.
   */
  terminate(timeoutMs: number, wasPaused: boolean, closing?: Closing): void {
    this.#isTerminating = true;
    this.#callOffKill();
    this.#callOffKill = this.#clock.after(timeoutMs, () => {
      this.#events.overdue(timeoutMs);
      this.killTree();
    });
    if (closing) void this.#close(wasPaused, closing);
    else void this.#tell(wasPaused);
  }

  async #close(wasPaused: boolean, closing: Closing): Promise<void> {
    let endLooking = () => {};
    this.#endClosing = () => {
      endLooking();
      closing.end();
    };
    const isOver = () => this.#isClosed || this.#kills > 0;
    const look = async () => {
      if (isOver() || !(await closing.isClosed()) || isOver()) return;
      this.#events.closed(closing.proved);
      this.killTree();
    };
    await closing.ready();
    await look();
    if (isOver()) return;
    await this.#tell(wasPaused);
    if (!isOver()) endLooking = periodically(this.#clock, CLOSING_EVERY_MS, look);
  }

  /** A second request: sends the last signal again. A process that has its SIGTERM and still has time left gets that time to close its store. */
  again(): void {
    if (this.#kills > 0) this.killTree();
    else if (this.#mustBeTold) void this.#tell(true);
  }

  /** SIGKILL at once, only to the process; if an earlier signal has not helped, also to all its descendants. */
  kill(): void {
    if (this.#isTerminating || this.#kills > 0) this.killTree();
    else this.#sendKill(this.#send('SIGKILL'));
  }

  /** SIGKILL to the process, all its descendants and its group. */
  killTree(): void {
    this.#sendKill(this.#running.killTree());
  }

  /** Afterwards checks whether it has helped. */
  #sendKill(sent: Promise<unknown>): void {
    sent.catch((error: unknown) => {
      this.#failure = asError(error).message;
    });
    if (this.#isClosed) return;
    this.#callOffTerm();
    this.#callOffKill();
    this.#endClosing();
    this.#kills += 1;
    const waitMs = Math.min(KILL_AGAIN_MS.first * 2 ** (this.#kills - 1), KILL_AGAIN_MS.longest);
    this.#callOffKill = this.#clock.after(waitMs, () => void this.#killAgain());
  }

  /** The process is gone, or released. */
  close(): void {
    this.#isClosed = true;
    this.#callOffKill();
    this.#callOffTerm();
    this.#endClosing();
  }

  async #tell(wasStopped: boolean): Promise<void> {
    this.#callOffTerm();
    const running = this.#running;
    try {
      if (wasStopped) await this.#send('SIGCONT');
      await this.#send('SIGTERM');
      this.#mustBeTold = false;
    } catch (error) {
      if (this.#isClosed || this.#kills > 0) return;
      this.#mustBeTold = true;
      this.#events.lasts(`SIGTERM could not be sent to pid ${running.identity.pid} (${asError(error).message}); it is sent again`);
      this.#callOffTerm = this.#clock.after(TERM_AGAIN_MS, () => void this.#tell(wasStopped));
      return;
    }
    // Somebody else may have stopped it.
    if ((await running.state())?.word !== 'stopped' || this.#isClosed) return;
    await this.#send('SIGCONT').catch(() => undefined);
  }

  async #send(signal: NodeJS.Signals): Promise<boolean> {
    return this.#running.signal(signal);
  }

  async #killAgain(): Promise<void> {
    const why = await this.#whyItLasts();
    if (this.#isClosed) return;
    const times = this.#kills === 1 ? 'once' : `${this.#kills} times`;
    this.#events.lasts(`SIGKILL was sent ${times} and pid ${this.#running.identity.pid} is still there: ${why}`);
    this.killTree();
  }

  async #whyItLasts(): Promise<string> {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) return `the signal could not be sent (${failure})`;
    const state = await this.#running.state();
    if (state?.word === 'uninterruptible')
      return 'it waits in the kernel (state D), most often for a disk or a network mount that does not answer; it ends when that answers';
    if (state?.word === 'traced') return `a debugger holds it${state.by === undefined ? '' : ` (pid ${state.by})`}`;
    return state === undefined ? 'the system does not tell what it does' : 'the system has not ended it yet';
  }
}
