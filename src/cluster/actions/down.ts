import type { Cluster } from '../cluster.js';
import { endLeftWork } from '../state/own-processes.js';
import type { Report } from './progress.js';
import { stopNodes } from './stop.js';

/** Stops everything, proves it, and with `remove` deletes the cluster's folder and forgets the cluster: then no node gets time to close its store. */
export async function down(
  cluster: Cluster,
  options: { remove: boolean; prove: () => Promise<string[]> },
  report: Report,
): Promise<{ tookMs: number; proof: string[]; deleted: string | null }> {
  const { clock } = cluster.world;
  const since = clock.monotonicMs();
  // This call waited for another `down --delete`, which deleted the cluster.
  if (cluster.isDeleted) return { tookMs: 0, proof: ['deleted by the `down --delete` before this one'], deleted: cluster.paths.root };
  if (!cluster.hasNodes) return { tookMs: 0, proof: ['its first `up` was interrupted before anything was started'], deleted: null };
  cluster.journal.record('down-started', null, options.remove ? 'down, and delete its data' : 'down');
  const ids = cluster.specs.map(({ id }) => id);
  const endWork = cluster.background.end().then(() => endLeftWork(cluster.world, cluster.paths));
  await Promise.all([endWork, stopNodes(cluster, ids, report, options.remove ? 'at-once' : 'orderly')]);
  const proof = await options.prove();
  const tookMs = Math.round(clock.monotonicMs() - since);
  cluster.journal.record('down-finished', null, `down after ${(tookMs / 1_000).toFixed(1)} s: ${proof.join(', ')}`);
  if (!options.remove) return { tookMs, proof, deleted: null };
  await cluster.delete()();
  return { tookMs, proof, deleted: cluster.paths.root };
}
