import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { unlessMissing } from './byte-source.js';

export type DirectoryEvents = {
  /** An entry of the directory changed; null where it is not known which. `isRename` also where that is not known. */
  onChange: (name: string | null, isRename: boolean) => void;
  /** The directory cannot be watched (no inotify watches left, say). */
  onUnwatchable: (error: Error) => void;
};

/**
 * Watches a directory, or the nearest one above while it does not exist. `ensure` moves the watch when directories
 * have come, gone or been replaced; the owner calls it after each rename, and now and then.
 */
export class DirectoryWatch {
  readonly #directory: string;
  readonly #events: DirectoryEvents;
  #watched: { path: string; ino: bigint; watcher: FSWatcher } | undefined;
  #ensuring: Promise<void> | undefined;
  #isClosed = false;

  constructor(directory: string, events: DirectoryEvents) {
    this.#directory = directory;
    this.#events = events;
  }

  ensure(): Promise<void> {
    this.#ensuring ??= this.#ensure()
      .catch(this.#events.onUnwatchable)
      .finally(() => {
        this.#ensuring = undefined;
      });
    return this.#ensuring;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#ensuring;
    await this.#watched?.watcher.close();
  }

  async #ensure(): Promise<void> {
    const { path, ino } = await nearestExisting(this.#directory);
    if (this.#isClosed || (this.#watched?.path === path && this.#watched.ino === ino)) return;
    // First: chokidar shares watches by path, and would hand out the one on the directory that is gone.
    await this.#watched?.watcher.close();
    if (this.#isClosed) return;
    const watcher = watch(path, { depth: 0, ignored: (entry) => entry !== path, ignoreInitial: true });
    this.#watched = { path, ino, watcher };
    const isTarget = path === this.#directory;
    // 'raw': the events of chokidar itself drop a second change within 50 ms, and with it the last lines of a burst.
    watcher.on('raw', (type: string, name: string | null) => {
      if (isTarget) this.#events.onChange(name, type !== 'change');
      else this.#events.onChange(null, true);
    });
    watcher.on('ready', () => this.#events.onChange(null, true));
    watcher.on('error', (error) => this.#events.onUnwatchable(error as Error));
  }
}

async function nearestExisting(directory: string): Promise<{ path: string; ino: bigint }> {
  const stats = await unlessMissing(stat(directory, { bigint: true }));
  return stats?.isDirectory() || dirname(directory) === directory
    ? { path: directory, ino: stats?.ino ?? 0n }
    : nearestExisting(dirname(directory));
}
