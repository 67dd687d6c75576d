import { Changes } from '../base/changes.js';
import type { Clock } from '../base/clock.js';
import { Disposables } from '../base/disposables.js';
import type { NodeExitRecord, NodeState } from '../base/node-words.js';
import { invalidTransition, type NodeObserver, type Transition } from './node-run.js';
import { type NodeEvent, nextState } from './node-state.js';

const KEPT_TRANSITIONS = 32;

/**
 * A node's state with its reason and history, by the table. Leaving a state closes every timer, listener and probe that was added to its
 * work; each move is reported to the observer, then to the listeners.
 */
export class StateTrack {
  readonly #id: string;
  readonly #clock: Clock;
  readonly #observer: NodeObserver;
  readonly #changes = new Changes();
  readonly #transitions: Transition[] = [];
  #work = new Disposables();
  #state: NodeState = 'stopped';
  #reason: string | null = null;

  constructor(id: string, clock: Clock, observer: NodeObserver) {
    this.#id = id;
    this.#clock = clock;
    this.#observer = observer;
  }

  get state(): NodeState {
    return this.#state;
  }
  get reason(): string | null {
    return this.#reason;
  }
  get transitions(): readonly Transition[] {
    return this.#transitions;
  }

  accepts(event: NodeEvent): boolean {
    return nextState(this.#state, event) !== undefined;
  }

  /** Undone when the state is left. */
  whileInState(undo: () => void): void {
    this.#work.add(undo);
  }

  /** @returns a signal that aborts when the state is left. */
  stateSignal(): AbortSignal {
    const left = new AbortController();
    this.whileInState(() => left.abort());
    return left.signal;
  }

  /** @param exit if the move ends a process: what to tell the observer first. @throws RmqdevError INVALID_TRANSITION */
  move(event: NodeEvent, reason: string | null, exit?: NodeExitRecord): void {
    const from = this.#state;
    const to = nextState(from, event);
    if (to === undefined) throw invalidTransition(this.#id, from, event);
    this.endWork();
    this.#state = to;
    this.#reason = reason;
    const transition = { at: this.#clock.now(), from, to, event, reason };
    this.#transitions.push(transition);
    if (this.#transitions.length > KEPT_TRANSITIONS) this.#transitions.shift();
    if (exit) this.#observer.exited(this.#id, exit, from);
    this.#observer.transition(this.#id, transition);
    this.#changes.notify();
  }

  explain(reason: string | null): void {
    if (this.#reason === reason) return;
    this.#reason = reason;
    this.#changes.notify();
  }

  onChange(listener: () => void): () => void {
    return this.#changes.listen(listener);
  }
  until(condition: () => boolean): Promise<void> {
    return this.#changes.until(condition);
  }

  /** Ends the work of the current state and stays in it. */
  endWork(): void {
    this.#work[Symbol.dispose]();
    this.#work = new Disposables();
  }

  /** Ends all work and removes all listeners. */
  close(): void {
    this.endWork();
    this.#changes.clear();
  }
}
