import { renameSync } from 'node:fs';
import { asError } from './errors.js';

/**
 * Moves `path` (a file that cannot be read, or a folder instead of a file) out of the way without losing it.
 * @returns a sentence for people: where it is now, or why it could not be moved.
 */
export function setAside(path: string, nowMs: number): string {
  const target = `${path}.broken-${new Date(nowMs).toISOString().replaceAll(':', '-')}`;
  try {
    renameSync(path, target);
    return `it is now ${target}`;
  } catch (error) {
    return `it could not be moved away (${asError(error).message})`;
  }
}
