/**
 * Nodes that a start must still bring up, and nodes that were running when a restart began which must still restart them. Kept on disk, so
 * that a later daemon continues it.
 */
export type Pending = { start: readonly string[]; restart: readonly string[] };

/** What users want from starts that are under way: which nodes must still come up, and which were stopped since. */
export class StartWishes {
  readonly #stopped = new Map<string, number>();
  #count = 0;
  #pending: Pending = { start: [], restart: [] };

  get pending(): Pending {
    return this.#pending;
  }
  setPending(pending: Pending): void {
    this.#pending = pending;
  }
  addPending({ start = [], restart = [] }: Partial<Pending>): void {
    this.#pending = {
      start: [...new Set([...this.#pending.start, ...start])],
      restart: [...new Set([...this.#pending.restart, ...restart])],
    };
  }
  /** These have come up, were given up, or are no longer wanted up. @returns true if one of them was pending */
  settlePending(ids: readonly string[]): boolean {
    const isLeft = (id: string) => !ids.includes(id);
    const before = this.#pending;
    this.#pending = { start: before.start.filter(isLeft), restart: before.restart.filter(isLeft) };
    return this.#pending.start.length < before.start.length || this.#pending.restart.length < before.restart.length;
  }

  /**
   * Counts the stops and kills that users asked for. An operation that began before one, such as a restart or an `up` that has not reached
   * the node yet, must not bring the node up after it: the newest wish wins.
   */
  get stops(): number {
    return this.#count;
  }
  noteStopped(ids: readonly string[]): void {
    this.#count += 1;
    for (const id of ids) this.#stopped.set(id, this.#count);
    this.settlePending(ids);
  }
  /** Has a user stopped the node since the count was `since`? */
  wasStoppedSince(id: string, since: number): boolean {
    return (this.#stopped.get(id) ?? 0) > since;
  }
}
