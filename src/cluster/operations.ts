import type { Clock } from '../base/clock.js';
import { RmqdevError } from '../base/errors.js';

/** alone: refused while another is under way. shared: refused while one of the other kinds is. takes-over: first ends what is under way. */
export type OperationMode = 'alone' | 'shared' | 'takes-over';
type Operation = { name: string; mode: OperationMode; since: number; controller: AbortController; done: Promise<unknown> };

/** What is under way on one cluster: `up`, `start`, `restart`, `reset`, `down`. */
export class Operations {
  readonly #running = new Set<Operation>();

  constructor(
    private readonly cluster: string,
    private readonly clock: Clock,
  ) {}

  /** The name of what is under way, if anything. */
  get current(): string | undefined {
    return [...this.#running][0]?.name;
  }

  /** Runs `work`. @throws RmqdevError CLUSTER_BUSY; INTERRUPTED if another takes over */
  async run<T>(name: string, mode: OperationMode, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    for (let other = this.#rivalOf(mode); other; other = this.#rivalOf(mode)) {
      if (mode !== 'takes-over') throw this.#busy(name, other);
      await this.#end(other, name);
    }
    const controller = new AbortController();
    const operation: Operation = { name, mode, since: this.clock.now(), controller, done: Promise.resolve() };
    this.#running.add(operation);
    const done = (async () => work(controller.signal))().finally(() => this.#running.delete(operation));
    operation.done = done.catch(() => undefined);
    return done;
  }

  /** Asked again after each wait: another may have begun since. */
  #rivalOf(mode: OperationMode): Operation | undefined {
    return [...this.#running].find((operation) => mode !== 'shared' || operation.mode !== 'shared');
  }

  async #end(operation: Operation, name: string): Promise<void> {
    operation.controller.abort(
      new RmqdevError('INTERRUPTED', {
        what: `\`${operation.name}\` of ${this.cluster} was interrupted`,
        why: `\`${name}\` was started during it`,
        next: `See \`rmqdev status -c ${this.cluster}\``,
      }),
    );
    await operation.done;
  }

  #busy(wanted: string, other: Operation): RmqdevError {
    const seconds = Math.round((this.clock.now() - other.since) / 1_000);
    return new RmqdevError('CLUSTER_BUSY', {
      what: `\`${wanted}\` cannot begin on cluster ${this.cluster}`,
      why: `\`${other.name}\` has been under way there for ${seconds} s`,
      next: `Wait for it (\`rmqdev wait -c ${this.cluster}\`), or end it with \`rmqdev down -c ${this.cluster}\``,
    });
  }
}
