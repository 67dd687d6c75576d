import type { Cluster } from '../cluster.js';
import { checkMachine } from '../plan/machine-check.js';
import { planRestarts, type Restarts } from '../plan/restarts.js';
import { changesBetween } from '../spec/differences.js';
import type { Pending } from '../state/start-wishes.js';
import { type Settle, whilePending } from './pending.js';
import type { Report } from './progress.js';
import { restartTogether, rollNodes } from './restart.js';
import { type StartOptions, startNodes } from './start.js';

/**
 * Brings nodes to the wanted state: starts what is down, then restarts what runs with older settings. The caller has noted all of them as
 * pending; each is settled when it is done, so that a later daemon continues with the rest.
 * @throws RmqdevError as `startNodes`
 */
export async function bringUp(
  cluster: Cluster,
  { start, restarts }: { start: readonly string[]; restarts: Pick<Restarts, 'rolled' | 'together'> },
  given: StartOptions & { settle: Settle },
): Promise<void> {
  const options = { ...given, sparesOptional: true };
  const { rolled, together } = restarts;
  await whilePending(cluster, { start, restart: [...rolled, ...together] }, given.settle, async () => {
    await startNodes(cluster, start, options);
    const { stage, ...restartOptions } = options;
    if (together.length > 0) await restartTogether(cluster, together, restartOptions);
    if (rolled.length > 0) await rollNodes(cluster, rolled, restartOptions);
    if (together.length + rolled.length > 0) stage?.('restart of changed nodes');
  });
}

/**
 * Continues what the end of an earlier daemon, or a restart of the machine, interrupted: with the checks and in the order of `up`.
 * @throws RmqdevError of the checks (NOT_ENOUGH_MEMORY …), and as `startNodes`; then nothing is pending any more
 */
export async function resume(cluster: Cluster, options: { timeoutMs: number; signal: AbortSignal; report: Report }): Promise<void> {
  const pending = cluster.wishes.pending;
  const settle: Settle = (ids) => cluster.settlePending(ids);
  const { start, waiting, restarted } = sortPending(cluster, pending);
  const wanted = cluster.specs.map(({ id }) => cluster.nextSpec(id));
  const changed = restarted.map((id) => ({ now: cluster.spec(id), next: cluster.nextSpec(id) }));
  const restarts = planRestarts(changed, wanted, (id) => cluster.isLive(id));
  const all = [...new Set([...start, ...waiting, ...restarted])];
  await whilePending(cluster, pending, settle, async () => {
    if (all.length === 0) return;
    cluster.journal.record('up-resumed', null, `continuing the start of ${all.join(', ')}`);
    const notices = await checkMachine(cluster.world, {
      cluster: cluster.name,
      specs: wanted,
      changeOf: (id) => (restarted.includes(id) ? 'restart' : start.includes(id) ? 'start' : 'none'),
      releaseBefore: (id) => cluster.spec(id).release.version,
    });
    for (const message of notices) options.report({ event: 'notice', message });
    options.signal.throwIfAborted();
    await bringUp(cluster, { start: [...start, ...waiting], restarts }, { ...options, wait: true, settle });
  });
}

/**
 * What an earlier daemon has not done: nodes to start, nodes that come up or end already, and running ones that must take their changed
 * settings. A node that it had stopped for a restart is to be started; one that it had not reached, and that has no change, runs on.
 */
function sortPending(cluster: Cluster, pending: Pending): { start: string[]; waiting: string[]; restarted: string[] } {
  const isRunning = (id: string) => cluster.isLive(id) && cluster.supervisor(id).state !== 'stopping';
  const begun = [...pending.start, ...pending.restart.filter((id) => !isRunning(id))].filter((id) => cluster.hasNode(id));
  const hasChanged = (id: string) => changesBetween(cluster.spec(id), cluster.nextSpec(id)).length > 0;
  return {
    start: begun.filter((id) => !cluster.isLive(id)),
    waiting: begun.filter((id) => cluster.isLive(id)),
    restarted: pending.restart.filter((id) => cluster.hasNode(id) && isRunning(id) && hasChanged(id)),
  };
}
