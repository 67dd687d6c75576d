import { periodically } from '../base/periodic.js';
import { noteElections } from '../cluster/status/note-elections.js';
import type { World } from '../cluster/world.js';
import type { ClusterRegistry } from './cluster-registry.js';

const ASK_EVERY_MS = 1_000;

/** Notices, in every cluster with such a group, when another replica becomes master by election. @returns a function that ends it. */
export function watchElections({ clock, log }: World, registry: ClusterRegistry): () => void {
  return periodically(clock, ASK_EVERY_MS, async () => {
    await Promise.all(
      registry.all.map(({ cluster, meter }) =>
        noteElections(cluster, meter).catch((error) =>
          log.warn({ cluster: cluster.name, err: error }, 'the elected masters are not known'),
        ),
      ),
    );
  });
}
