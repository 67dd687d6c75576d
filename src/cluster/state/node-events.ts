import { type NodeExitRecord, type NodeState, sayState } from '../../base/node-words.js';
import type { NodeSnapshot, Transition } from '../../supervisor/node-run.js';
import { describeExit } from '../../supervisor/node-run.js';
import type { Journal } from './journal.js';

/** An end that nobody asked for: it gets a report. */
export function isCrash(exit: Pick<NodeExitRecord, 'cause'>): boolean {
  return exit.cause === 'crashed' || exit.cause === 'killed-from-outside';
}

/** What the journal keeps about a node; `recover-state.ts` reads the data of these events. */
export function recordExit(journal: Journal, id: string, exit: NodeExitRecord, wasState: NodeState): void {
  const since =
    exit.notBefore === null ? '' : `; no daemon was watching, so it may have ended as early as ${new Date(exit.notBefore).toISOString()}`;
  const type = isCrash(exit) ? 'node-crashed' : 'node-exited';
  journal.record(type, id, `${id} ended: ${describeExit(exit)} (${exit.cause})${since}`, { ...exit, wasState });
}

export function recordTransition(journal: Journal, id: string, transition: Transition, { intent, restarts }: NodeSnapshot): void {
  const { from, to, event, reason } = transition;
  journal.record(`node-${to}`, id, `${id} ${sayState(to)}${reason ? `: ${reason}` : ''}`, { from, event, intent, restarts });
}
