/** The same cluster by `rmqdev up`, in an RMQDEV_HOME of its own. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { until } from './cluster.mjs';

const CLI = fileURLToPath(new URL('../../dist/bin/rmqdev.cjs', import.meta.url));
const PROFILE = '2m2s';
const ARCHIVES_TIMEOUT_MS = 120_000;

export class RmqdevCluster {
  #home;
  #release;

  /** @param {{ home: string, release: string }} options `release`: a version, or the folder of an installed release. */
  constructor({ home, release }) {
    this.#home = home;
    this.#release = release;
  }

  /** What names this cluster's JVMs in the process table. */
  get marker() {
    return `-Drmqdev.node=${this.#home}/`;
  }

  #cli(args, options = {}) {
    return execa(process.execPath, [CLI, ...args, '--json'], { env: { RMQDEV_HOME: this.#home }, stdin: 'ignore', ...options });
  }

  async #json(args, options) {
    const { stdout } = await this.#cli(args, options);
    return JSON.parse(stdout.trimEnd().split('\n').at(-1));
  }

  /** @returns the folder of the release, which is got through Maven where it is not installed. */
  async install(signal) {
    const { home } = await this.#json(['install', this.#release, '--from', 'maven'], { cancelSignal: signal });
    return home;
  }

  /** @returns what `up` would do. */
  plan(signal) {
    return this.#json(['up', PROFILE, '--rocketmq', this.#release, '--dry-run'], { cancelSignal: signal });
  }

  /**
   * Starts `up`. @returns `planned`: its plan, as soon as it is known; `done`: its result.
   * @param {AbortSignal} signal
   */
  up(signal) {
    const child = this.#cli(['up', PROFILE, '--rocketmq', this.#release], { cancelSignal: signal });
    const planned = (async () => {
      for await (const line of child.iterable()) {
        const item = JSON.parse(line);
        if (item.event === 'plan') return item.plan;
      }
      throw new Error('up ended without a plan');
    })();
    planned.catch(() => {});
    return { planned, done: child.then(({ stdout }) => JSON.parse(stdout.trimEnd().split('\n').at(-1))) };
  }

  /** Resolves once the class archives of both roles are made, which later starts use. */
  async untilArchived(signal) {
    await until(signal, ARCHIVES_TIMEOUT_MS, async () => {
      const { stdout } = await this.#cli(['events']);
      return stdout.split('\n').filter((line) => line.includes('"class-archive-made"')).length >= 2;
    });
  }

  /** Takes the cluster down, deletes its data and ends the daemon, so that the next `up` has to start one. Class archives stay. */
  async stop() {
    await this.#cli(['down', '--delete'], { reject: false });
    await this.#cli(['daemon', 'stop']);
  }

  async forgetArchives() {
    await rm(join(this.#home, 'cache', 'cds'), { recursive: true, force: true });
  }
}
