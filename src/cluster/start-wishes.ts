/** What users want of starts that are under way: which nodes are still to come, and which were stopped meanwhile. */
export class StartWishes {
  readonly #stopped = new Map<string, number>();
  #count = 0;
  #pending: readonly string[] = [];

  /** Nodes that an unfinished start still has to bring up: kept on disk, so that a later daemon goes on with it. */
  get pending(): readonly string[] {
    return this.#pending;
  }
  setPending(ids: readonly string[]): void {
    this.#pending = ids;
  }

  /**
   * Counts the stops and kills that users asked for. What began before one, such as a restart or an `up` that has not come to the node's
   * turn, must not bring the node up after it: the newest wish wins.
   */
  get stops(): number {
    return this.#count;
  }
  noteStopped(ids: readonly string[]): void {
    this.#count += 1;
    for (const id of ids) this.#stopped.set(id, this.#count);
    this.#pending = this.#pending.filter((id) => !ids.includes(id));
  }
  /** Has a user stopped the node since the count was `since`? */
  wasStoppedSince(id: string, since: number): boolean {
    return (this.#stopped.get(id) ?? 0) > since;
  }
}
