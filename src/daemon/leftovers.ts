import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toRmqdevError } from '../base/errors.js';
import type { Cluster } from '../cluster/cluster.js';
import { folderBytes } from '../cluster/status/meter.js';
import type { World } from '../cluster/world.js';
import type { ClusterRegistry } from './cluster-registry.js';

export type Leftover = { path: string; what: string; sizeBytes: number };

/** Something found, and how to remove it. `remove` looks again, because it may be in use now: then it returns false and removes nothing. */
type Found = { path: string; what: string; remove: () => Promise<boolean> };

/** Removes what `findLeftovers` finds, or with `dryRun` only reports it; forgets a removed cluster and its ports. */
export async function clean(
  world: World,
  registry: ClusterRegistry,
  options: { dryRun: boolean; all: boolean },
): Promise<{ leftovers: Leftover[]; removed: boolean }> {
  const found = await findLeftovers(world, registry, options.all);
  const leftovers: Leftover[] = [];
  for (const { path, what, remove } of found) {
    const sizeBytes = await bytesOf(path);
    if (options.dryRun || (await remove())) leftovers.push({ path, what, sizeBytes });
  }
  return { leftovers, removed: !options.dryRun };
}

/**
 * What nobody needs any more: node folders that no profile names, unfinished downloads and staging folders, native libraries
 * that killed JVMs left in their tmp. With `all` also class archives and whole clusters that are stopped. Never anything of a running node, or
 * of a cluster with an operation under way.
 */
async function findLeftovers(world: World, registry: ClusterRegistry, all: boolean): Promise<Found[]> {
  const { home } = world;
  const idle = registry.all.map(({ cluster }) => cluster).filter(({ operation }) => operation === undefined);
  const isStopped = (cluster: Cluster) => all && cluster.runningCount === 0;
  const found = [
    ...idle.filter(isStopped).map((cluster) => stoppedCluster(registry, cluster)),
    ...(await Promise.all(idle.filter((cluster) => cluster.hasNodes && !isStopped(cluster)).map(ofCluster))).flat(),
  ];
  const processes = all ? await world.platform.processTable() : [];
  for (const name of all ? await namesIn(home.clusters) : []) {
    const path = join(home.clusters, name);
    const isKnown = () => registry.broken.has(name) || registry.all.some(({ cluster }) => cluster.name === name);
    const isRunning = processes.some(({ command }) => command.includes(`-Drmqdev.node=${path}/`));
    const what = 'a folder without the state of a cluster: its stores and logs';
    if (!isKnown() && !isRunning) found.push({ path, what, remove: async () => !isKnown() && removePath(path) });
  }
  for (const folder of [home.releases, join(home.cache, 'downloads')]) {
    for (const name of await namesIn(folder)) {
      const path = join(folder, name);
      const isUnfinished = folder !== home.releases || name.startsWith('.staging') || (all && name.startsWith('.'));
      const remove = async () => (await isOld(path)) && removePath(path);
      if (isUnfinished && (await isOld(path))) found.push({ path, what: 'an installation that was not finished', remove });
    }
  }
  for (const name of all ? await namesIn(join(home.cache, 'cds')) : []) {
    const path = join(home.cache, 'cds', name);
    found.push({ path, what: 'a class archive; the next start makes it again', remove: () => removePath(path) });
  }
  return found;
}

function stoppedCluster(registry: ClusterRegistry, cluster: Cluster): Found {
  return {
    path: cluster.paths.root,
    what: `cluster ${cluster.name}, stopped: its stores, logs and state`,
    remove: () =>
      alone(cluster, async () => {
        if (cluster.runningCount > 0) return false;
        await cluster.background.end();
        const removeFiles = cluster.delete();
        registry.remove(cluster);
        await removeFiles();
        return true;
      }),
  };
}

/** In a cluster that stays. */
async function ofCluster(cluster: Cluster): Promise<Found[]> {
  const nodes = join(cluster.paths.root, 'nodes');
  const found = (await namesIn(nodes)).map(async (id): Promise<Found[]> => {
    if (!cluster.hasNode(id)) {
      const path = join(nodes, id);
      const remove = () => alone(cluster, async () => !cluster.hasNode(id) && removePath(path));
      return [{ path, what: `node ${id} is no longer in profile ${cluster.profile.name}`, remove }];
    }
    const isDown = () => ['stopped', 'failed'].includes(cluster.supervisor(id).state);
    if (!isDown()) return [];
    const { tmp } = cluster.spec(id).paths;
    return (await namesIn(tmp)).map((name) => {
      const path = join(tmp, name);
      return { path, what: `left by a killed JVM of ${id}`, remove: () => alone(cluster, async () => isDown() && removePath(path)) };
    });
  });
  return (await Promise.all(found)).flat();
}

/** Runs `work` while nothing else is under way on the cluster that could add or start what must be removed. @returns false if something is. */
async function alone(cluster: Cluster, work: () => Promise<boolean>): Promise<boolean> {
  return cluster.operate('clean', 'alone', work).catch((error) => {
    if (toRmqdevError(error).code === 'CLUSTER_BUSY') return false;
    throw error;
  });
}

async function removePath(path: string): Promise<true> {
  await rm(path, { recursive: true, force: true });
  return true;
}

/** What changed within the last hour may be in use. */
async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
  return Date.now() - mtimeMs > 3_600_000;
}

async function namesIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}

async function bytesOf(path: string): Promise<number> {
  const { blocks } = await stat(path).catch(() => ({ blocks: 0 }));
  return (await folderBytes(path)) ?? blocks * 512;
}
