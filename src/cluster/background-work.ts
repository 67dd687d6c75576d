type Work = { controller: AbortController; done: Promise<void> };

/**
 * What a cluster does next to its operations, such as making class archives. It belongs to the cluster: end it before you take the cluster
 * down, delete it or release it.
 */
export class BackgroundWork {
  readonly #running = new Map<string, Work>();

  /**
   * Begins `work`, unless work of that name is under way. Its signal aborts when the cluster ends. The work must then stop soon, with every
   * process that it started, and must not reject.
   */
  begin(name: string, work: (signal: AbortSignal) => Promise<void>): void {
    if (this.#running.has(name)) return;
    const controller = new AbortController();
    const done = work(controller.signal).finally(() => this.#running.delete(name));
    this.#running.set(name, { controller, done });
  }

  /** Aborts everything. Resolves when everything has ended. */
  async end(): Promise<void> {
    const works = [...this.#running.values()];
    for (const { controller } of works) controller.abort();
    await Promise.all(works.map(({ done }) => done));
  }
}
