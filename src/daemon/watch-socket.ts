import { statSync } from 'node:fs';
import type { Clock } from '../base/clock.js';

const LOOK_EVERY_MS = 1_000;

/**
 * Calls `lost` once the socket file at `path` is no longer the one that is there now: deleted (a cleaner of temporary folders, a home
 * that was removed) or replaced. Nobody can reach its daemon then. @returns a function that ends it.
 */
export function watchSocket(path: string, clock: Clock, lost: () => void): () => void {
  const inode = () => statSync(path, { throwIfNoEntry: false })?.ino;
  const own = inode();
  let cancel = () => {};
  const look = () => {
    if (inode() === own) cancel = clock.after(LOOK_EVERY_MS, look);
    else lost();
  };
  look();
  return () => cancel();
}
