import { RmqdevError } from '../base/errors.js';
import type { NodeExitRecord, NodeState, RestartPolicy } from '../base/node-words.js';
import type { ProcessIdentity } from '../base/process.js';
import type { Closing } from './closing.js';
import type { NodeEvent } from './node-state.js';
import type { Probe } from './probe.js';

/** What is wanted of a node. Immutable; a new one takes effect at the next launch. */
export type NodeRunSpec<S> = {
  id: string;
  /** Prepares the files for one launch. A rejection counts as a crash. `after`: has a process of the node just ended before our eyes? */
  prepareLaunch: (after: 'its-end' | 'unknown') => Promise<S>;
  /** A new probe for one start: passes when the node may get traffic; keeps what is proved once for each start. */
  startup: () => Probe;
  /** Asked while the node runs: may it still get traffic? */
  readiness: Probe;
  /** Asked while the node runs: must it be restarted? Undefined: never (a debugger may hold it). */
  liveness: Probe | undefined;
  /** Why a node that does not answer may be healthy, for people; undefined if there is no reason. */
  mayBeHeld: string | undefined;
  /** Makes a hung process write what it does before it is killed; `signal` sends it a signal. Takes at most a second. */
  leaveTrace: (signal: (signal: NodeJS.Signals) => Promise<boolean>) => Promise<void>;
  /**
   * Did a process that was ready, and whose exit status is not known, shut down cleanly? Answers from the files that it wrote since its
   * launch at `startedAt` (ms since the epoch). Must not throw.
   */
  endedCleanly: (startedAt: number | null) => boolean;
  /** Begins with an orderly stop of the running process; undefined if only its end shows that it has put away what it holds. Must not throw. */
  closing: () => Closing | undefined;
  /** The last known sign of life of the process, in ms since the epoch. Must not throw. */
  lastSignOfLife: () => number | null;
  restart: RestartPolicy;
  startTimeoutMs: number;
  stopTimeoutMs: number;
};

export type Transition = { at: number; from: NodeState; to: NodeState; event: NodeEvent; reason: string | null };

/** orderly: its process closes its files first. at-once: what it holds is thrown away, so nothing is waited for. */
export type StopManner = 'orderly' | 'at-once';

/**
 * terminated: it ended by itself; closed: it was ended once all that it held was safe, as `proved` says; killed: because it did not end in
 * time, or the user killed it meanwhile; discarded: at once, as asked.
 */
export type StopOutcome = { how: 'not-running' | 'terminated' | 'closed' | 'killed' | 'discarded'; tookMs: number; proved?: string };

/** What a later daemon needs to continue where this one stopped. */
export type NodeSnapshot = {
  intent: 'up' | 'down';
  identity: ProcessIdentity | null;
  startedAt: number | null;
  restarts: number;
  paused: boolean;
  wasReady: boolean;
  lastExit: NodeExitRecord | null;
};

export const FRESH_SNAPSHOT: NodeSnapshot = {
  intent: 'down',
  identity: null,
  startedAt: null,
  restarts: 0,
  paused: false,
  wasReady: false,
  lastExit: null,
};

export interface NodeObserver {
  /** After each change of state. */
  transition(id: string, transition: Transition): void;
  /** A process was started: its identity must be on disk before anything else happens. */
  launched(id: string, identity: ProcessIdentity): void;
  /** A part of the snapshot has changed without a transition: the wish, or a note on the last exit. Must be on disk before anything else happens. */
  noted(id: string): void;
  exited(id: string, exit: NodeExitRecord, wasState: NodeState): void;
}

/** @returns an exit for people: `exit status 255`, `ended by SIGKILL`; if its status is unknown, why. */
export function describeExit(exit: Pick<NodeExitRecord, 'code' | 'signal' | 'adopted' | 'detail'>): string {
  if (exit.detail) return exit.detail;
  if (exit.code !== null) return `exit status ${exit.code}`;
  if (exit.signal !== null) return `ended by ${exit.signal}`;
  return exit.adopted ? 'ended; its exit status is not known, because an earlier daemon started it' : 'could not be started';
}

export function notRunning(id: string, state: NodeState, verb: string): RmqdevError {
  return new RmqdevError('NODE_NOT_RUNNING', {
    what: `cannot ${verb} ${id}`,
    why: `it is ${state}${state === 'starting' ? ' and has no process yet' : ''}`,
    next: `Check \`rmqdev status ${id}\`; \`rmqdev start ${id}\` starts a stopped node`,
  });
}

export function invalidTransition(id: string, state: NodeState, event: NodeEvent): RmqdevError {
  return new RmqdevError('INVALID_TRANSITION', {
    what: `${id} cannot take ${event} while ${state}`,
    why: 'the state table does not allow it',
    next: 'Report this with the last lines of daemon.log',
  });
}
