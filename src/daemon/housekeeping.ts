import type { World } from '../cluster/world.js';
import { capFile } from '../process/cap-file.js';
import { processStats } from '../process/process-stats.js';
import type { ClusterRegistry } from './cluster-registry.js';

const MAX_STDOUT_BYTES = 16 * 1024 * 1024;
const CHECK_EVERY_MS = 10_000;

/**
 * What has to be done now and then: keeps every node's console within bounds (a JVM writes to it directly, so that it outlives the daemon),
 * and takes the CPU times from which the next `status` counts. @returns a function that ends it.
 */
export function keepHouse(world: World, registry: ClusterRegistry): () => void {
  let cancel = () => {};
  const check = async () => {
    for (const { cluster } of registry.all) {
      for (const spec of cluster.specs) {
        await capFile(spec.paths.stdout, MAX_STDOUT_BYTES).catch((error) =>
          world.log.warn({ nodeId: spec.id, err: error }, 'stdout.log could not be capped'),
        );
      }
    }
    const pids = registry.all.flatMap(({ cluster }) => cluster.specs.flatMap((spec) => cluster.supervisor(spec.id).pid ?? []));
    await processStats(pids).catch((error) => world.log.warn({ err: error }, 'process statistics could not be read'));
    schedule();
  };
  const schedule = () => {
    cancel = world.clock.after(CHECK_EVERY_MS, () => void check());
  };
  schedule();
  return () => cancel();
}
