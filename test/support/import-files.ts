import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type ImportRequest, importFiles } from '../../src/import/import-files.js';
import { loadProfile } from '../../src/profile/load-profile.js';

export const ARTICLES = fileURLToPath(new URL('../fixtures/articles', import.meta.url));

/** A folder with these files, which goes with the test. */
export function folderOf(files: Record<string, string | Uint8Array> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'rd-import-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }), 60_000);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

export const importRequest = (cwd: string, path: string, more: Partial<ImportRequest> = {}): ImportRequest => ({
  paths: [path],
  cwd,
  output: join(cwd, 'out.yaml'),
  name: undefined,
  rocketmq: undefined,
  mayReplace: false,
  ...more,
});

/** Imports `path` and loads the profile as `up` does. */
export async function imported(path: string, more: Partial<ImportRequest> = {}) {
  const cwd = folderOf();
  const result = await importFiles(importRequest(cwd, path, more));
  const { profile } = await loadProfile(result.file, { cwd, userProfiles: cwd, shippedProfiles: cwd });
  const told = result.changes.map(({ file, line, from, to }) => `${file.slice(file.lastIndexOf('/') + 1)}:${line} ${from} → ${to}`);
  return { ...result, profile, told, node: (id: string) => profile.nodes.find((node) => node.id === id) };
}
