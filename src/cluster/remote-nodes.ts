import { periodically } from '../base/periodic.js';
import { ROLE_DEFINITIONS } from './roles/definitions.js';
import type { RoleContext } from './roles/role.js';
import type { NodeSpec } from './spec/node-spec.js';
import type { Journal } from './state/journal.js';

/** While nodes run here, those of other hosts are asked this often. */
const ASK_EVERY_MS = 2_000;
const ASK_TIMEOUT_MS = 1_500;

/**
 * The nodes that other hosts run, seen from afar: does one answer? It never starts, stops or judges them; their own daemons do. While nothing
 * runs on this host they are asked only if somebody wants to know.
 */
export class RemoteNodes {
  readonly #answering = new Set<string>();
  #nodes: readonly NodeSpec[] = [];
  readonly #context: RoleContext;
  readonly #journal: Journal;
  readonly #changed: (node: NodeSpec) => void;
  #end = () => {};
  #underWay: Promise<void> | undefined;

  constructor(context: RoleContext, journal: Journal, changed: (node: NodeSpec) => void) {
    this.#context = context;
    this.#journal = journal;
    this.#changed = changed;
  }

  isAnswering(id: string): boolean {
    return this.#answering.has(id);
  }

  get nodes(): readonly NodeSpec[] {
    return this.#nodes;
  }

  /** These are the nodes from now on. Asks them again and again while `isWanted`, the first time after a period. */
  place(nodes: readonly NodeSpec[], isWanted: () => boolean): void {
    this.end();
    this.#nodes = nodes;
    if (nodes.length === 0) return;
    this.#end = periodically(this.#context.clock, ASK_EVERY_MS, async () => {
      if (isWanted()) await this.ask();
    });
  }

  end(): void {
    this.#end();
  }

  /** Asks each of them once, all at the same time; callers share a question. Resolves when all have answered, or their time is over. */
  ask(): Promise<void> {
    this.#underWay ??= this.#askAll().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #askAll(): Promise<void> {
    const { clock } = this.#context;
    await Promise.all(
      this.#nodes.map(async (node) => {
        using deadline = clock.deadline(ASK_TIMEOUT_MS);
        const { ok } = await ROLE_DEFINITIONS[node.role].liveness(node, this.#context).check(deadline.signal);
        this.#note(node, ok);
      }),
    );
  }

  #note(node: NodeSpec, isAnswering: boolean): void {
    const { id, host, localAddress } = node;
    if (isAnswering === this.#answering.has(id)) return;
    if (isAnswering) this.#answering.add(id);
    else this.#answering.delete(id);
    const type = isAnswering ? 'remote-node-answers' : 'remote-node-silent';
    this.#journal.record(type, id, `${id} on host ${host} ${isAnswering ? 'answers' : 'no longer answers'} at ${localAddress}`);
    this.#changed(node);
  }
}
