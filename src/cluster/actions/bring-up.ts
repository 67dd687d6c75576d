import type { Cluster } from '../cluster.js';
import { checkMachine } from '../plan/machine-check.js';
import { planRestarts, type Restarts } from '../plan/restarts.js';
import { changesBetween } from '../spec/differences.js';
import type { Report } from './progress.js';
import { restartTogether, rollNodes } from './restart.js';
import { type StartOptions, startNodes } from './start.js';

/**
 * Brings nodes to the wanted state: starts what is down, then restarts what runs with older settings. What is not done yet is kept on
 * disk all the time, so that a later daemon continues it.
 * @throws RmqdevError as `startNodes`
 */
export async function bringUp(
  cluster: Cluster,
  { start, restarts }: { start: readonly string[]; restarts: Pick<Restarts, 'rolled' | 'together'> },
  given: StartOptions,
): Promise<void> {
  const options = { ...given, sparesOptional: true };
  const { rolled, together } = restarts;
  const concerned = [...start, ...rolled, ...together];
  cluster.addPending({ start, restart: [...rolled, ...together] });
  try {
    await startNodes(cluster, start, options);
    if (together.length > 0) await restartTogether(cluster, together, options);
    if (rolled.length > 0) await rollNodes(cluster, rolled, options);
    if (together.length + rolled.length > 0) options.stage?.('restart of changed nodes');
  } finally {
    cluster.settlePending(concerned);
  }
}

/**
 * Continues what the end of an earlier daemon, or a restart of the machine, interrupted: with the checks and in the order of `up`.
 * @throws RmqdevError of the checks (NOT_ENOUGH_MEMORY …), and as `startNodes`; then nothing is pending any more
 */
export async function resume(cluster: Cluster, options: { timeoutMs: number; signal: AbortSignal; report: Report }): Promise<void> {
  const pending = cluster.wishes.pending;
  const start = pending.start.filter((id) => cluster.hasNode(id) && !cluster.isLive(id));
  const waiting = pending.start.filter((id) => cluster.hasNode(id) && cluster.isLive(id));
  const changed = pending.restart
    // A node that is stopping applies the change at its next launch.
    .filter((id) => cluster.hasNode(id) && cluster.isLive(id) && cluster.supervisor(id).state !== 'stopping')
    .map((id) => ({ now: cluster.spec(id), next: cluster.nextSpec(id) }))
    .filter(({ now, next }) => changesBetween(now, next).length > 0);
  const wanted = cluster.specs.map(({ id }) => cluster.nextSpec(id));
  const restarts = planRestarts(changed, wanted, (id) => cluster.isLive(id));
  const restarted = [...restarts.rolled, ...restarts.together];
  const all = [...new Set([...start, ...waiting, ...restarted])];
  if (all.length === 0) return cluster.settlePending([...pending.start, ...pending.restart]);
  cluster.journal.record('up-resumed', null, `continuing the start of ${all.join(', ')}`);
  try {
    const notices = await checkMachine(cluster.world, {
      cluster: cluster.name,
      specs: wanted,
      changeOf: (id) => (restarted.includes(id) ? 'restart' : start.includes(id) ? 'start' : 'none'),
      releaseBefore: (id) => cluster.spec(id).release.version,
    });
    for (const message of notices) options.report({ event: 'notice', message });
    options.signal.throwIfAborted();
    await bringUp(cluster, { start: [...start, ...waiting], restarts }, { ...options, wait: true });
  } finally {
    cluster.settlePending([...pending.start, ...pending.restart]);
  }
}
