import { periodically } from '../base/periodic.js';
import type { World } from '../cluster/world.js';
import { capFile } from '../process/cap-file.js';
import { processStats } from '../process/process-stats.js';
import type { ClusterRegistry } from './cluster-registry.js';

/** For each log that nothing else keeps short; a quarter of it stays next to it, as `.1`. */
const MAX_LOG_BYTES = 16 * 1024 * 1024;
const CHECK_EVERY_MS = 10_000;

/**
 * What must be done from time to time, from the start on: limits the size of every node's console (a JVM writes to it directly, so that it
 * outlives the daemon) and of the daemon's own log; reads the CPU times from which the next `status` counts.
 * @returns a function that ends it.
 */
export function keepHouse(world: World, registry: Pick<ClusterRegistry, 'all'>): () => void {
  const cap = (file: string) =>
    capFile(file, MAX_LOG_BYTES).catch((error) => world.log.warn({ file, err: error }, 'a log could not be capped'));
  const check = async () => {
    await cap(world.home.daemonLog);
    const specs = registry.all.flatMap(({ cluster }) => cluster.specs);
    for (const spec of specs) await cap(spec.paths.stdout);
    const pids = registry.all.flatMap(({ cluster }) => cluster.specs.flatMap((spec) => cluster.supervisor(spec.id).pid ?? []));
    await processStats(pids).catch((error) => world.log.warn({ err: error }, 'process statistics could not be read'));
  };
  return periodically(world.clock, CHECK_EVERY_MS, check, 'at-once');
}
