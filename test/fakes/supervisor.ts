import { systemClock } from '../../src/base/clock.js';
import type { NodeExitRecord, RestartPolicy } from '../../src/base/node-words.js';
import type { ProcessExit, ProcessIdentity, ProcessState, RunningProcess } from '../../src/base/process.js';
import type { Launcher } from '../../src/supervisor/launcher.js';
import type { NodeObserver, NodeRunSpec, NodeSnapshot, Transition } from '../../src/supervisor/node-run.js';
import { NodeSupervisor } from '../../src/supervisor/node-supervisor.js';
import type { Probe, ProbeResult } from '../../src/supervisor/probe.js';

/** A process that lives until the test, or a signal that it obeys, ends it. */
export class FakeProcess implements RunningProcess {
  readonly exited: Promise<ProcessExit>;
  readonly signals: NodeJS.Signals[] = [];
  /** SIGTERM does not end it. */
  isStubborn = false;
  /** Not even SIGKILL ends it, as where it waits for a disk. */
  isUnkillable = false;
  treeKills = 0;
  /** Signals cannot be sent, as by a daemon out of file descriptors. */
  signalFailure: Error | undefined;
  isReleased = false;
  isGone = false;
  /** What the system says of it while it lives. */
  word: ProcessState = { word: 'running' };
  #end: (exit: ProcessExit) => void = () => {};

  constructor(
    readonly identity: ProcessIdentity,
    private readonly isAdopted: boolean,
  ) {
    this.exited = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  async signal(signal: NodeJS.Signals): Promise<boolean> {
    if (this.signalFailure) throw this.signalFailure;
    if (this.isGone) return false;
    this.signals.push(signal);
    if (signal === 'SIGKILL' && !this.isUnkillable) this.exit({ signal });
    if (signal === 'SIGTERM' && !this.isStubborn) this.exit({ code: 143 });
    return true;
  }

  async state(): Promise<ProcessState | undefined> {
    return this.isGone ? undefined : this.word;
  }

  async killTree(): Promise<void> {
    this.treeKills += 1;
    if (!this.isUnkillable) this.exit({ signal: 'SIGKILL' });
  }

  get isTreeKilled(): boolean {
    return this.treeKills > 0;
  }

  release(): void {
    this.isReleased = true;
  }

  /** Nobody is told how an adopted process ended. */
  exit({ code = null, signal = null }: { code?: number | null; signal?: string | null }): void {
    this.isGone = true;
    const how = this.isAdopted ? { code: null, signal: null } : { code, signal };
    this.#end({ at: systemClock.now(), ...how, adopted: this.isAdopted });
  }
}

/** Launches processes that only the test sees; pids count from 1001. */
export class FakeLauncher<S = string> implements Launcher<S> {
  readonly processes: FakeProcess[] = [];
  /** What each launch was given, oldest first. */
  readonly specs: S[] = [];
  /** Processes of an earlier daemon that still live, by pid. */
  readonly survivors = new Map<number, FakeProcess>();
  /** Called with each process that comes to life. */
  onLaunch: (spec: S, process: FakeProcess) => void = () => {};
  #failure: Error | undefined;
  #gate: Promise<void> | undefined;

  async launch(spec: S): Promise<RunningProcess> {
    this.specs.push(spec);
    await this.#gate;
    if (this.#failure) throw this.#failure;
    const process = new FakeProcess({ pid: 1_001 + this.processes.length, startTime: `start ${this.processes.length}` }, false);
    this.processes.push(process);
    this.onLaunch(spec, process);
    return process;
  }

  async adopt(identity: ProcessIdentity): Promise<RunningProcess | undefined> {
    return this.survivors.get(identity.pid);
  }

  get launches(): number {
    return this.specs.length;
  }

  /** The newest process. */
  get last(): FakeProcess {
    return this.processes.at(-1) as FakeProcess;
  }

  /** Ends the newest process as if by itself. */
  exit(code: number): void {
    this.last.exit({ code });
  }

  /** From now on each launch fails so; without a message they succeed again. */
  failWith(message?: string): void {
    this.#failure = message === undefined ? undefined : new Error(message);
  }

  /** Keeps launches waiting. @returns a function that lets them through. */
  hold(): () => void {
    let open = () => {};
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    return () => {
      this.#gate = undefined;
      open();
    };
  }

  /** Leaves a process of an earlier daemon to be adopted. */
  survivor(pid: number): FakeProcess {
    const process = new FakeProcess({ pid, startTime: `start of ${pid}` }, true);
    this.survivors.set(pid, process);
    return process;
  }
}

/** Answers what the test last told it; mute: only once the caller gives up. */
export class FakeProbe implements Probe {
  answer: ProbeResult | 'mute';
  asked = 0;

  constructor(answer: ProbeResult | 'mute') {
    this.answer = answer;
  }

  check(signal: AbortSignal): Promise<ProbeResult> {
    this.asked += 1;
    const { answer } = this;
    if (answer !== 'mute') return Promise.resolve(answer);
    return new Promise((resolve) => {
      const giveUp = () => resolve({ ok: false, reason: (signal.reason as Error).message });
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}

export const OK: ProbeResult = { ok: true };
export const no = (reason: string): ProbeResult => ({ ok: false, reason });

export const RESTART: RestartPolicy = { policy: 'on-crash', maxRestarts: 5, windowMs: 60_000, backoffMinMs: 1_000, backoffMaxMs: 30_000 };

type SpecOverrides = Omit<Partial<NodeRunSpec<string>>, 'restart'> & { restart?: Partial<RestartPolicy> };

/** A broker that is never ready and never hangs, unless told. */
export function brokerSpec({ restart, ...overrides }: SpecOverrides = {}): NodeRunSpec<string> {
  return {
    id: 'broker-a',
    prepareLaunch: async () => 'java',
    startup: () => new FakeProbe(no('not there yet')),
    readiness: new FakeProbe(OK),
    liveness: undefined,
    mayBeHeld: undefined,
    leaveTrace: async () => {},
    endedCleanly: () => false,
    closing: () => undefined,
    lastSignOfLife: () => null,
    startTimeoutMs: 60_000,
    stopTimeoutMs: 15_000,
    ...overrides,
    restart: { ...RESTART, ...restart },
  };
}

/** Keeps what a supervisor tells. */
export class RecordingObserver implements NodeObserver {
  readonly transitions: Transition[] = [];
  readonly exits: NodeExitRecord[] = [];
  readonly launchedPids: number[] = [];
  noted = (_id: string): void => {};

  transition(_id: string, transition: Transition): void {
    this.transitions.push(transition);
  }
  launched(_id: string, { pid }: ProcessIdentity): void {
    this.launchedPids.push(pid);
  }
  exited(_id: string, exit: NodeExitRecord): void {
    this.exits.push(exit);
  }
}

/** One supervised node with every part that a test wants to turn. */
export class SupervisedNode {
  readonly launcher = new FakeLauncher();
  readonly observer = new RecordingObserver();
  readonly startup = new FakeProbe(OK);
  readonly readiness = new FakeProbe(OK);
  readonly liveness = new FakeProbe(OK);
  readonly node: NodeSupervisor<string>;

  constructor(overrides: SpecOverrides = {}, snapshot?: NodeSnapshot) {
    const probes = { startup: () => this.startup, readiness: this.readiness, liveness: this.liveness };
    this.node = new NodeSupervisor(brokerSpec({ ...probes, ...overrides }), this.launcher, systemClock, this.observer, snapshot);
  }
}
