import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { grouped } from '../../base/grouped.js';
import { DirectoryWatch } from '../../logs/directory-watch.js';

type Folder = { names: string; watch: DirectoryWatch };

/**
 * Tells that one of some files may have changed, come or gone, wherever they lie; none of them needs to exist.
 * A folder that the system cannot watch tells nothing: whoever listens looks by itself now and then.
 */
export class WatchedFiles implements AsyncDisposable {
  readonly #onChange: () => void;
  readonly #folders = new Map<string, Folder>();

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** Watches these files and no others. A link is watched with the file that it points to: an editor may replace either. */
  async set(files: Iterable<string>): Promise<void> {
    const places = await Promise.all([...files].map(async (file) => [file, await realpath(file).catch(() => file)]));
    const wanted = new Map(
      [...grouped(new Set(places.flat()), dirname)].map(([folder, inFolder]) => [folder, inFolder.map((file) => basename(file)).sort()]),
    );
    for (const [folder, { names, watch }] of this.#folders) {
      if (wanted.get(folder)?.join('/') === names) continue;
      this.#folders.delete(folder);
      await watch.close();
    }
    for (const [folder, names] of wanted) {
      if (this.#folders.has(folder)) continue;
      const watch = new DirectoryWatch(folder, names, { onChange: this.#onChange, onUnwatchable: () => {} });
      this.#folders.set(folder, { names: names.join('/'), watch });
    }
    // Also of those that stay: a folder may have been replaced.
    await Promise.all([...this.#folders.values()].map(({ watch }) => watch.ensure()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#folders.values()].map(({ watch }) => watch.close()));
  }
}
