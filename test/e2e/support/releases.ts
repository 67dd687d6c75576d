import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { systemClock } from '../../../src/base/clock.js';
import { HomePaths } from '../../../src/base/paths.js';
import { resolveRelease } from '../../../src/install/resolve-release.js';
import { DEFAULT_RELEASE, SUPPORTED_RELEASES } from '../../../src/rocketmq/releases.js';

declare module 'vitest' {
  interface ProvidedContext {
    releasesFolder: string;
  }
}

/** Runs once: releases that tests share lie in a folder of this run. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'rmqdev-releases-'));
  project.provide('releasesFolder', folder);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** @returns the folder of an installed release, for `--rocketmq`; the first test that wants it gets it through Maven. */
export async function installedRelease(version: string): Promise<string> {
  const release = await resolveRelease(
    { wanted: version, rocketmqHome: undefined, from: 'maven' },
    {
      paths: new HomePaths(inject('releasesFolder')),
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
