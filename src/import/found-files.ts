import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RmqdevError, systemCode } from '../base/errors.js';

/** `asked` if the user named this file; `trouble`: why it cannot be read. */
export type FoundFile = { path: string; asked: boolean; trouble?: string };

const SKIPPED = /^(node_modules|\.git|target|lib|\.svn|\.idea)$/;
/** A folder with more files is not (only) configuration, and a part of it would be a part of a cluster. */
const MAX_FILES = 20_000;

/**
 * Not by promises: for thousands of small files and folders each would take longer than its file.
 * @returns the files, and all files in and below the folders, in the order of their names. @throws RmqdevError FILE_UNREADABLE
 */
export async function foundFiles(paths: readonly string[], maxFiles = MAX_FILES): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const path of [...new Set(paths)].sort()) {
    const about = tried(
      () => statSync(path),
      (error) => {
        const why = systemCode(error) === 'ENOENT' ? 'it does not exist' : (error as Error).message;
        const next = 'Name configuration files, or their folder';
        throw new RmqdevError('FILE_UNREADABLE', { what: `${path} cannot be read`, why, next }, { cause: error });
      },
    );
    if (about.isDirectory()) addBelow({ root: path, maxFiles, found }, path, new Set([realpathSync(path)]));
    else found.push({ path, asked: true });
  }
  return found;
}

type Search = { root: string; maxFiles: number; found: FoundFile[] };

/** @param visited the real paths above: a link back to one of them is not followed */
function addBelow(search: Search, folder: string, visited: ReadonlySet<string>): void {
  const { found } = search;
  const entries = tried(
    () => readdirSync(folder, { withFileTypes: true }),
    (error): Dirent[] => {
      found.push({ path: folder, asked: false, trouble: systemCode(error) ?? (error as Error).message });
      return [];
    },
  );
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (found.length >= search.maxFiles) throw tooMany(search);
    const path = join(folder, entry.name);
    const about = entry.isSymbolicLink()
      ? tried(
          () => statSync(path),
          () => undefined,
        )
      : entry;
    if (about?.isFile()) found.push({ path, asked: false });
    if (!about?.isDirectory() || SKIPPED.test(entry.name)) continue;
    const real = tried(
      () => realpathSync(path),
      () => path,
    );
    if (!visited.has(real)) addBelow(search, path, new Set([...visited, real]));
  }
}

function tried<T, F>(work: () => T, failed: (error: unknown) => F): T | F {
  try {
    return work();
  } catch (error) {
    return failed(error);
  }
}

function tooMany({ root, maxFiles }: Search): RmqdevError {
  return new RmqdevError('FILE_UNREADABLE', {
    what: `${root} holds more than ${maxFiles.toLocaleString('en')} files`,
    why: 'no configuration has so many files, and reading a part of them would show only a part of a cluster',
    next: 'Name the folder with the configuration, or its files',
  });
}
