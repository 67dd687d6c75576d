import type { ProgressItem } from '../../contract/events.js';
import type { Cluster } from '../cluster.js';
import { CONFIG_DAMAGED } from '../state/cluster-notices.js';

export type Report = (item: ProgressItem) => void;

/**
 * Reports each change of these nodes, with one clock for each node that begins with the call, and what a launch could not load from its store.
 * @returns a function that ends it.
 */
export function reportNodes(cluster: Cluster, ids: readonly string[], report: Report): () => void {
  const { clock } = cluster.world;
  const since = clock.monotonicMs();
  const told = new Map<string, string>();
  const tell = () => {
    for (const id of ids) {
      if (!cluster.hasNode(id)) continue;
      const { state, reason } = cluster.supervisor(id);
      const step = state === 'starting' ? (cluster.stage(id) ?? 'starting') : state;
      const text = `${step} ${reason ?? ''}`;
      if (told.get(id) === text) continue;
      // The state of a node before anything happens is not news.
      const isNews = told.has(id) || (state !== 'stopped' && state !== 'ready');
      told.set(id, text);
      if (isNews) report({ event: 'node', node: id, state, step, reason, tMs: Math.round(clock.monotonicMs() - since) });
    }
  };
  tell();
  const endChanges = cluster.onChange(tell);
  const endEvents = cluster.journal.subscribe(({ type, node, message }) => {
    if (type === CONFIG_DAMAGED && node !== null && ids.includes(node)) report({ event: 'notice', message });
  });
  return () => {
    endChanges();
    endEvents();
  };
}
