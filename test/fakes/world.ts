import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { HomePaths } from '../../src/base/paths.js';
import { Cluster } from '../../src/cluster/cluster.js';
import type { World } from '../../src/cluster/world.js';
import type { LaunchSpec } from '../../src/process/launcher.js';
import type { Platform, PortOwner, ProcessRow } from '../../src/process/platform.js';
import type { Profile } from '../../src/profile/profile.js';
import { assignmentsOf, profileOf, specsOf } from './cluster.js';
import { FakeRocketMq } from './rocketmq.js';
import { FakeLauncher, type FakeProcess } from './supervisor.js';

/**
 * A home folder, and processes and nodes that only the test sees: a launched broker registers at once, a dead one is dropped at once.
 * Dispose of it at the end.
 */
export class FakeWorld implements AsyncDisposable {
  readonly root = mkdtempSync(join(tmpdir(), 'rmqdev-world-'));
  readonly launcher = new FakeLauncher<LaunchSpec>();
  readonly rocketmq: FakeRocketMq;
  readonly profile: Profile;
  readonly world: World;
  /** Ids in the order in which their processes came to life. */
  readonly launched: string[] = [];
  /** What the process table and the ports show. */
  readonly rows: ProcessRow[] = [];
  readonly owners: PortOwner[] = [];
  /** Brokers among these come to life without registering. */
  readonly shy = new Set<string>();
  readonly #version: string;
  readonly #clusters: Cluster[] = [];
  readonly #processes = new Map<string, FakeProcess>();

  constructor({ profile = profileOf(), version = '5.5.0' } = {}) {
    this.profile = profile;
    this.#version = version;
    this.rocketmq = new FakeRocketMq(specsOf({ profile, version }));
    for (const { id } of profile.nodes) this.rocketmq.node(id).isDown = true;
    for (const folder of ['conf', 'lib']) mkdirSync(join(this.#release, folder), { recursive: true });
    writeFileSync(join(this.#release, 'lib', `rocketmq-broker-${version}.jar`), '');
    this.launcher.onLaunch = ({ cwd }, process) => this.#comesToLife(basename(cwd), process);
    this.world = {
      home: new HomePaths(join(this.root, 'home')),
      clock: systemClock,
      remoting: this.rocketmq.client,
      holdConnection: () => ({ settled: Promise.resolve(), close: () => {} }),
      launcher: this.launcher,
      platform: this.#platform(),
      bootId: 'boot 1',
      env: { PATH: '/usr/bin' },
      log: silentLogger,
    };
  }

  /** A cluster that has its nodes, all stopped. */
  cluster(name = '2m2s'): Cluster {
    const cluster = this.empty(name);
    const assignments = assignmentsOf(this.profile, this.#version);
    for (const assignment of assignments.values()) assignment.release.home = this.#release;
    cluster.apply({ profile: this.profile, host: undefined, debug: false, assignments });
    return cluster;
  }

  /** A cluster as a new daemon makes it, before it reads what is on disk. */
  empty(name = '2m2s'): Cluster {
    const cluster = new Cluster(this.world, name);
    this.#clusters.push(cluster);
    return cluster;
  }

  /** The newest process of a node. */
  process(id: string): FakeProcess {
    return this.#processes.get(id) as FakeProcess;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A launch that is still being prepared would write into the folder that is about to go.
    const isPreparing = (cluster: Cluster) => cluster.specs.some(({ id }) => cluster.isLive(id) && cluster.supervisor(id).pid === null);
    const never = new AbortController().signal;
    for (const cluster of this.#clusters) await cluster.until(() => !isPreparing(cluster), never);
    // What it does in the background writes there too.
    await Promise.all(this.#clusters.map((cluster) => cluster.release()));
    rmSync(this.root, { recursive: true, force: true });
  }

  get #release(): string {
    return join(this.root, 'release');
  }

  #comesToLife(id: string, process: FakeProcess): void {
    this.launched.push(id);
    this.#processes.set(id, process);
    this.rocketmq.node(id).isDown = false;
    if (!id.startsWith('namesrv') && !this.shy.has(id)) this.rocketmq.register([id]);
    void process.exited.then(() => {
      this.rocketmq.node(id).isDown = true;
      if (!id.startsWith('namesrv')) this.rocketmq.unregister(id);
    });
  }

  #platform(): Platform {
    const startTimes = async (pids: readonly number[]) => new Map(pids.map((pid) => [pid, `start of ${pid}`]));
    const living = (pid: number) => {
      const survivor = this.launcher.survivors.get(pid);
      return survivor && !survivor.isGone ? survivor.identity.startTime : undefined;
    };
    return {
      bootId: async () => 'boot-1',
      startTime: async (pid) => living(pid),
      startTimes,
      askEveryMs: 0,
      processState: async () => ({ word: 'running' }),
      lockHolders: async () => [],
      processTable: async () => this.rows,
      listeners: async (ports) => this.owners.filter(({ port }) => ports.includes(port)),
      isPortFree: async (port) => this.owners.every((owner) => owner.port !== port),
      memory: async () => ({ totalBytes: 2 ** 35, availableBytes: 2 ** 35 }),
      disk: async () => ({ totalBytes: 2 ** 40, usableBytes: 2 ** 39, usedRatio: 0.5 }),
    };
  }
}
