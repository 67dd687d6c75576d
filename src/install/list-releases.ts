import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../base/clock.js';
import type { HomePaths } from '../base/paths.js';
import { type Manifest, ReleaseStore } from './release-store.js';

export type InstalledRelease = {
  version: string;
  home: string;
  /** `directory`: put there by hand. */
  source: Manifest['source'] | 'directory';
  /** On disk, all its files. */
  bytes: number;
  /** ISO 8601; undefined if it was put there by hand. */
  installedAt: string | undefined;
};

/** @returns the intact releases in `$RMQDEV_HOME/rocketmq`, oldest version first. */
export async function listReleases(paths: HomePaths): Promise<InstalledRelease[]> {
  const found = await new ReleaseStore(paths, systemClock).list();
  const releases = await Promise.all(
    found.map(async ({ release: { version, home }, manifest }) => ({
      version,
      home,
      source: manifest?.source ?? ('directory' as const),
      bytes: await sizeOfFolder(home),
      installedAt: manifest?.installedAt,
    })),
  );
  return releases.sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }) || a.home.localeCompare(b.home));
}

async function sizeOfFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
