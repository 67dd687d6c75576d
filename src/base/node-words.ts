import type { ProcessExit } from './process.js';

/** The words for a node that the supervisor, the state on disk and the contract share. Users see them: they are API. */

export const NODE_STATES = ['stopped', 'starting', 'ready', 'unready', 'paused', 'backoff', 'stopping', 'failed'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** States that are no English behind `is`. */
const SAID: Readonly<Partial<Record<NodeState, string>>> = { backoff: 'waits before its next start', failed: 'was given up' };

/** @returns what a sentence says of a node in this state, behind its name: `is ready`. */
export const sayState = (state: NodeState): string => SAID[state] ?? `is ${state}`;

/** Who or what ended a node. */
export const EXIT_CAUSES = [
  'killed-by-user',
  'stopped-by-user',
  'stopped-from-outside',
  'killed-from-outside',
  'crashed',
  'machine-restarted',
] as const;
export type ExitCause = (typeof EXIT_CAUSES)[number];

/** What is kept of the end of a node. `at` is when the end was seen, in ms since the epoch. */
export type NodeExitRecord = ProcessExit & {
  /** If no daemon watched: the end lies between this time and `at`. */
  notBefore: number | null;
  cause: ExitCause;
  detail: string | null;
  /** A word for what was found out about it later; see `NodeSupervisor.annotateExit`. */
  finding: string | null;
};

/** on-crash: after a crash; never: only report it; always: also after an exit with code 0. */
export const RESTART_POLICIES = ['on-crash', 'never', 'always'] as const;

/** When a node whose process ended is started again. */
export type RestartPolicy = {
  policy: (typeof RESTART_POLICIES)[number];
  /** Restarts within `windowMs` before the supervisor gives up. */
  maxRestarts: number;
  windowMs: number;
  backoffMinMs: number;
  backoffMaxMs: number;
};
