import { Changes } from '../../base/changes.js';
import type { Cluster } from '../cluster.js';
import { type KillOptions, killAndTell, type Tell } from './kill.js';

/** Kills nodes at the same time. The verdicts come when all have ended: each tells what is left, not what the next one is about to lose. */
export async function killNodes(cluster: Cluster, ids: readonly string[], options: KillOptions, tell: Tell): Promise<void> {
  const awaited = new Set(ids);
  const changes = new Changes();
  const hasCome = (id: string) => {
    awaited.delete(id);
    changes.notify();
  };
  await Promise.all(
    ids.map((id) => {
      const beforeVerdict = async () => {
        hasCome(id);
        await changes.until(() => awaited.size === 0, options.abort);
      };
      return killAndTell(cluster, id, { ...options, beforeVerdict }, tell).finally(() => hasCome(id));
    }),
  );
}
