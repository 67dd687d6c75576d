import type { JournalEvent } from '../../contract/events.js';

/** The event of the journal: a launch has found a table of the store damaged; `data.lost` holds what is known to be missing. */
export const CONFIG_DAMAGED = 'config-damaged';

/**
 * What users should know about a cluster: which broken files were repaired; what the last launch of each node could not load from its
 * store, kept until the next launch, even if the daemon ends; how an interrupted start ended.
 */
export class ClusterNotices {
  readonly #coming = new Map<string, string[]>();
  readonly #launches = new Map<string, string[]>();
  #repaired: readonly string[] = [];
  #resume: string | undefined;

  get all(): readonly string[] {
    return [...this.#repaired, ...[...this.#launches.values()].flat(), ...(this.#resume === undefined ? [] : [this.#resume])];
  }

  setRepaired(notes: readonly string[]): void {
    this.#repaired = notes;
  }

  /** @param text undefined: an operation has ended, and nothing of an interrupted one is left */
  setResume(text: string | undefined): void {
    this.#resume = text;
  }

  /** Gets every event of the journal, in order. */
  note({ type, node, message }: JournalEvent): void {
    if (node === null) return;
    if (type === CONFIG_DAMAGED) this.#coming.set(node, [...(this.#coming.get(node) ?? []), message]);
    if (type === 'node-launched') this.#launches.set(node, this.#coming.get(node) ?? []);
    if (type === 'node-reset') this.#launches.delete(node);
    if (type === 'node-launched' || type === 'node-reset') this.#coming.delete(node);
  }
}
