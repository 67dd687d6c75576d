import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Cuts off one of a broker's JSON files, as a power loss does, and its copy too or removes that. */
export function breakConfig(store: string, name: string, withBackup: boolean): void {
  const file = join(store, 'config', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '{"dataVersion":{"cou');
  if (withBackup) writeFileSync(`${file}.bak`, '{"dataVersion":{"cou');
  else rmSync(`${file}.bak`, { force: true });
}

/** Gives the store a commit log of one file. */
export function makeCommitLog(store: string, sizeBytes: number): void {
  const file = join(store, 'commitlog', '0'.repeat(20));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '');
  truncateSync(file, sizeBytes);
}

/** @returns every file below `folder` with its time and content, to see that nothing was written. */
export function snapshotOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path, `${statSync(path).mtimeMs} ${readFileSync(path).toString('base64')}`];
    }),
  );
}
