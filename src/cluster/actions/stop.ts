import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import { allOf } from '../../diagnose/allot-ports.js';
import { STORE_ABORT } from '../../rocketmq/store-layout.js';
import type { StopManner, StopOutcome } from '../../supervisor/node-run.js';
import type { Cluster } from '../cluster.js';
import { ownProcesses } from '../state/own-processes.js';
import { type Report, reportNodes } from './progress.js';
import { stopTiers } from './start-order.js';

/** Stops `ids`, one tier at a time; at once, all side by side. Resolves when all their processes are gone. */
export async function stopNodes(cluster: Cluster, ids: readonly string[], report: Report, manner: StopManner = 'orderly'): Promise<void> {
  const endReport = reportNodes(cluster, ids, report);
  const specs = ids.map((id) => cluster.spec(id));
  try {
    for (const tier of manner === 'at-once' ? [specs] : stopTiers(specs)) {
      await Promise.all(
        tier.map(async ({ id }) => {
          const { how, tookMs, proved } = await cluster.supervisor(id).stop(cluster.isThrownAway ? 'at-once' : manner);
          if (how === 'not-running') return;
          const isOnDemand = cluster.supervisor(id).lastExit?.cause === 'killed-by-user';
          const ended = isOnDemand && how === 'killed' ? 'was killed by the user while it stopped' : HOW[how];
          const text = proved === undefined ? ended : `${proved}; ${ended}`;
          cluster.journal.record('node-stop-proved', id, `${id} ${text}, ${(tookMs / 1_000).toFixed(1)} s`, {
            how,
            tookMs: Math.round(tookMs),
          });
        }),
      );
    }
  } finally {
    endReport();
  }
}

/** How a stop went, behind the name of the node. */
const HOW: Readonly<Record<Exclude<StopOutcome['how'], 'not-running'>, string>> = {
  terminated: 'ended by itself after SIGTERM',
  closed: 'its process was ended without waiting for it',
  killed: 'had to be killed after its stop time-out',
  discarded: 'was killed at once, because its data is thrown away',
};

/** The user asks again for a stop that is under way: sends the signals to the nodes that have not ended again. */
export function urgeStops(cluster: Cluster): void {
  const manner = cluster.isThrownAway ? 'at-once' : 'orderly';
  for (const { id } of cluster.specs) if (cluster.supervisor(id).state === 'stopping') void cluster.supervisor(id).stop(manner);
}

/**
 * Looks for what a stop must not leave: processes, bound ports.
 * @param options.storesStay false: they are about to be deleted, and nobody asks whether they were closed
 * @returns what was found in order, one sentence each, and notices (an `abort` file of a killed broker).
 * @throws RmqdevError STOP_INCOMPLETE naming what is left.
 */
export async function proveStopped(cluster: Cluster, { storesStay = true } = {}): Promise<string[]> {
  const { platform } = cluster.world;
  const { specs } = cluster;
  const processes = (await ownProcesses(cluster.world, cluster.paths)).map(({ name, pid }) => `${name}: pid ${pid}`);
  const ports = specs.flatMap((spec) => allOf(spec.ports));
  const held = await platform.listeners(ports);
  const own = held.filter((holder) => holder.command?.includes(cluster.paths.root));
  if (processes.length > 0 || own.length > 0) {
    throw new RmqdevError('STOP_INCOMPLETE', {
      what: `cluster ${cluster.name} is not down`,
      why: [...processes, ...own.map((holder) => `port ${holder.port} is still held by pid ${holder.pid}`)].join('; '),
      next: `Run \`rmqdev down -c ${cluster.name}\` again; \`rmqdev events -c ${cluster.name}\` tells what happened`,
    });
  }
  const brokers = specs.filter((spec) => spec.role === 'broker');
  const aborted = brokers.filter((spec) => existsSync(join(spec.paths.store, STORE_ABORT))).map((spec) => spec.id);
  return [
    'no process left',
    held.length === 0 ? `no port left (${ports.sort((a, b) => a - b).join(', ')})` : 'no port left that this cluster holds',
    ...(brokers.length === 0 || !storesStay
      ? []
      : aborted.length === 0
        ? ['every store closed cleanly']
        : [`not closed cleanly: ${aborted.join(', ')} (killed or crashed before; the next boot recovers the store)`]),
  ];
}
