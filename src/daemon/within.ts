import type { Clock } from '../base/clock.js';
import { RmqdevError } from '../base/errors.js';
import type { Cluster } from '../cluster/cluster.js';

/**
 * Waits for a stop, for `timeoutMs` at most; the stop continues after that. `next` says how to learn of its end.
 * @throws RmqdevError TIMEOUT naming what still runs
 */
export async function within<T>(
  { clock, timeoutMs, cluster, next }: { clock: Clock; timeoutMs: number; cluster: Cluster; next: string },
  work: () => Promise<T>,
): Promise<T> {
  const done = work();
  using deadline = clock.deadline(timeoutMs);
  const over = new Promise<never>((_, reject) => {
    deadline.signal.addEventListener('abort', () => reject(timedOut(cluster, timeoutMs, next)), { once: true });
  });
  // The caller has gone by then; the journal and `status` tell how it ended.
  done.catch(() => undefined);
  // Await here: the deadline is disposed of at the end of this function.
  return await Promise.race([done, over]);
}

function timedOut(cluster: Cluster, timeoutMs: number, next: string): RmqdevError {
  const left = cluster.specs.flatMap(({ id }) => {
    const { pid, state, reason } = cluster.supervisor(id);
    return state === 'stopping' ? [`${id} (pid ${pid}) ${reason ?? 'still closes its files'}`] : [];
  });
  return new RmqdevError('TIMEOUT', {
    what: `not all of cluster ${cluster.name} was down within ${timeoutMs / 1_000} s`,
    why: left.length === 0 ? 'it is still under way' : left.join('; '),
    next: `It continues, and what does not end by itself is killed. ${next}`,
  });
}
