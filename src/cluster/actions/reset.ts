import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { RmqdevError } from '../../base/errors.js';
import type { Cluster } from '../cluster.js';
import { isMaster, isSlave, type NodeSpec } from '../spec/node-spec.js';
import { whilePending } from './pending.js';
import type { Report } from './progress.js';
import { startNodes } from './start.js';
import { stopNodes } from './stop.js';

/**
 * Gives these nodes empty stores on the same ports: kills them at once, wipes their folders, starts those that ran.
 * @throws RmqdevError STORE_INCOMPATIBLE if a slave would keep more than its master then has; INTERRUPTED if `down` takes over. Before
 * the first store is removed, no more is lost than by a kill; after that, the error says so.
 */
export async function resetNodes(
  cluster: Cluster,
  ids: readonly string[],
  options: { timeoutMs: number; signal: AbortSignal; report: Report },
): Promise<void> {
  refuseToEmptyMasterAlone(cluster, ids);
  const running = ids.filter((id) => cluster.supervisor(id).intent === 'up');
  const since = cluster.wishes.stops;
  // If the daemon ends before the start, the next daemon does it.
  await whilePending(cluster, { start: running }, undefined, async (settle) => {
    await stopNodes(cluster, ids, options.report, 'at-once');
    options.signal.throwIfAborted();
    // From here on, empty all of them: a pair with one empty store does not replicate. Slaves first: an empty slave copies what its master has.
    const specs = ids.map((id) => cluster.spec(id));
    for (const { id, paths } of [...specs.filter((spec) => !isMaster(spec)), ...specs.filter(isMaster)]) {
      await rm(paths.root, { recursive: true, force: true });
      cluster.journal.record('node-reset', id, `${id} begins with an empty store`);
    }
    if (options.signal.aborted) throw emptiedBut(cluster, ids);
    await startNodes(cluster, running, { ...options, wait: true, since, settle });
  });
}

function emptiedBut(cluster: Cluster, ids: readonly string[]): RmqdevError {
  return new RmqdevError('INTERRUPTED', {
    what: `\`reset\` of ${cluster.name} did not start its nodes again`,
    why: `\`down\` was started during it; the stores of ${ids.join(', ')} were already empty`,
    next: `\`rmqdev start all -c ${cluster.name}\` starts them with empty stores`,
  });
}

/** What a slave of another host holds cannot be seen, and its daemon is not asked. */
function keptElsewhere(cluster: Cluster, ids: readonly string[], { id, host, brokerName }: NodeSpec): RmqdevError {
  return new RmqdevError('STORE_INCOMPATIBLE', {
    what: `cannot reset ${ids.join(', ')}: ${id} of ${brokerName} is on host ${host}`,
    why: `${id} would keep more than the empty master has: it copies nothing then, while the master acknowledges as if it did`,
    next: `Delete the cluster on every host and start it again: \`rmqdev down --delete -c ${cluster.name}\` on each, then \`rmqdev up\` on each`,
  });
}

/** A slave does not follow a master that has less data, but RocketMQ acknowledges as if it did: see roles/broker/fixed-startup.ts. */
function refuseToEmptyMasterAlone(cluster: Cluster, ids: readonly string[]): void {
  const masters = cluster.specs.filter((spec) => isMaster(spec) && ids.includes(spec.id));
  const remote = cluster.elsewhere.find((spec) => isSlave(spec) && masters.some(({ brokerName }) => brokerName === spec.brokerName));
  if (remote) throw keptElsewhere(cluster, ids, remote);
  const left = masters.flatMap((master) =>
    cluster.specs.filter(
      (spec) => isSlave(spec) && spec.brokerName === master.brokerName && !ids.includes(spec.id) && existsSync(spec.paths.store),
    ),
  );
  if (left.length === 0) return;
  const names = left.map(({ id }) => id).join(', ');
  throw new RmqdevError('STORE_INCOMPATIBLE', {
    what: `cannot reset ${ids.join(', ')} without ${names}`,
    why: `${names} would keep more than the empty master has: it copies nothing then, while the master acknowledges as if it did`,
    next: `Reset both: \`rmqdev reset ${[...ids, ...left.map(({ id }) => id)].join(' ')} -c ${cluster.name}\``,
  });
}
