import { statSync } from 'node:fs';
import type { Clock } from '../base/clock.js';
import { periodically } from '../base/periodic.js';

const LOOK_EVERY_MS = 1_000;

/**
 * Calls `lost` once, if the socket file at `path` is no longer the one that is there now: deleted (a cleaner of temporary folders, a home
 * that was removed) or replaced. Nobody can reach its daemon then. @returns a function that ends it.
 */
export function watchSocket(path: string, clock: Clock, lost: () => void): () => void {
  const inode = () => statSync(path, { throwIfNoEntry: false })?.ino;
  const own = inode();
  const end = periodically(clock, LOOK_EVERY_MS, () => {
    if (inode() === own) return;
    end();
    lost();
  });
  return end;
}
