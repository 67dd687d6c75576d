import type { JournalEvent } from '../../contract/events.js';

/** The event of the journal: a launch has found a table of the store damaged; `data.lost` holds what is known to be missing. */
export const CONFIG_DAMAGED = 'config-damaged';

/** What the last launch of each node could not load from its store: kept until the next launch, even if the daemon ends. */
export class LaunchNotices {
  readonly #coming = new Map<string, string[]>();
  readonly #now = new Map<string, string[]>();

  get all(): string[] {
    return [...this.#now.values()].flat();
  }

  /** Gets every event of the journal, in order. */
  note({ type, node, message }: JournalEvent): void {
    if (node === null) return;
    if (type === CONFIG_DAMAGED) this.#coming.set(node, [...(this.#coming.get(node) ?? []), message]);
    if (type === 'node-launched') this.#now.set(node, this.#coming.get(node) ?? []);
    if (type === 'node-reset') this.#now.delete(node);
    if (type === 'node-launched' || type === 'node-reset') this.#coming.delete(node);
  }
}
