import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { isDiscarded, removeDiscarded } from '../base/discard-folder.js';
import { RmqdevError, toRmqdevError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { resume } from '../cluster/actions/bring-up.js';
import { Cluster } from '../cluster/cluster.js';
import { clustersWithNodes, lostState, missingState, strayNodes } from '../cluster/state/stray-nodes.js';
import { ClusterMeter } from '../cluster/status/meter.js';
import type { World } from '../cluster/world.js';
import { DEFAULT_CLUSTER } from '../contract/calls.js';
import type { ProgressItem } from '../contract/events.js';
import type { Reach } from '../remoting/client.js';

const RESUME_TIMEOUT_MS = 300_000;

export type Entry = { cluster: Cluster; meter: ClusterMeter };

/** All clusters of one RMQDEV_HOME, and the rule that says which one a command means. */
export class ClusterRegistry {
  readonly #world: World;
  readonly #entries = new Map<string, Entry>();
  /** Clusters whose state cannot be read, and why. */
  readonly #broken = new Map<string, RmqdevError>();

  constructor(world: World) {
    this.#world = world;
  }

  /** @returns how to speak to the node at `address`. All clusters of a home have different ports. */
  reachOf(address: string): Reach {
    const port = Number(address.slice(address.lastIndexOf(':') + 1));
    for (const { cluster } of this.#entries.values()) {
      const reach = cluster.reachOf(port);
      if (reach) return reach;
    }
    return {};
  }

  /** Adopts every cluster on disk. One that cannot be read does not stop the others. Then continues interrupted starts, one after the other. */
  async restoreAll(): Promise<void> {
    const root = this.#world.home.clusters;
    const entries = existsSync(root) ? readdirSync(root, { withFileTypes: true }) : [];
    const names = entries.flatMap((entry) => (entry.isDirectory() && !isDiscarded(entry.name) ? [entry.name] : []));
    if (names.length < entries.length) void this.#removeDiscarded();
    // If a home was deleted under its nodes, they still run, and only their command lines show them.
    const live = await clustersWithNodes(this.#world).catch(() => []);
    for (const name of new Set([...names, ...live])) {
      try {
        const cluster = new Cluster(this.#world, name);
        if (!(await cluster.restore())) {
          await this.#refuseToForget(name);
          continue;
        }
        this.#entries.set(name, { cluster, meter: new ClusterMeter(cluster) });
      } catch (error) {
        const strays = await strayNodes(this.#world, this.#world.home.cluster(name)).catch(() => []);
        this.#broken.set(name, lostState(name, toRmqdevError(error), strays));
        this.#world.log.error({ cluster: name, err: error }, 'the state of a cluster cannot be read');
      }
    }
    void this.#resumeAll();
  }

  /** An earlier daemon ended before it finished a `down --delete`. */
  async #removeDiscarded(): Promise<void> {
    const { home, log } = this.#world;
    await removeDiscarded(home.clusters).catch((error) => log.warn({ err: error }, 'what was deleted could not be removed'));
  }

  /** A folder without a state is not a cluster, unless its nodes run: a user who cleaned up there must still be able to end them. */
  async #refuseToForget(name: string): Promise<void> {
    const paths = this.#world.home.cluster(name);
    const strays = await strayNodes(this.#world, paths);
    if (strays.length > 0) this.#broken.set(name, lostState(name, missingState(paths.state), strays));
  }

  /** One cluster after the other: all at once would be too much for the machine after its restart. */
  async #resumeAll(): Promise<void> {
    for (const { cluster } of this.all) {
      const { start, restart } = cluster.wishes.pending;
      if (start.length + restart.length === 0) continue;
      const report = (item: ProgressItem) => {
        if (item.event === 'notice') this.#world.log.warn({ cluster: cluster.name }, item.message);
      };
      const work = (signal: AbortSignal) => resume(cluster, { timeoutMs: RESUME_TIMEOUT_MS, signal, report });
      await cluster.operate('up', 'alone', work).catch((error) => {
        const { what, why, next } = toRmqdevError(error).text;
        cluster.noteResumeFailed(`an interrupted start did not finish: ${what}: ${why}. ${next}`);
        this.#world.log.warn({ cluster: cluster.name, err: error }, 'an interrupted start did not finish');
      });
    }
  }

  get all(): Entry[] {
    return [...this.#entries.values()];
  }
  get broken(): ReadonlyMap<string, RmqdevError> {
    return this.#broken;
  }

  forgetBroken(name: string): void {
    this.#broken.delete(name);
  }

  /** @returns the cluster of that name; creates it if there is none yet. */
  getOrCreate(name: string): Entry {
    const existing = this.#entries.get(name);
    if (existing) return existing;
    const cluster = new Cluster(this.#world, name);
    const entry = { cluster, meter: new ClusterMeter(cluster) };
    this.#entries.set(name, entry);
    return entry;
  }

  /** Keeps another cluster that has got its name since. */
  remove(cluster: Cluster): void {
    cluster.forget();
    if (this.#entries.get(cluster.name)?.cluster === cluster) this.#entries.delete(cluster.name);
  }

  /**
   * @param name a cluster's name, or DEFAULT_CLUSTER: the only one running, else the last one used.
   * @param isDestructive then several running clusters are an error, not a guess.
   * @throws RmqdevError CLUSTER_NOT_FOUND, CLUSTER_AMBIGUOUS, STATE_UNREADABLE
   */
  resolve(name: string, isDestructive = false): Entry {
    const entry = name === DEFAULT_CLUSTER ? this.#default(isDestructive) : this.#named(name);
    this.noteUsed(entry.cluster.name);
    return entry;
  }

  /** Like `resolve`, for a command that ends things: a cluster whose first `up` is under way counts too. */
  resolveForDown(name: string): Entry {
    const isStarting = ({ cluster }: Entry) => !cluster.hasNodes && cluster.operation !== undefined;
    const starting = this.all.filter((entry) => isStarting(entry) && (name === DEFAULT_CLUSTER || entry.cluster.name === name));
    const [only] = starting;
    const othersRun = name === DEFAULT_CLUSTER && this.all.some(({ cluster }) => cluster.runningCount > 0);
    return only && starting.length === 1 && !othersRun ? only : this.resolve(name, true);
  }

  /** Which cluster a command means, and which others it could have meant; if its state cannot be read, only a `down` by name works. */
  chosen(name: string, purpose: 'reading' | 'changing' | 'down'): { cluster: string; alsoRunning: string[] } {
    if (purpose === 'down' && this.#broken.has(name)) return { cluster: name, alsoRunning: [] };
    const { cluster } = purpose === 'down' ? this.resolveForDown(name) : this.resolve(name, purpose === 'changing');
    const others = this.all.filter((entry) => entry.cluster !== cluster && entry.cluster.runningCount > 0);
    return { cluster: cluster.name, alsoRunning: name === DEFAULT_CLUSTER ? others.map((entry) => entry.cluster.name) : [] };
  }

  /** A convenience: if the file cannot be written, the user must name the cluster in the next command. */
  noteUsed(name: string): void {
    const file = this.#world.home.lastCluster;
    if (this.#lastUsed() === name) return;
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileAtomic.sync(file, name);
    } catch (error) {
      this.#world.log.warn({ err: error, file }, 'the cluster used last could not be written down');
    }
  }

  #named(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry?.cluster.hasNodes) return entry;
    const broken = this.#broken.get(name);
    if (broken) throw broken;
    const names = this.#names();
    const near = nearest(name, names);
    throw new RmqdevError('CLUSTER_NOT_FOUND', {
      what: `there is no cluster "${name}"`,
      why: names.length === 0 ? 'none has been started yet' : `there are ${names.join(', ')}`,
      next: near ? `Did you mean -c ${near}?` : names.length > 0 ? `Choose one of them: -c ${names[0]}` : 'Start one: `rmqdev up 2m2s`',
    });
  }

  #default(isDestructive: boolean): Entry {
    const entries = this.all.filter(({ cluster }) => cluster.hasNodes);
    const running = entries.filter(({ cluster }) => cluster.runningCount > 0);
    if (running.length === 1) return running[0] as Entry;
    if (running.length > 1 && isDestructive) {
      throw new RmqdevError('CLUSTER_AMBIGUOUS', {
        what: 'several clusters run, and this command changes one',
        why: `running are ${running.map(({ cluster }) => cluster.name).join(', ')}`,
        next: `Say which: -c ${running[0]?.cluster.name}`,
      });
    }
    const last = this.#lastUsed();
    const candidates = running.length > 0 ? running : entries;
    const entry = candidates.find(({ cluster }) => cluster.name === last) ?? (candidates.length === 1 ? candidates[0] : undefined);
    if (entry) return entry;
    const names = this.#names();
    throw new RmqdevError(names.length === 0 ? 'CLUSTER_NOT_FOUND' : 'CLUSTER_AMBIGUOUS', {
      what: names.length === 0 ? 'there is no cluster yet' : 'it is not clear which cluster is meant',
      why: names.length === 0 ? `${this.#world.home.clusters} holds none` : `there are ${names.join(', ')}`,
      next: names.length === 0 ? 'Start one: `rmqdev up 2m2s`' : `Say which: -c ${names[0]}`,
    });
  }

  #names(): string[] {
    return [...this.all.flatMap(({ cluster }) => (cluster.hasNodes ? [cluster.name] : [])), ...this.#broken.keys()];
  }

  #lastUsed(): string | undefined {
    try {
      return readFileSync(this.#world.home.lastCluster, 'utf8').trim();
    } catch {
      return undefined;
    }
  }
}
