import type { Clock } from '../base/clock.js';
import type { NodeExitRecord, NodeState } from '../base/node-words.js';
import type { ProcessExit, ProcessIdentity, RunningProcess } from '../base/process.js';
import { type Asked, endsProcess, judgeExit } from './exit-cause.js';
import type { Launcher } from './launcher.js';
import { NodeProcess } from './node-process.js';
import {
  describeExit,
  FRESH_SNAPSHOT,
  type NodeObserver,
  type NodeRunSpec,
  type NodeSnapshot,
  notRunning,
  type StopManner,
  type StopOutcome,
  type Transition,
} from './node-run.js';
import { Pace } from './pace.js';
import { type Crash, crashesThatCount, decideRestart } from './restart-policy.js';
import { StateTrack } from './state-track.js';

const DISCARDED = 'killed at once, because its data is thrown away';

/**
 * The only writer of one node's state. Only it starts and ends the node's process.
 * What the user wants (`up`, `down`) is kept separate from the actual state; the newest wish wins, also during backoff and stopping.
 */
export class NodeSupervisor<S> {
  #spec: NodeRunSpec<S>;
  readonly #process: NodeProcess<S>;
  readonly #clock: Clock;
  readonly #observer: NodeObserver;
  readonly #track: StateTrack;
  readonly #pace: Pace;
  #asked: Asked;
  /** Why the liveness probe killed the process. */
  #hung: string | undefined;
  #intent: 'up' | 'down';
  #crashes: Crash[] = [];
  #wasReady: boolean;
  #restarts: number;
  #lastExit: NodeExitRecord | null;
  #stopMethod: StopOutcome['how'] = 'terminated';
  /** Why nothing was lost by ending the process of the last stop. */
  #proved: string | undefined;

  constructor(spec: NodeRunSpec<S>, launcher: Launcher<S>, clock: Clock, observer: NodeObserver, snapshot: NodeSnapshot = FRESH_SNAPSHOT) {
    this.#spec = spec;
    this.#process = new NodeProcess(launcher, clock, {
      lives: (identity) => this.#lives(identity),
      ended: (exit) => this.#ended(exit),
      overdue: (timeoutMs) => {
        this.#stopMethod = 'killed';
        this.#track.explain(`did not end within ${timeoutMs / 1_000} s of SIGTERM; killed`);
      },
      closed: (proved) => {
        this.#stopMethod = 'closed';
        this.#proved = proved;
        this.#track.explain(`${proved}; its process is ended`);
      },
      lasts: (reason) => this.#lasts(reason),
    });
    this.#clock = clock;
    this.#observer = observer;
    this.#track = new StateTrack(spec.id, clock, observer);
    this.#pace = new Pace(clock);
    this.#intent = snapshot.intent;
    this.#restarts = snapshot.restarts;
    this.#wasReady = snapshot.wasReady;
    this.#lastExit = snapshot.lastExit;
  }

  get id(): string {
    return this.#spec.id;
  }
  get state(): NodeState {
    return this.#track.state;
  }
  get intent(): 'up' | 'down' {
    return this.#intent;
  }
  /** Why the node is not ready, if known. */
  get reason(): string | null {
    return this.#track.reason;
  }
  get pid(): number | null {
    return this.#process.running?.identity.pid ?? null;
  }
  get startedAt(): number | null {
    return this.#process.startedAt;
  }
  get restarts(): number {
    return this.#restarts;
  }
  get lastExit(): NodeExitRecord | null {
    return this.#lastExit;
  }
  /** It starts because a user asked for it, not after a crash. */
  get isComingUp(): boolean {
    return this.state === 'starting' && this.transitions.at(-1)?.event === 'start';
  }
  /** Why the last launch started nothing; undefined if it did start. */
  get launchFailure(): Error | undefined {
    return this.#process.failure;
  }
  get transitions(): readonly Transition[] {
    return this.#track.transitions;
  }

  snapshot(): NodeSnapshot {
    return {
      intent: this.#intent,
      identity: this.#process.running?.identity ?? null,
      startedAt: this.startedAt,
      restarts: this.#restarts,
      paused: this.state === 'paused',
      wasReady: this.#wasReady,
      lastExit: this.#lastExit,
    };
  }

  /** Calls `listener` after each change of state or reason. @returns a function that ends it. */
  onChange(listener: () => void): () => void {
    return this.#track.onChange(listener);
  }

  /** Takes effect at the next launch. */
  replaceSpec(spec: NodeRunSpec<S>): void {
    this.#spec = spec;
  }

  /** Keeps what was found out about the exit that was seen at `at`. @returns false if that is no longer the last exit. */
  annotateExit(at: number, finding: string | null): boolean {
    if (this.#lastExit?.at !== at) return false;
    this.#lastExit = { ...this.#lastExit, finding };
    this.#observer.noted(this.id);
    return true;
  }

  /** Wants the node up. @returns false if it already is, or is starting. */
  start(): boolean {
    this.#crashes = [];
    const startsNow = this.#track.accepts('start');
    if (startsNow) this.#enterStarting('start');
    else this.#wish('up');
    return startsNow || this.state === 'stopping';
  }

  /**
   * Wants the node down, and resolves when its process is gone. SIGTERM first; SIGKILL to the tree after `stopTimeoutMs`, or at once if
   * that is asked for, and again until it is gone. A second call sends the last signal again.
   */
  async stop(manner: StopManner = 'orderly'): Promise<StopOutcome> {
    const since = this.#clock.monotonicMs();
    if (this.state === 'stopped' || this.state === 'stopping') this.#wish('down');
    this.#intent = 'down';
    if (this.state === 'backoff' || this.state === 'failed') this.#track.move('stop', null);
    if (this.state === 'stopped') return { how: 'not-running', tookMs: 0 };
    if (this.state !== 'stopping') {
      const wasPaused = this.state === 'paused';
      this.#asked = 'stop';
      this.#track.move('stop', manner === 'at-once' ? DISCARDED : null);
      if (manner === 'at-once') this.#discard();
      else this.#terminate(wasPaused);
    } else if (manner === 'at-once') this.#discard();
    else this.#process.ending?.again();
    const launch = this.#process.launchNumber;
    await this.#track.until(() => this.#process.launchNumber !== launch || this.state !== 'stopping');
    const proved = this.#stopMethod === 'closed' && this.#proved !== undefined ? { proved: this.#proved } : {};
    return { how: this.#stopMethod, tookMs: this.#clock.monotonicMs() - since, ...proved };
  }

  /**
   * Sends `signal` to the process for the user. With `restart` its end, clean or not, counts as a crash; else the node stays down. A
   * signal that does not end it, such as SIGQUIT, does not change the wish. A node that is stopping, or that survived a SIGKILL, is
   * killed with all its descendants.
   */
  async kill(signal: NodeJS.Signals, options: { restart: boolean }): Promise<ProcessIdentity> {
    const running = this.#requireRunning('kill');
    if (endsProcess(signal)) {
      this.#asked = options.restart ? 'kill-and-restart' : 'kill';
      // Recorded before the signal: a later daemon must not restart what the user killed.
      this.#wish(options.restart ? 'up' : 'down');
    }
    if (signal === 'SIGKILL') {
      this.#stopMethod = 'killed';
      this.#process.ending?.kill();
      return running.identity;
    }
    const mustGoOn = this.state === 'paused' && endsProcess(signal);
    await running.signal(signal);
    if (mustGoOn) await running.signal('SIGCONT');
    return running.identity;
  }

  refuseUnlessRunning(verb: 'kill' | 'pause' | 'resume'): void {
    this.#requireRunning(verb);
  }

  async pause(): Promise<void> {
    if (this.state === 'paused') return;
    const running = this.#requireRunning('pause');
    // Before the signal, which may have to wait: a later wish must find this one done.
    this.#track.move('pause', 'paused by the user');
    await running.signal('SIGSTOP');
  }

  /** Something has happened nearby, or somebody looks: its probes ask as often as after a change of its own. */
  hurry(): void {
    this.#pace.hurry();
  }

  /** Something else that readiness depends on has changed: a ready node must pass its probe again. */
  doubt(reason: string): void {
    if (this.state !== 'ready') return;
    this.#track.move('readinessLost', reason);
    this.#watchRunning();
  }

  async resume(): Promise<void> {
    if (this.state !== 'paused') return;
    const running = this.#requireRunning('resume');
    this.#track.move('resume', 'resumed, not yet probed');
    const left = this.#track.stateSignal();
    try {
      await running.signal('SIGCONT');
    } finally {
      if (!left.aborted) this.#watchRunning();
    }
  }

  /**
   * Takes over the process of an earlier daemon. @returns false if it is gone: the end is recorded (status unknown)
   * and the restart policy decides.
   */
  async adopt(snapshot: NodeSnapshot): Promise<boolean> {
    if (snapshot.identity === null) {
      if (snapshot.intent === 'up') this.#enterStarting('start');
      return false;
    }
    if (await this.#process.adopt(snapshot.identity, snapshot.startedAt)) {
      this.#track.move('adopted', 'taken over from an earlier daemon, not yet probed');
      if (snapshot.intent === 'down') void this.stop();
      else if (snapshot.paused) this.#track.move('pause', 'paused by the user');
      else this.#watchRunning();
      return true;
    }
    this.#track.move('adopted', 'it ended while no daemon was running');
    if (snapshot.intent === 'down') this.#asked = 'stop';
    const at = this.#clock.now();
    const sign = Math.max(this.#spec.lastSignOfLife() ?? 0, snapshot.startedAt ?? 0);
    this.#ended({ at, code: null, signal: null, adopted: true }, sign === 0 ? null : Math.min(sign, at));
    return false;
  }

  /** The machine was restarted since `snapshot`, so all processes have ended. Records that, and launches nothing. */
  noteReboot({ identity, startedAt }: NodeSnapshot): void {
    this.#intent = 'down';
    if (identity === null) return;
    const at = this.#clock.now();
    const sign = Math.max(this.#spec.lastSignOfLife() ?? 0, startedAt ?? 0);
    const known = { code: null, signal: null, adopted: true, cause: 'machine-restarted', finding: null } as const;
    this.#track.move('adopted', 'it ended with a restart of the machine');
    this.#lastExit = { ...known, at, notBefore: sign === 0 ? null : Math.min(sign, at), detail: 'the machine was restarted' };
    this.#track.move('exited', null, this.#lastExit);
  }

  /** Stops watching and leaves the process running. */
  release(): void {
    this.#process.release();
    this.#track.close();
  }

  /** @throws RmqdevError NODE_NOT_RUNNING */
  #requireRunning(verb: 'kill' | 'pause' | 'resume'): RunningProcess {
    const { running } = this.#process;
    if (running && (verb === 'kill' || this.state !== 'stopping')) return running;
    throw notRunning(this.id, this.state, verb);
  }

  /** A wish that no transition writes to disk. */
  #wish(intent: 'up' | 'down'): void {
    if (this.#intent === intent) return;
    this.#intent = intent;
    this.#observer.noted(this.id);
  }

  #enterStarting(event: 'start' | 'backoffElapsed'): void {
    this.#intent = 'up';
    this.#asked = undefined;
    this.#hung = undefined;
    this.#wasReady = false;
    this.#stopMethod = 'terminated';
    this.#track.move(event, 'its process is being started');
    const isRelaunch = event === 'backoffElapsed' && this.launchFailure === undefined;
    void this.#process.launch(this.#spec, isRelaunch ? 'its-end' : 'unknown');
  }

  #lives(identity: ProcessIdentity): void {
    this.#observer.launched(this.id, identity);
    if (this.state !== 'stopping') this.#watchRunning();
    else if (this.#stopMethod === 'discarded') this.#discard();
    else this.#terminate(false);
  }

  /** The process has ended, or never started. */
  #ended(exit: ProcessExit, notBefore: number | null = null): void {
    const wasState = this.state;
    // System.exit of a node that fails at its start is a clean shutdown too, but nobody asked for it.
    const orderly = exit.adopted && this.#wasReady && this.#hung === undefined && this.#spec.endedCleanly(this.startedAt);
    const failure = this.launchFailure?.message ?? (this.#asked === undefined ? this.#hung : undefined);
    const { record, clean } = judgeExit(exit, { asked: this.#asked, failure, orderly, notBefore });
    this.#process.forget();
    this.#lastExit = record;
    if (wasState === 'stopping' || this.#asked === 'kill' || this.#asked === 'stop') {
      this.#track.move('exited', null, record);
      if (this.#intent === 'up') this.#enterStarting('start');
      return;
    }
    const now = this.#clock.monotonicMs();
    this.#crashes = [...crashesThatCount(this.#spec.restart, this.#crashes, now), { at: now, wasReady: this.#wasReady }];
    const decision = decideRestart(this.#spec.restart, this.#crashes, clean, now);
    if (decision.restart) {
      this.#restarts += 1;
      this.#track.move('crashed', `${describeExit(record)}; restart in ${decision.delayMs} ms`, record);
      this.#track.whileInState(this.#clock.after(decision.delayMs, () => this.#enterStarting('backoffElapsed')));
      return;
    }
    this.#intent = 'down';
    const event = clean ? 'exited' : 'gaveUp';
    const reason = wasState === 'starting' || !clean ? `${describeExit(record)}; not restarted: ${decision.why}` : decision.why;
    this.#track.move(event, reason, record);
  }

  /** Also a process that is only being launched: its end follows its launch. */
  #discard(): void {
    this.#stopMethod = 'discarded';
    this.#track.explain(DISCARDED);
    this.#process.ending?.killTree();
  }

  #terminate(wasPaused: boolean): void {
    const { ending } = this.#process;
    ending?.terminate(this.#spec.stopTimeoutMs, wasPaused, this.#spec.closing());
  }

  /** A process that was told to end is still there: no probe asks it any more. */
  #lasts(reason: string): void {
    if (this.state === 'ready') this.#track.move('readinessLost', reason);
    else this.#track.endWork();
    this.#track.explain(reason);
  }

  /** Starts the probes of the current state (starting, ready or unready). */
  #watchRunning(): void {
    const phase = this.state === 'starting' || this.state === 'ready' ? this.state : 'unready';
    this.#pace.hurry();
    this.#process.watch(this.#spec, phase, this.#wasReady, {
      pace: this.#pace,
      signal: this.#track.stateSignal(),
      reason: (reason) => this.#track.explain(reason),
      verdict: (passed, reason) => {
        if (passed) this.#wasReady = true;
        this.#track.move(passed ? 'readinessPassed' : 'readinessLost', reason);
        this.#watchRunning();
      },
      hung: (reason) => {
        this.#hung = reason;
        this.#track.explain(reason);
        this.#process.ending?.killTree();
      },
    });
  }
}
