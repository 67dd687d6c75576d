import { existsSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { RmqdevError } from '../base/errors.js';
import { folderBytes } from '../cluster/measure.js';
import type { World } from '../cluster/world.js';
import type { ClusterRegistry } from './cluster-registry.js';

export type Leftover = { path: string; what: string; sizeBytes: number };

/** Removes what `findLeftovers` finds, or with `dryRun` only tells; a cluster that went is forgotten, its ports with it. */
export async function clean(
  world: World,
  registry: ClusterRegistry,
  options: { dryRun: boolean; all: boolean },
): Promise<{ leftovers: Leftover[]; removed: boolean }> {
  const leftovers = await findLeftovers(world, registry, options.all);
  if (options.dryRun) return { leftovers, removed: false };
  const clusters = new Map(registry.all.map(({ cluster }) => [cluster.paths.root, cluster.name]));
  for (const { path } of leftovers) {
    const name = clusters.get(path);
    if (name === undefined) await rm(path, { recursive: true, force: true });
    else await removeCluster(registry, name);
  }
  return { leftovers, removed: true };
}

/** Nobody may start it meanwhile. @throws RmqdevError CLUSTER_BUSY */
async function removeCluster(registry: ClusterRegistry, name: string): Promise<void> {
  const { cluster } = registry.resolve(name);
  await cluster.operate('clean', 'alone', async () => {
    if (cluster.runningCount > 0) {
      throw new RmqdevError('CLUSTER_BUSY', {
        what: `cluster ${name} is not removed`,
        why: 'it was started meanwhile',
        next: `End it first: \`rmqdev down -c ${name}\``,
      });
    }
    await cluster.background.end();
    const removeFiles = cluster.delete();
    registry.remove(cluster);
    await removeFiles();
  });
}

/**
 * What nobody needs any more: node folders that no profile names, unfinished downloads and staging folders, native libraries
 * that killed JVMs left in their tmp. With `all` also class archives and whole clusters that are stopped. Never anything of a running node.
 */
async function findLeftovers(world: World, registry: ClusterRegistry, all: boolean): Promise<Leftover[]> {
  const { home } = world;
  const found: { path: string; what: string }[] = [];
  for (const { cluster } of registry.all) {
    if (all && cluster.runningCount === 0 && cluster.operation === undefined) {
      found.push({ path: cluster.paths.root, what: `cluster ${cluster.name}, stopped: its stores, logs and state` });
      continue;
    }
    const nodes = join(cluster.paths.root, 'nodes');
    for (const id of await namesIn(nodes)) {
      if (!cluster.hasNode(id)) found.push({ path: join(nodes, id), what: `node ${id} is no longer in profile ${cluster.profile.name}` });
      else if (!cluster.isLive(id))
        for (const name of await namesIn(cluster.spec(id).paths.tmp))
          found.push({ path: join(cluster.spec(id).paths.tmp, name), what: `left by a killed JVM of ${id}` });
    }
  }
  const processes = all ? await world.platform.processTable() : [];
  for (const name of all ? await namesIn(home.clusters) : []) {
    const path = join(home.clusters, name);
    const isKnown = registry.broken.has(name) || registry.all.some(({ cluster }) => cluster.name === name);
    const isRunning = processes.some(({ command }) => command.includes(`-Drmqdev.node=${path}/`));
    if (!isKnown && !isRunning) found.push({ path, what: 'a folder without the state of a cluster: its stores and logs' });
  }
  for (const folder of [home.releases, join(home.cache, 'downloads')]) {
    for (const name of await namesIn(folder)) {
      const isUnfinished = folder !== home.releases || name.startsWith('.staging') || (all && name.startsWith('.'));
      if (isUnfinished && (await isOld(join(folder, name))))
        found.push({ path: join(folder, name), what: 'an installation that was not finished' });
    }
  }
  if (all)
    for (const name of await namesIn(join(home.cache, 'cds')))
      found.push({ path: join(home.cache, 'cds', name), what: 'a class archive; the next start makes it again' });
  return Promise.all(found.map(async (leftover) => ({ ...leftover, sizeBytes: await bytesOf(leftover.path) })));
}

/** What changed within the hour may be under way. */
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
