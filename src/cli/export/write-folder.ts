import { chmod, mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { RmqdevError, systemCode } from '../../base/errors.js';
import type { ExportedFile } from '../../export/exported.js';

/**
 * Writes all files or none, if the folder can be written at all. With `mayReplace` other files of the folder stay.
 * @returns the folder, absolute. @throws RmqdevError FILE_NOT_WRITTEN
 */
export async function writeFolder(folder: string, files: readonly ExportedFile[], mayReplace: boolean): Promise<string> {
  const root = resolve(folder);
  const there = await readdir(root).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw notWritten(root, error);
  });
  if (there.length > 0 && !mayReplace)
    throw new RmqdevError('FILE_NOT_WRITTEN', {
      what: `${root} already holds files`,
      why: `${there.slice(0, 3).join(', ')}${there.length > 3 ? ` and ${there.length - 3} more` : ''}; export replaces no file unless you say so`,
      next: 'Name another folder with -o, or add --force: it replaces the files of the export, and leaves all others alone',
    });
  try {
    for (const { path, text, isExecutable = false, isSecret = false } of files) {
      const file = join(root, path);
      await mkdir(dirname(file), { recursive: true });
      const mode = isExecutable ? 0o755 : isSecret ? 0o600 : 0o644;
      await writeFileAtomic(file, text, { mode });
      // Whatever the umask, and the mode of a file that was replaced.
      await chmod(file, mode);
    }
  } catch (error) {
    throw notWritten(root, error);
  }
  return root;
}

const WHY: Readonly<Record<string, string>> = {
  EEXIST: 'a part of its path is a file',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'a folder has the name of a file of the export',
  EACCES: 'you have no write permission there',
  EROFS: 'it is on a read-only file system',
  ENOSPC: 'the disk is full',
};

function notWritten(root: string, error: unknown): RmqdevError {
  const why = WHY[systemCode(error) ?? ''] ?? (error as Error).message;
  return new RmqdevError(
    'FILE_NOT_WRITTEN',
    { what: `${root} cannot be written`, why, next: 'Name another folder with -o' },
    { cause: error },
  );
}
