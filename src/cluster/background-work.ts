type Work = { controller: AbortController; done: Promise<void> };

/**
 * What a cluster does beside its operations, such as making class archives. It belongs to the cluster: whoever takes the cluster down, deletes it
 * or lets go of it ends this first.
 */
export class BackgroundWork {
  readonly #running = new Map<string, Work>();

  /**
   * Begins `work`, unless work of that name is under way. Its signal aborts when the cluster ends; it must stop soon after that, with every
   * process that it started, and must not reject.
   */
  begin(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    if (this.#running.has(name)) return;
    const controller = new AbortController();
    const done = work(controller.signal).finally(() => this.#running.delete(name));
    this.#running.set(name, { controller, done });
  }

  /** Aborts everything. Resolves when it is over. */
  async end(): Promise<void> {
    const works = [...this.#running.values()];
    for (const { controller } of works) controller.abort();
    await Promise.all(works.map(({ done }) => done));
  }
}
