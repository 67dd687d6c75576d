import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { systemClock } from '../../../src/base/clock.js';
import { HomePaths } from '../../../src/base/paths.js';
import { resolveRelease } from '../../../src/install/resolve-release.js';
import { DEFAULT_RELEASE, SUPPORTED_RELEASES } from '../../../src/rocketmq/releases.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** An RMQDEV_HOME with what tests share: installed releases, and class archives of their nodes. */
    sharedHome: string;
  }
}

/** Runs once: what tests share lies in a folder of this run. A test works without any of it, and only takes longer then. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'rmqdev-releases-'));
  mkdirSync(archivesOf(folder), { recursive: true });
  project.provide('sharedHome', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

const archivesOf = (home: string): string => join(new HomePaths(home).cache, 'cds');

/**
 * Nodes of `home` start from the class archives that another test's nodes have made, in half the time, and the first ones make them for all.
 * An archive belongs to a release's folder: see `installedRelease`.
 */
export function shareArchives(home: string): void {
  const own = archivesOf(home);
  mkdirSync(dirname(own), { recursive: true });
  symlinkSync(archivesOf(inject('sharedHome')), own);
}

/** @returns the folder of an installed release, for `--rocketmq`; the first test that wants it gets it through Maven. */
export async function installedRelease(version: string): Promise<string> {
  const release = await resolveRelease(
    { wanted: version, rocketmqHome: undefined, from: 'maven' },
    {
      paths: new HomePaths(inject('sharedHome')),
      knownVersions: SUPPORTED_RELEASES,
      defaultVersion: DEFAULT_RELEASE,
      report: () => {},
      signal: AbortSignal.timeout(120_000),
      env: process.env,
      clock: systemClock,
    },
  );
  return release.home;
}
