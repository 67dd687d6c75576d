/** Everything that a run makes: one folder, and what it started. Both are gone afterwards, however the run ends (but for a SIGKILL). */

import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hasProc, killUntilGone, processesWith } from './processes.mjs';
import { installRelease, RmqdevCluster } from './rmqdev.mjs';

const GONE_WITHIN_MS = 10_000;

export class Workspace {
  /** Short: the path of a socket has at most 103 bytes. */
  folder = mkdtempSync(join(tmpdir(), 'rmqb-'));
  #releases;
  #installed = new Map();
  #archived = new Set();
  #java;
  #say;

  /** @param {{ releases?: string, java?: string, say: (text: string) => void }} options `releases`: a folder of installed releases. */
  constructor({ releases, java, say }) {
    this.#releases = releases && resolve(releases);
    this.#java = java;
    this.#say = say;
  }

  /** @returns {string} a new folder. */
  make(name) {
    const path = join(this.folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Removes what `make` made. */
  async remove(name) {
    await rm(join(this.folder, name), { recursive: true, force: true, maxRetries: 20 });
  }

  /** @returns {Promise<RmqdevCluster>} all share one RMQDEV_HOME, and so its class archives. */
  async cluster({ release, profile = '2m2s', set = [] }, signal) {
    const home = await this.#home();
    if (!this.#installed.has(release)) {
      this.#say(`  getting RocketMQ ${release}`);
      this.#installed.set(release, await installRelease(home, release, signal));
    }
    return new RmqdevCluster({ home, release, profile, set, java: this.#java, releaseHome: this.#installed.get(release) });
  }

  /**
   * Makes sure that later starts of `cluster` find the class archives: nothing makes them beside what is measured.
   * @returns what the first start, without archives, measured; undefined if they were made already.
   */
  async withArchives(cluster, measureUp, signal) {
    if (this.#archived.has(cluster.kind)) return undefined;
    this.#say('  first start, which makes the class archives');
    const figures = await measureUp(cluster, signal);
    await cluster.untilArchived(signal);
    await cluster.end();
    this.#archived.add(cluster.kind);
    return figures;
  }

  async dispose() {
    await RmqdevCluster.endAll(this.#homePath);
    await this.#killLeftovers();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20 });
  }

  get #homePath() {
    return join(this.folder, 'h');
  }

  async #home() {
    const home = this.make('h');
    if (this.#releases && this.#installed.size === 0) await symlink(this.#releases, join(home, 'rocketmq')).catch(() => {});
    return home;
  }

  /** Ours by the folder, whose name nobody else has: on a command line, or as RMQDEV_HOME, PM2_HOME … in an environment. */
  async #killLeftovers() {
    if (!hasProc) return;
    const left = processesWith(this.folder);
    if (left.length === 0) return;
    await killUntilGone(left, AbortSignal.timeout(GONE_WITHIN_MS)).catch(() => {});
    this.#say(`ended ${left.length === 1 ? 'a process that was' : `${left.length} processes that were`} left: ${left.join(', ')}`);
  }
}
