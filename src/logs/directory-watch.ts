import { stat } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { asError } from '../base/errors.js';
import { unlessMissing } from './byte-source.js';

export type DirectoryEvents = {
  /** A followed file appeared, grew, was replaced or disappeared; null if it is not known which. */
  onChange: (name: string | null) => void;
  /** The directory cannot be watched (for example, no inotify watches are left). */
  onUnwatchable: (error: Error) => void;
};

type Watched = { path: string; ino: bigint; watcher: FSWatcher };

/**
 * Watches the followed files of a directory, or the nearest directory above as long as it does not exist. `ensure` moves the watch if
 * directories were created, removed or replaced; the owner calls it regularly. chokidar ignores a second change of a file within
 * 50 ms: after reading a change, the owner must look once more. A replaced file may lose its watch: `renew` sets it again.
 */
export class DirectoryWatch {
  readonly #directory: string;
  readonly #names: ReadonlySet<string>;
  readonly #events: DirectoryEvents;
  #watched: Watched | undefined;
  #ensuring: Promise<void> | undefined;
  #isClosed = false;

  /** @param names of the followed files in `directory`; only these are watched, because each watch costs a handle */
  constructor(directory: string, names: Iterable<string>, events: DirectoryEvents) {
    this.#directory = directory;
    this.#names = new Set(names);
    this.#events = events;
  }

  ensure(): Promise<void> {
    this.#ensuring ??= this.#ensure()
      .catch((error) => this.#events.onUnwatchable(asError(error)))
      .finally(() => {
        this.#ensuring = undefined;
      });
    return this.#ensuring;
  }

  /** The path now leads to another file. */
  renew(name: string): void {
    if (this.#watched?.path !== this.#directory || this.#isClosed) return;
    const file = join(this.#directory, name);
    this.#watched.watcher.unwatch(file).add(file);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#ensuring;
    await this.#watched?.watcher.close();
  }

  async #ensure(): Promise<void> {
    const { path, ino } = await nearestExisting(this.#directory);
    if (this.#isClosed || (this.#watched?.path === path && this.#watched.ino === ino)) return;
    // First, because chokidar shares watches by path and would return the watch on the directory that is gone.
    await this.#watched?.watcher.close();
    if (this.#isClosed) return;
    this.#watched = { path, ino, watcher: path === this.#directory ? this.#watchFiles() : this.#watchAbove(path) };
  }

  #watchFiles(): FSWatcher {
    const wanted = new Set([...this.#names].map((name) => join(this.#directory, name)));
    return this.#watch(this.#directory, wanted, (entry) => {
      if (wanted.has(entry)) this.#events.onChange(basename(entry));
      else void this.ensure();
    });
  }

  /** Until the next directory of the path is created. */
  #watchAbove(path: string): FSWatcher {
    const [next = ''] = relative(path, this.#directory).split(sep);
    return this.#watch(path, new Set([join(path, next)]), () => void this.ensure());
  }

  #watch(path: string, wanted: ReadonlySet<string>, onEvent: (entry: string) => void): FSWatcher {
    const watcher = watch(path, {
      depth: 0,
      ignoreInitial: true,
      // A rotated file must not look like a change of the new one.
      atomic: false,
      ignored: (entry) => entry !== path && !wanted.has(entry),
    });
    watcher.on('all', (_, entry) => onEvent(entry));
    // Files that appeared before the watch was set.
    watcher.on('ready', () => {
      void this.ensure();
      this.#events.onChange(null);
    });
    watcher.on('error', (error) => this.#events.onUnwatchable(asError(error)));
    return watcher;
  }
}

async function nearestExisting(directory: string): Promise<{ path: string; ino: bigint }> {
  const stats = await unlessMissing(stat(directory, { bigint: true }));
  return stats?.isDirectory() || dirname(directory) === directory
    ? { path: directory, ino: stats?.ino ?? 0n }
    : nearestExisting(dirname(directory));
}
