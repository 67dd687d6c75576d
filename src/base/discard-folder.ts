import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCode } from './errors.js';

const PREFIX = '.deleted-';

/** Is this the name of a folder that is being deleted? */
export function isDiscarded(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * Takes the folder at `path` away at once, so that nobody ever finds half of it: it gets a name that stands for nothing, and is removed under that.
 * @returns a function that removes it; what a death before its end leaves is for `removeDiscarded`. Throws system errors where it cannot be renamed.
 */
export function discardFolder(path: string): () => Promise<void> {
  const target = join(dirname(path), `${PREFIX}${basename(path)}-${randomUUID()}`);
  try {
    renameSync(path, target);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return async () => {};
    throw error;
  }
  return () => rm(target, { recursive: true, force: true });
}

/** Removes what an earlier process had discarded below `parent` and did not live to remove. */
export async function removeDiscarded(parent: string): Promise<void> {
  const names = readdirSync(parent).filter(isDiscarded);
  await Promise.all(names.map((name) => rm(join(parent, name), { recursive: true, force: true })));
}
