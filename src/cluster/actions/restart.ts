import type { Cluster } from '../cluster.js';
import type { NodeSpec } from '../spec/node-spec.js';
import { whilePending } from './pending.js';
import { type StartOptions, startNodes } from './start.js';
import { restartOrder } from './start-order.js';
import { stopNodes } from './stop.js';

export type RestartOptions = Omit<StartOptions, 'wait' | 'stage'>;

/** Restarts one node at a time, each ready and in sync before the next: NameServers first, slaves before masters, an elected master after its followers; proxies last. */
export async function rollNodes(cluster: Cluster, ids: readonly string[], options: RestartOptions): Promise<void> {
  const since = options.since ?? cluster.wishes.stops;
  const leads = (spec: NodeSpec) => cluster.elections.lastMaster(spec.brokerName ?? '') === spec.id;
  const specs = ids.map((id) => cluster.spec(id));
  await whilePending(cluster, { restart: ids }, options.settle, async (settle) => {
    for (const { id } of restartOrder(specs, leads)) {
      options.signal.throwIfAborted();
      if (cluster.wishes.wasStoppedSince(id, since)) continue;
      await restartTogether(cluster, [id], { ...options, since, settle });
    }
  });
}

/** Stops all of `ids`, then starts them in the order that their releases need. Resolves when they are ready and in sync. */
export async function restartTogether(cluster: Cluster, ids: readonly string[], options: RestartOptions): Promise<void> {
  // If the daemon ends between stop and start, the next daemon does the start.
  await whilePending(cluster, { restart: ids }, options.settle, async (settle) => {
    await stopNodes(cluster, ids, options.report);
    await startNodes(cluster, ids, { ...options, settle, wait: true });
  });
}
