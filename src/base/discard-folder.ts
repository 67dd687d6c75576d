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
 * Removes the folder at `path` in one step, so that nobody ever sees half of it: it is renamed to a meaningless name, then deleted.
 * @returns a function that deletes it; if this process dies before that, `removeDiscarded` deletes the rest. Throws system errors if the rename fails.
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

/** Deletes what an earlier process discarded below `parent` but did not delete before it died. */
export async function removeDiscarded(parent: string): Promise<void> {
  const names = readdirSync(parent).filter(isDiscarded);
  await Promise.all(names.map((name) => rm(join(parent, name), { recursive: true, force: true })));
}
