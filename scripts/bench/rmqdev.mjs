/** rmqdev as a user runs it: its command line, in an RMQDEV_HOME of its own. */

import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { jvmsWith } from './cluster.mjs';
import { within } from './deadline.mjs';
import { PROGRAM } from './program.mjs';

const ARCHIVES_TIMEOUT_MS = 180_000;
const NO_MORE_ARCHIVES_MS = 3_000;
const END_TIMEOUT_MS = 60_000;

const cli = (home, args, options = {}) =>
  execa(process.execPath, [PROGRAM, ...args, '--json'], { env: { RMQDEV_HOME: home }, stdin: 'ignore', ...options });

async function json(home, args, options) {
  const { stdout } = await cli(home, args, options);
  return lastOf(stdout);
}

const lastOf = (lines) => JSON.parse(lines.trimEnd().split('\n').at(-1));

/** @returns the folder of the release, which is got through Maven if it is not installed. */
export async function installRelease(home, release, signal) {
  return (await json(home, ['install', release, '--from', 'maven'], { cancelSignal: signal })).home;
}

/** What `up --json` prints, as it comes. npx may say something before it. The output is read to its end: a command whose reader goes, goes too. */
export function eventsOfUp(child) {
  const planned = new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      const item = line.startsWith('{') ? JSON.parse(line) : {};
      if (item.event === 'plan') resolve(item.plan);
    });
    lines.on('close', () => reject(new Error('up ended without a plan')));
  });
  planned.catch(() => {});
  return { planned, done: child.then(({ stdout }) => lastOf(stdout)) };
}

export class RmqdevCluster {
  #home;
  #release;
  #profile;
  #options;
  #name;

  /**
   * @param {{ home: string, release: string, releaseHome?: string, profile?: string, set?: string[], java?: string }} options
   *   `release`: a version, or the folder of an installed release.
   */
  constructor({ home, release, releaseHome, profile = '2m2s', set = [], java }) {
    this.#home = home;
    this.#release = release;
    this.#profile = profile;
    this.#name = profile;
    this.releaseHome = releaseHome;
    this.#options = [...set.flatMap((each) => ['--set', each]), ...(java ? ['--java', java] : [])];
  }

  /** Takes down and deletes what runs in `home`, and ends its daemon. Also for a run that was interrupted: nothing stops this. */
  static async endAll(home) {
    if (!existsSync(join(home, 'daemon.lock'))) return;
    // Not in the terminal's process group: the second Ctrl-C of an impatient user must not reach it.
    const options = { reject: false, detached: true, cleanup: false, timeout: END_TIMEOUT_MS };
    for (const cluster of namesIn(join(home, 'clusters'))) await cli(home, ['down', '--delete', '-c', cluster], options);
    await cli(home, ['daemon', 'stop'], options);
  }

  get release() {
    return this.#release;
  }

  get home() {
    return this.#home;
  }

  /** Clusters of one kind use the same class archives. */
  get kind() {
    return [this.#release, ...this.#options].join(' ');
  }

  /** What names this cluster's JVMs in the process table. */
  get marker() {
    return `-Drmqdev.node=${this.#home}/`;
  }

  get env() {
    return { RMQDEV_HOME: this.#home };
  }

  /** @returns the folder of what a node wrote. */
  nodeFolder(id) {
    return join(this.#home, 'clusters', this.#name, 'nodes', id);
  }

  /** @returns the last object that a command printed. */
  do(args, signal) {
    return json(this.#home, args, { cancelSignal: signal });
  }

  jvms() {
    return jvmsWith(this.marker);
  }

  /** @returns the pid of the daemon. */
  async daemon(signal) {
    return (await this.do(['daemon', 'status'], signal)).pid;
  }

  /** @returns what `up` would do. */
  plan(signal) {
    return this.do([...this.#up(), '--dry-run'], signal);
  }

  /**
   * Starts `up`. @returns `planned`: its plan, as soon as it is known; `done`: its result.
   * @param {AbortSignal} signal
   */
  up(signal) {
    return eventsOfUp(cli(this.#home, this.#up(), { cancelSignal: signal }));
  }

  /** Resolves once rmqdev no longer makes class archives in the background; later starts use them. */
  async untilArchived(signal) {
    const marker = `-Drmqdev.work=${this.#home}/`;
    await within(ARCHIVES_TIMEOUT_MS, signal, async (limited) => {
      // They are made one after the other, and which are missing is not known here.
      for (let quietSince = performance.now(); performance.now() - quietSince < NO_MORE_ARCHIVES_MS; ) {
        await sleep(100, undefined, { signal: limited });
        if ((await jvmsWith(marker)).length > 0) quietSince = performance.now();
      }
    });
  }

  down(signal) {
    return this.do(['down', '-c', this.#name], signal);
  }

  downAndDelete(signal) {
    return this.do(['down', '--delete', '-c', this.#name], signal);
  }

  /** Throws if a broker's store was not closed: such an end is not the same work. */
  checkClosed() {
    const open = namesIn(this.nodeFolder('.')).filter((id) => existsSync(join(this.nodeFolder(id), 'store', 'abort')));
    if (open.length > 0) throw new Error(`rmqdev did not close the store of ${open.join(', ')}`);
  }

  /** Throws if a process or a file of the cluster is left. */
  async checkGone() {
    const pids = await this.jvms();
    if (pids.length > 0) throw new Error(`rmqdev left processes ${pids.join(', ')}`);
    if (existsSync(join(this.nodeFolder('.'), '..'))) throw new Error('rmqdev left the folder of the cluster');
  }

  /** Takes the cluster down, deletes its data and ends the daemon, so that the next `up` has to start one. Class archives stay. */
  async end() {
    await RmqdevCluster.endAll(this.#home);
  }

  async forgetArchives() {
    await rm(join(this.#home, 'cache', 'cds'), { recursive: true, force: true });
  }

  #up() {
    return ['up', this.#profile, '--rocketmq', this.#release, ...this.#options];
  }
}

const namesIn = (folder) => (existsSync(folder) ? readdirSync(folder) : []);
