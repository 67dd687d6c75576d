import type { Cluster } from '../cluster.js';
import type { Pending } from '../state/start-wishes.js';

/** These have come up, were given up, or are no longer wanted up: a later daemon has nothing to continue for them. */
export type Settle = (ids: readonly string[]) => void;

/**
 * Does `work` while these nodes are pending on disk, from before its first step. Whoever is outermost writes them down, once, and hands
 * `settle` down: each part of the work settles its nodes as it ends them. What is left at the end is settled, however `work` ends.
 * @param settle of the caller that has written them down already
 */
export async function whilePending<T>(
  cluster: Cluster,
  { start = [], restart = [] }: Partial<Pending>,
  settle: Settle | undefined,
  work: (settle: Settle) => Promise<T>,
): Promise<T> {
  if (!settle) cluster.addPending({ start, restart });
  const settleThem = settle ?? ((ids: readonly string[]) => cluster.settlePending(ids));
  try {
    return await work(settleThem);
  } finally {
    settleThem([...start, ...restart]);
  }
}
