import type { NodeState } from '../base/node-words.js';

/** The states of a node and what may happen in each: data and one pure function; no timers, no I/O. */
const TRANSITIONS = {
  stopped: { start: 'starting', adopted: 'unready' },
  starting: {
    readinessPassed: 'ready',
    crashed: 'backoff',
    gaveUp: 'failed',
    exited: 'stopped',
    pause: 'paused',
    stop: 'stopping',
  },
  ready: { readinessLost: 'unready', crashed: 'backoff', gaveUp: 'failed', exited: 'stopped', pause: 'paused', stop: 'stopping' },
  unready: { readinessPassed: 'ready', crashed: 'backoff', gaveUp: 'failed', exited: 'stopped', pause: 'paused', stop: 'stopping' },
  paused: { resume: 'unready', crashed: 'backoff', gaveUp: 'failed', exited: 'stopped', stop: 'stopping' },
  backoff: { backoffElapsed: 'starting', start: 'starting', stop: 'stopped' },
  stopping: { exited: 'stopped' },
  failed: { start: 'starting', stop: 'stopped' },
} as const satisfies Record<NodeState, Partial<Record<string, NodeState>>>;

type KeysOf<T> = T extends unknown ? keyof T : never;
export type NodeEvent = KeysOf<(typeof TRANSITIONS)[NodeState]>;

export const NODE_EVENTS: readonly NodeEvent[] = [
  'start',
  'adopted',
  'readinessPassed',
  'readinessLost',
  'crashed',
  'gaveUp',
  'exited',
  'pause',
  'resume',
  'stop',
  'backoffElapsed',
];

/** States in which the node has a process, or is about to have one. */
export const LIVE_STATES: ReadonlySet<NodeState> = new Set(['starting', 'ready', 'unready', 'paused', 'stopping']);

/** @returns the next state, or undefined if `state` does not accept `event` (the runner throws INVALID_TRANSITION). */
export function nextState(state: NodeState, event: NodeEvent): NodeState | undefined {
  const row: Partial<Record<NodeEvent, NodeState>> = TRANSITIONS[state];
  return row[event];
}
