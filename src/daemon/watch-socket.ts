import { statSync } from 'node:fs';
import type { Clock } from '../base/clock.js';
import { periodically } from '../base/periodic.js';

const LOOK_EVERY_MS = 1_000;

/**
 * Calls `lost` once, if the socket file that is now at `path` is deleted (by a cleaner of temporary folders, or with its home) or replaced.
 * Then nobody can reach its daemon. @returns a function that ends it.
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
