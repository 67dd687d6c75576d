import { Changes } from '../base/changes.js';
import type { Clock } from '../base/clock.js';
import { Disposables } from '../base/disposables.js';
import { asError } from '../base/errors.js';
import { type Asked, endsProcess, exitCause, isCleanExit } from './exit-cause.js';
import type { Launcher, ProcessExit, ProcessIdentity, RunningProcess } from './launcher.js';
import {
  describeExit,
  FRESH_SNAPSHOT,
  invalidTransition,
  type NodeExitRecord,
  type NodeObserver,
  type NodeRunSpec,
  type NodeSnapshot,
  notRunning,
  type Transition,
} from './node-run.js';
import { type NodeEvent, type NodeState, nextState } from './node-state.js';
import { watchLiveness, watchReadiness } from './probe-runner.js';
import { type Crash, crashesThatCount, decideRestart } from './restart-policy.js';

export type StopOutcome = { how: 'not-running' | 'terminated' | 'killed'; tookMs: number };

const KEPT_TRANSITIONS = 32;

/**
 * The only writer of one node's state. Entering a state starts its work; leaving it closes every timer, listener and probe that it opened.
 * What the user wants (`up`, `down`) is kept beside what is; the newest wish wins, also during backoff and stopping.
 */
export class NodeSupervisor<S> {
  #spec: NodeRunSpec<S>;
  readonly #launcher: Launcher<S>;
  readonly #clock: Clock;
  readonly #observer: NodeObserver;
  readonly #changes = new Changes();
  readonly #transitions: Transition[] = [];
  #stateWork = new Disposables();
  #state: NodeState = 'stopped';
  /** Numbers each launch: what an older one calls back is dropped. */
  #launch = 0;
  #running: RunningProcess | undefined;
  #asked: Asked;
  /** Why the liveness probe had the process killed. */
  #hung: string | undefined;
  #intent: 'up' | 'down';
  #crashes: Crash[] = [];
  #wasReady: boolean;
  #restarts: number;
  #startedAt: number | null;
  #lastExit: NodeExitRecord | null;
  #reason: string | null = null;
  #stopMethod: StopOutcome['how'] = 'terminated';

  constructor(spec: NodeRunSpec<S>, launcher: Launcher<S>, clock: Clock, observer: NodeObserver, snapshot: NodeSnapshot = FRESH_SNAPSHOT) {
    this.#spec = spec;
    this.#launcher = launcher;
    this.#clock = clock;
    this.#observer = observer;
    this.#intent = snapshot.intent;
    this.#restarts = snapshot.restarts;
    this.#wasReady = snapshot.wasReady;
    this.#startedAt = null;
    this.#lastExit = snapshot.lastExit;
  }

  get id(): string {
    return this.#spec.id;
  }
  get state(): NodeState {
    return this.#state;
  }
  get intent(): 'up' | 'down' {
    return this.#intent;
  }
  /** Why the node is not ready, where that is known. */
  get reason(): string | null {
    return this.#reason;
  }
  get pid(): number | null {
    return this.#running?.identity.pid ?? null;
  }
  get startedAt(): number | null {
    return this.#startedAt;
  }
  get restarts(): number {
    return this.#restarts;
  }
  get lastExit(): NodeExitRecord | null {
    return this.#lastExit;
  }
  get transitions(): readonly Transition[] {
    return this.#transitions;
  }

  snapshot(): NodeSnapshot {
    return {
      intent: this.#intent,
      identity: this.#running?.identity ?? null,
      startedAt: this.#startedAt,
      restarts: this.#restarts,
      paused: this.#state === 'paused',
      wasReady: this.#wasReady,
      lastExit: this.#lastExit,
    };
  }

  /** Calls `listener` after each change of state or reason. @returns a function that ends it. */
  onChange(listener: () => void): () => void {
    return this.#changes.listen(listener);
  }

  /** Takes effect at the next launch. */
  replaceSpec(spec: NodeRunSpec<S>): void {
    this.#spec = spec;
  }

  /** Wants the node up. @returns false where it already is, or is on its way. */
  start(): boolean {
    this.#intent = 'up';
    this.#crashes = [];
    if (this.#state === 'stopping') return true;
    if (nextState(this.#state, 'start') === undefined) return false;
    this.#enterStarting('start');
    return true;
  }

  /** Wants the node down, and resolves when its process is gone. SIGTERM first; SIGKILL to the tree after `stopTimeoutMs`. */
  async stop(): Promise<StopOutcome> {
    this.#intent = 'down';
    const since = this.#clock.monotonicMs();
    if (this.#state === 'stopped') return { how: 'not-running', tookMs: 0 };
    if (this.#state === 'backoff' || this.#state === 'failed') {
      this.#move('stop', null);
      return { how: 'not-running', tookMs: 0 };
    }
    if (this.#state !== 'stopping') {
      const wasPaused = this.#state === 'paused';
      this.#asked = 'stop';
      this.#move('stop', null);
      this.#terminate(wasPaused);
    }
    const launch = this.#launch;
    await this.#changes.until(() => this.#launch !== launch || this.#state !== 'stopping');
    return { how: this.#stopMethod, tookMs: this.#clock.monotonicMs() - since };
  }

  /**
   * Sends `signal` to the process on the user's behalf. With `restart` its end, orderly or not, is treated as a crash; else the node
   * stays down. A signal that ends nothing, such as SIGQUIT, changes no wish.
   */
  kill(signal: NodeJS.Signals, options: { restart: boolean }): ProcessIdentity {
    const running = this.#requireRunning('kill');
    if (endsProcess(signal)) {
      this.#asked = options.restart ? 'kill-and-restart' : 'kill';
      this.#intent = options.restart ? 'up' : 'down';
    }
    running.signal(signal);
    if (this.#state === 'paused' && signal !== 'SIGKILL' && endsProcess(signal)) running.signal('SIGCONT');
    return running.identity;
  }

  /** @throws RmqdevError NODE_NOT_RUNNING */
  refuseUnlessRunning(verb: string): void {
    this.#requireRunning(verb);
  }

  pause(): void {
    if (this.#state === 'paused') return;
    const running = this.#requireRunning('pause');
    running.signal('SIGSTOP');
    this.#move('pause', 'paused by the user');
  }

  /** Something else has changed that readiness rests on: a ready node must pass its probe again. */
  doubt(reason: string): void {
    if (this.#state !== 'ready') return;
    this.#move('readinessLost', reason);
    this.#watchRunning();
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#requireRunning('resume').signal('SIGCONT');
    this.#move('resume', 'resumed, not yet probed');
    this.#watchRunning();
  }

  /**
   * Takes over the process of an earlier daemon. @returns false where it is gone: the end is recorded (status unknown)
   * and the node goes on by its policy.
   */
  async adopt(snapshot: NodeSnapshot): Promise<boolean> {
    if (snapshot.identity === null) {
      if (snapshot.intent === 'up') this.#enterStarting('start');
      return false;
    }
    const running = await this.#launcher.adopt(snapshot.identity);
    this.#launch += 1;
    this.#startedAt = snapshot.startedAt;
    if (running) {
      this.#running = running;
      this.#follow(running, this.#launch);
      this.#move('adopted', 'taken over from an earlier daemon, not yet probed');
      if (snapshot.intent === 'down') void this.stop();
      else if (snapshot.paused) this.#move('pause', 'paused by the user');
      else this.#watchRunning();
      return true;
    }
    this.#move('adopted', 'gone while no daemon watched');
    if (snapshot.intent === 'down') this.#asked = 'stop';
    this.#ended({ at: this.#clock.now(), code: null, signal: null, adopted: true });
    return false;
  }

  /** Keeps what was found about the end at `at` (epoch ms); no other one has come since. */
  annotateExit(at: number, finding: string): void {
    if (this.#lastExit?.at !== at) return;
    this.#lastExit = { ...this.#lastExit, finding };
    this.#changes.notify();
  }

  /** Stops watching and leaves the process running. */
  release(): void {
    this.#launch += 1;
    this.#stateWork[Symbol.dispose]();
    this.#running?.release();
    this.#changes.clear();
  }

  #requireRunning(verb: string): RunningProcess {
    if (this.#running && this.#state !== 'stopping') return this.#running;
    throw notRunning(this.id, this.#state, verb);
  }

  #enterStarting(event: 'start' | 'backoffElapsed'): void {
    this.#asked = undefined;
    this.#hung = undefined;
    this.#wasReady = false;
    this.#launch += 1;
    this.#stopMethod = 'terminated';
    this.#move(event, 'its process is being started');
    void this.#spawn(this.#launch);
  }

  async #spawn(launch: number): Promise<void> {
    let running: RunningProcess;
    try {
      running = await this.#launcher.launch(await this.#spec.prepareLaunch());
    } catch (error) {
      if (launch === this.#launch) this.#ended({ at: this.#clock.now(), code: null, signal: null, adopted: false }, asError(error).message);
      return;
    }
    if (launch !== this.#launch) {
      // The daemon lets go of its nodes; the next one finds this process by its marker.
      running.release();
      return;
    }
    this.#running = running;
    this.#startedAt = this.#clock.now();
    this.#observer.launched(this.id, running.identity);
    this.#follow(running, launch);
    if (this.#state === 'stopping') this.#terminate(false);
    else this.#watchRunning();
  }

  #follow(running: RunningProcess, launch: number): void {
    void running.exited.then((exit) => {
      if (launch === this.#launch) this.#ended(exit);
    });
  }

  /** The process has ended, or never came to be. */
  #ended(exit: ProcessExit, launchFailure?: string): void {
    const wasState = this.#state;
    this.#running = undefined;
    this.#startedAt = null;
    const failure = launchFailure ?? (this.#asked === undefined ? this.#hung : undefined);
    const cause = failure ? 'crashed' : exitCause(exit, this.#asked);
    const record: NodeExitRecord = { ...exit, cause, detail: failure ?? null, notBefore: null, finding: null };
    this.#lastExit = record;
    if (this.#state === 'stopping' || this.#asked === 'kill' || this.#asked === 'stop') {
      this.#move('exited', null, record);
      if (this.#intent === 'up') this.#enterStarting('start');
      return;
    }
    const crash = { at: exit.at, wasReady: this.#wasReady };
    this.#crashes = [...crashesThatCount(this.#spec.restart, this.#crashes, exit.at), crash];
    const clean = !failure && this.#asked !== 'kill-and-restart' && isCleanExit(exit);
    const decision = decideRestart(this.#spec.restart, this.#crashes, clean, this.#clock.now());
    if (decision.restart) {
      this.#restarts += 1;
      this.#move('crashed', `${describeExit(record)}; restart in ${decision.delayMs} ms`, record);
      const cancel = this.#clock.after(decision.delayMs, () => this.#enterStarting('backoffElapsed'));
      this.#stateWork.add(cancel);
      return;
    }
    this.#intent = 'down';
    const event = clean ? 'exited' : 'gaveUp';
    this.#move(event, wasState === 'starting' || !clean ? `${describeExit(record)}; not restarted: ${decision.why}` : decision.why, record);
  }

  #terminate(wasPaused: boolean): void {
    const running = this.#running;
    if (!running) return;
    if (wasPaused) running.signal('SIGCONT');
    running.signal('SIGTERM');
    const cancel = this.#clock.after(this.#spec.stopTimeoutMs, () => {
      this.#stopMethod = 'killed';
      this.#setReason(`did not end within ${this.#spec.stopTimeoutMs / 1_000} s of SIGTERM; killed`);
      void running.killTree();
    });
    this.#stateWork.add(cancel);
  }

  /** Starts the probes that belong to the present state (starting, ready or unready). */
  #watchRunning(): void {
    const state = this.#state;
    // A node that was taken over or resumed before it was ever ready is still starting, and has the time for it.
    const starting = !this.#wasReady;
    const sinceStartMs = this.#startedAt === null ? 0 : this.#clock.now() - this.#startedAt;
    const stop = new AbortController();
    this.#stateWork.add(() => stop.abort());
    watchReadiness({
      probe: starting ? this.#spec.startup() : this.#spec.readiness,
      phase: state === 'starting' ? 'starting' : state === 'ready' ? 'ready' : 'unready',
      clock: this.#clock,
      signal: stop.signal,
      reason: (reason) => this.#setReason(reason),
      verdict: (passed, reason) => {
        if (passed) {
          this.#wasReady = true;
          this.#move('readinessPassed', null);
        } else this.#move('readinessLost', reason);
        this.#watchRunning();
      },
    });
    if (!this.#spec.liveness) return;
    watchLiveness({
      probe: this.#spec.liveness,
      graceMs: starting ? Math.max(0, this.#spec.startTimeoutMs - sinceStartMs) : 0,
      clock: this.#clock,
      signal: stop.signal,
      dead: (reason) => {
        this.#hung = `hung: ${reason}; killed`;
        this.#setReason(this.#hung);
        void this.#running?.killTree();
      },
    });
  }

  #setReason(reason: string | null): void {
    if (this.#reason === reason) return;
    this.#reason = reason;
    this.#changes.notify();
  }

  /** @param exit where the move ends a process, what to tell the observer first. */
  #move(event: NodeEvent, reason: string | null, exit?: NodeExitRecord): void {
    const from = this.#state;
    const to = nextState(from, event);
    if (to === undefined) throw invalidTransition(this.id, from, event);
    this.#stateWork[Symbol.dispose]();
    this.#stateWork = new Disposables();
    this.#state = to;
    this.#reason = reason;
    const transition = { at: this.#clock.now(), from, to, event, reason };
    this.#transitions.push(transition);
    if (this.#transitions.length > KEPT_TRANSITIONS) this.#transitions.shift();
    if (exit) this.#observer.exited(this.id, exit, from);
    this.#observer.transition(this.id, transition);
    this.#changes.notify();
  }
}
