import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { RunningProcess } from '../../../src/base/process.js';
import { currentPlatform } from '../../../src/process/current-platform.js';
import { findMarked } from '../../../src/process/find-marked.js';
import { type LaunchSpec, ProcessLauncher } from '../../../src/process/launcher.js';
import type { Platform } from '../../../src/process/platform.js';
import { until } from '../../support/until.js';

export const platform = currentPlatform();

/** Runs until it is killed. */
export const IDLE = 'setInterval(() => {}, 1000); console.log("up")';

/** Small programs in a folder of their own; each carries `marker`, so that none is left unseen at the end of a test. */
export class Programs {
  readonly folder = mkdtempSync(join(tmpdir(), 'rmqdev-process-'));
  readonly marker = `-Drmqdev.test=${randomUUID()}`;
  readonly outputFile = join(this.folder, 'stdout.log');
  readonly launcher: ProcessLauncher;

  constructor(private readonly platform: Platform) {
    this.launcher = new ProcessLauncher(platform, systemClock);
  }

  node(script: string, overrides: Partial<LaunchSpec> = {}): LaunchSpec {
    // The marker is also the script's first argument.
    const args = ['-e', script, '--', this.marker];
    return { command: process.execPath, args, cwd: this.folder, env: {}, outputFile: this.outputFile, ...overrides };
  }

  shell(script: string): LaunchSpec {
    return this.node('', {
      command: '/bin/sh',
      args: ['-c', script, process.execPath, this.marker],
      env: { PATH: process.env.PATH ?? '' },
    });
  }

  launch(script: string): Promise<RunningProcess> {
    return this.launcher.launch(this.node(script));
  }

  output(): string {
    return existsSync(this.outputFile) ? readFileSync(this.outputFile, 'utf8') : '';
  }

  async outputOf(pattern: RegExp): Promise<string> {
    return until(() => {
      const [match] = pattern.exec(this.output()) ?? [];
      expect(match, this.output()).toBeDefined();
      return match as string;
    });
  }

  async live(): Promise<number[]> {
    return (await findMarked(this.platform, this.marker)).map(({ pid }) => pid);
  }

  async noneLeft(): Promise<void> {
    await until(async () => expect(await this.live()).toEqual([]));
  }

  async end(): Promise<void> {
    for (const pid of await this.live()) process.kill(pid, 'SIGKILL');
    await this.noneLeft();
    rmSync(this.folder, { recursive: true });
  }
}

/** @returns a getter of the running test's programs, ended after it. */
export function usePrograms(on: Platform = platform): () => Programs {
  let programs: Programs;
  beforeEach(() => {
    programs = new Programs(on);
  });
  afterEach(() => programs.end());
  return () => programs;
}
