import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { HomePaths } from '../base/paths.js';

/**
 * The socket file of the daemon, in a folder of mode 0700: the home itself, or its `run` if others may enter the home.
 * Only the holder of the daemon's lock makes one.
 */
export class SocketFile {
  /** Where to listen. libuv removes this path at the end, so it must never be a path that a later daemon may use. */
  readonly bindPath: string;
  readonly #real: string;
  #inode: number | undefined;

  constructor(private readonly home: HomePaths) {
    const isPrivate = (statSync(home.root).mode & 0o077) === 0;
    const folder = isPrivate ? home.root : home.privateFolder;
    if (!isPrivate) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      chmodSync(folder, 0o700);
    }
    this.bindPath = join(folder, `.${process.pid.toString(36)}`);
    this.#real = isPrivate ? home.socket : join(folder, 'd.sock');
    rmSync(this.bindPath, { force: true });
  }

  /** Replaces what an earlier daemon left by the socket that listens now. */
  publish(): void {
    chmodSync(this.bindPath, 0o600);
    renameSync(this.bindPath, this.#real);
    if (this.#real !== this.home.socket) {
      rmSync(this.home.socket, { force: true });
      symlinkSync(relative(this.home.root, this.#real), this.home.socket);
    }
    this.#inode = statSync(this.#real).ino;
  }

  /** Removes it, unless it belongs to a later daemon: there may be one in a home that was deleted and created again. */
  remove(): void {
    if (statSync(this.#real, { throwIfNoEntry: false })?.ino !== this.#inode) return;
    rmSync(this.#real, { force: true });
    if (lstatSync(this.home.socket, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(this.home.socket, { force: true });
  }
}
