/** A cluster the usual way: the release's own scripts, `nohup sh bin/mqnamesrv …; nohup sh bin/mqbroker …`, all at once. */

import { spawn } from 'node:child_process';
import { cp, mkdir, open, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { ZipArchive } from '../../dist/install/zip.js';
import { compareVersions } from '../../dist/rocketmq/releases.js';
import { jvmsWith, until } from './cluster.mjs';

/** Releases whose scripts are published, as rocketmq-all:<v>:zip:source-release. Source: Maven Central, as of 2026-11. */
const PUBLISHED = ['4.4.0', '4.5.1', '4.7.0', '4.9.3', '4.9.4', '4.9.5', '5.1.4', '5.3.3'];
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1';
/** The scripts ask for 8 GB a broker and 4 GB a NameServer; the last option wins. */
const HEAP = '-Xms256m -Xmx256m';
const STOP_TIMEOUT_MS = 60_000;

/** @returns {string} the newest release not newer than `version`, of the same major one, whose scripts are published. */
export function scriptsFor(version) {
  const older = PUBLISHED.filter((other) => other[0] === version[0] && compareVersions(other, version) <= 0);
  if (older.length === 0) throw new Error(`no scripts are published for RocketMQ ${version}: published are ${PUBLISHED.join(', ')}`);
  return older.at(-1);
}

export class StockCluster {
  #home;
  #runs;
  #javaHome;
  #run = 0;

  /** @param {{ home: string, runs: string, javaHome: string }} places `home`: as ROCKETMQ_HOME; `runs`: a folder for what a run writes. */
  constructor({ home, runs, javaHome }) {
    this.#home = home;
    this.#runs = runs;
    this.#javaHome = javaHome;
  }

  /**
   * Makes a ROCKETMQ_HOME below `folder`: `bin` and `conf` of the published sources, `lib` of an installed release.
   * @param {{ folder: string, release: string, scripts: string, javaHome: string, signal: AbortSignal }} options
   */
  static async prepare({ folder, release, scripts, javaHome, signal }) {
    const [sources, home, runs] = ['sources', 'rocketmq', 'runs'].map((name) => join(folder, name));
    await Promise.all([sources, home, runs].map((path) => mkdir(path, { recursive: true })));
    const artifact = `org.apache.rocketmq:rocketmq-all:${scripts}:zip:source-release`;
    const args = ['-B', `${DEPENDENCY_PLUGIN}:copy`, `-Dartifact=${artifact}`, `-DoutputDirectory=${sources}`];
    await execa('mvn', args, { cwd: sources, stdin: 'ignore', cancelSignal: signal });
    const archive = await ZipArchive.open(join(sources, `rocketmq-all-${scripts}-source-release.zip`));
    await archive.unpackTo(sources, { signal, onFile: () => {} });
    archive[Symbol.dispose]();
    await Promise.all([
      cp(join(sources, 'distribution', 'bin'), join(home, 'bin'), { recursive: true }),
      cp(join(sources, 'distribution', 'conf'), join(home, 'conf'), { recursive: true }),
      symlink(join(release, 'lib'), join(home, 'lib')),
    ]);
    await rm(sources, { recursive: true });
    return new StockCluster({ home, runs, javaHome });
  }

  /** What names this cluster's JVMs in the process table: the folder of the files that they were given with -c. */
  get marker() {
    return `-c ${this.#folder}/`;
  }

  get #folder() {
    return join(this.#runs, String(this.#run));
  }

  /**
   * Starts all nodes at once, on empty stores.
   * @param {import('./cluster.mjs').Node[]} nodes
   */
  async start(nodes) {
    this.#run += 1;
    await mkdir(this.#folder);
    const files = await Promise.all(nodes.map((node) => this.#writeProperties(node, nodes)));
    const output = await open(join(this.#folder, 'nohup.out'), 'a');
    for (const [index, { role }] of nodes.entries()) {
      const script = role === 'namesrv' ? 'bin/mqnamesrv' : 'bin/mqbroker';
      // Only the log folder is not the usual one: ~/logs is the user's.
      const env = {
        ...process.env,
        JAVA_HOME: this.#javaHome,
        JAVA_OPT_EXT: `${HEAP} -Duser.home=${this.#folder}`,
        ROCKETMQ_HOME: this.#home,
      };
      spawn('nohup', ['sh', script, '-c', files[index]], {
        cwd: this.#home,
        env,
        stdio: ['ignore', output.fd, output.fd],
        detached: true,
      }).unref();
    }
    await output.close();
  }

  jvms() {
    return jvmsWith(this.marker);
  }

  /** SIGTERM to every JVM; @returns the ms until all are gone. What they wrote is removed, which is not in this time. */
  async stop() {
    const pids = await this.jvms();
    const isGone = async () => (await this.jvms()).length === 0;
    const since = performance.now();
    for (const pid of pids) process.kill(pid, 'SIGTERM');
    await until(AbortSignal.timeout(STOP_TIMEOUT_MS), STOP_TIMEOUT_MS, isGone).catch(async () => {
      for (const pid of await this.jvms()) process.kill(pid, 'SIGKILL');
      await until(AbortSignal.timeout(STOP_TIMEOUT_MS), STOP_TIMEOUT_MS, isGone);
    });
    const stopMs = performance.now() - since;
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 });
    await removeGcLogs(pids);
    return stopMs;
  }

  /** Removes what `prepare` made. */
  async remove() {
    await rm(this.#home, { recursive: true, force: true });
    await rm(this.#runs, { recursive: true, force: true });
  }

  /** As the samples in conf/2m-2s-sync, with what several nodes on one machine need: ports and stores of their own. */
  async #writeProperties({ id, role, port, brokerName, brokerId }, nodes) {
    const file = join(this.#folder, `${id}.properties`);
    const store = join(this.#folder, `store-${id}`);
    const namesrvAddr = nodes.filter((node) => node.role === 'namesrv').map((node) => `127.0.0.1:${node.port}`);
    const broker = {
      brokerClusterName: 'DefaultCluster',
      brokerName,
      brokerId,
      deleteWhen: '04',
      fileReservedTime: '48',
      brokerRole: role,
      flushDiskType: 'ASYNC_FLUSH',
      namesrvAddr: namesrvAddr.join(';'),
      storePathRootDir: store,
      storePathCommitLog: join(store, 'commitlog'),
    };
    const properties = { listenPort: port, ...(role === 'namesrv' ? {} : broker) };
    await writeFile(
      file,
      Object.entries(properties)
        .map(([key, value]) => `${key}=${value}\n`)
        .join(''),
    );
    return file;
  }
}

/** On Linux the scripts let the JVMs log their collections to /dev/shm, where nobody removes them. */
async function removeGcLogs(pids) {
  const folder = '/dev/shm';
  const names = await readdir(folder).catch(() => []);
  const own = names.filter((name) => pids.some((pid) => new RegExp(`^rmq_\\w+_gc_(?:pid)?${pid}_`).test(name)));
  await Promise.all(own.map((name) => rm(join(folder, name), { force: true })));
}
