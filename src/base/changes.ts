/** Reports that something has changed, and lets callers wait for a condition. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls `listener` after each change. @returns a function that ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when `condition` is true; it is tried now and after each change. @throws what `condition` throws, or the reason of `signal`. */
  async until(condition: () => boolean, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (end: () => void) => {
        this.#listeners.delete(check);
        signal?.removeEventListener('abort', abort);
        end();
      };
      const check = () => {
        try {
          if (condition()) settle(resolve);
        } catch (error) {
          settle(() => reject(error));
        }
      };
      const abort = () => settle(() => reject(signal?.reason));
      this.#listeners.add(check);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Removes all listeners; pending waits never end. */
  clear(): void {
    this.#listeners.clear();
  }
}
