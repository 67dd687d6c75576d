import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { z } from 'zod';
import { RmqdevError } from '../../base/errors.js';
import { counted } from '../../base/units.js';
import type { UpResult } from '../../contract/routes.js';
import type { InstallProgress } from '../../install/progress.js';
import type { Cluster } from '../cluster.js';
import { makeClassArchives } from '../launch/class-archive.js';
import { type PlanRequest, planCluster } from '../plan/plan.js';
import { isMaster, isSlave } from '../spec/node-spec.js';
import { endLeftWork } from '../state/own-processes.js';
import { noteElections } from '../status/elections.js';
import type { ClusterMeter } from '../status/meter.js';
import { bringUp } from './bring-up.js';
import type { Report } from './progress.js';
import { REPORT_TIMEOUT_MS, startNodes, stopNodes } from './start.js';
import { createTopicsAndGroups } from './topics.js';

export type UpRequest = Omit<PlanRequest, 'mayInstall' | 'report' | 'signal'> & { wait: boolean; timeoutMs: number };

/**
 * Brings a cluster to what its profile says: starts what is down, rolls what has changed, stops what is no longer wanted;
 * resolves when all is ready and in sync.
 */
export async function up(
  cluster: Cluster,
  meter: ClusterMeter,
  request: UpRequest,
  report: Report,
  signal: AbortSignal,
): Promise<z.infer<typeof UpResult>> {
  const { clock } = cluster.world;
  const since = clock.monotonicMs();
  const wishes = cluster.wishes.stops;
  const stages: Record<string, number> = {};
  let stageSince = since;
  const stage = (name: string) => {
    const now = clock.monotonicMs();
    stages[name] = Math.round(now - stageSince);
    stageSince = now;
    report({ event: 'stage', stage: name, tMs: Math.round(now - since) });
  };

  const { plan, assignments, restarts, remove } = await planCluster(cluster, {
    ...request,
    mayInstall: true,
    report: (version, progress) => report({ event: 'install', version, ...installText(progress) }),
    signal,
  });
  // `down` may have come while a release was being installed: nothing has been started, and nothing is now.
  signal.throwIfAborted();
  report({ event: 'plan', plan });
  for (const message of plan.notices) report({ event: 'notice', message });
  stage('plan');

  cluster.journal.record('up-started', null, `up ${plan.profile} on RocketMQ ${plan.rocketmq}, JDK ${plan.java.version}`, {
    profileFile: plan.profileFile,
  });
  await stopNodes(cluster, remove, report);
  for (const id of remove) {
    cluster.journal.record('node-removed', id, `${id} is no longer in the profile; its data stays in ${cluster.spec(id).paths.root}`);
  }
  const ids = request.profile.nodes.map(({ id }) => id);
  const restarted = [...restarts.rolled, ...restarts.together];
  const start = ids.filter((id) => !restarted.includes(id));
  // With the new profile, or not at all: from then on a later daemon goes on with what is not done.
  cluster.wishes.addPending({ start, restart: restarted });
  cluster.apply(request.profile, request.debug, assignments);
  await bringUp(cluster, { start, restarts }, { timeoutMs: request.timeoutMs, signal, report, since: wishes, wait: request.wait, stage });
  const wanted = request.profile.topics.length + request.profile.groups.length;
  if (request.wait) {
    await noteElections(cluster, meter);
    await createTopicsAndGroups(cluster, report, signal);
    if (wanted > 0) stage('topics and groups');
  } else if (wanted > 0) {
    const message = `topics and groups of the profile are created by an \`up\` that waits: run it again without --no-wait`;
    report({ event: 'notice', message });
  }
  if (request.wait) cluster.background.begin('class archives', (ending) => makeClassArchives(cluster, ending));
  const readyMs = request.wait ? Math.round(clock.monotonicMs() - since) : null;
  cluster.journal.record(
    'up-finished',
    null,
    request.wait ? `ready after ${((readyMs ?? 0) / 1_000).toFixed(1)} s` : 'started, not waited for',
    { stages },
  );
  return { ...(await meter.status(ids)), state: cluster.stateOfNodes, readyMs, stages };
}

/** Stops everything, proves it, and with `remove` deletes the cluster's folder and forgets the cluster. */
export async function down(
  cluster: Cluster,
  options: { remove: boolean; prove: () => Promise<string[]> },
  report: Report,
): Promise<{ tookMs: number; proof: string[]; deleted: string | null }> {
  const { clock } = cluster.world;
  const since = clock.monotonicMs();
  // It waited for another `down --delete`, which has done it.
  if (cluster.isDeleted) return { tookMs: 0, proof: ['deleted by the `down --delete` before this one'], deleted: cluster.paths.root };
  if (!cluster.hasNodes) return { tookMs: 0, proof: ['its first `up` was given up before anything was started'], deleted: null };
  cluster.journal.record('down-started', null, options.remove ? 'down, and delete its data' : 'down');
  await cluster.background.end();
  await endLeftWork(cluster.world, cluster.paths);
  await stopNodes(
    cluster,
    cluster.specs.map((spec) => spec.id),
    report,
  );
  const proof = await options.prove();
  const tookMs = Math.round(clock.monotonicMs() - since);
  cluster.journal.record('down-finished', null, `down after ${(tookMs / 1_000).toFixed(1)} s: ${proof.join(', ')}`);
  if (!options.remove) return { tookMs, proof, deleted: null };
  // A report that is still being made would bring its folder back.
  await Promise.all(cluster.specs.map(({ id }) => cluster.crashes.settled(id, REPORT_TIMEOUT_MS)));
  await cluster.delete()();
  return { tookMs, proof, deleted: cluster.paths.root };
}

/**
 * Gives these nodes empty stores on the same ports: stops them, wipes their folders, starts those that ran.
 * @throws RmqdevError STORE_INCOMPATIBLE if a slave would keep more than its master then has; INTERRUPTED if `down` takes over: before the
 * first store is removed nothing is lost, and after it says so
 */
export async function resetNodes(
  cluster: Cluster,
  ids: readonly string[],
  options: { timeoutMs: number; signal: AbortSignal; report: Report },
): Promise<void> {
  refuseToEmptyMasterAlone(cluster, ids);
  const running = ids.filter((id) => cluster.supervisor(id).intent === 'up');
  const since = cluster.wishes.stops;
  // A daemon that ends before the start leaves it to the next one.
  cluster.addPending({ start: running });
  try {
    await stopNodes(cluster, ids, options.report);
    options.signal.throwIfAborted();
    // From here on all of them: half a pair emptied does not replicate. Slaves first: an empty slave fetches what its master has.
    const specs = ids.map((id) => cluster.spec(id));
    for (const { id, paths } of [...specs.filter((spec) => !isMaster(spec)), ...specs.filter(isMaster)]) {
      await rm(paths.root, { recursive: true, force: true });
      cluster.journal.record('node-reset', id, `${id} begins with an empty store`);
    }
    if (options.signal.aborted) throw emptiedBut(cluster, ids);
    await startNodes(cluster, running, { ...options, wait: true, since });
  } finally {
    cluster.settlePending(running);
  }
}

function emptiedBut(cluster: Cluster, ids: readonly string[]): RmqdevError {
  return new RmqdevError('INTERRUPTED', {
    what: `\`reset\` of ${cluster.name} did not start its nodes again`,
    why: `\`down\` was asked for meanwhile; the stores of ${ids.join(', ')} had already been emptied`,
    next: `\`rmqdev start all -c ${cluster.name}\` starts them with empty stores`,
  });
}

/** A slave does not follow a master that has less than itself, while RocketMQ acknowledges as if it did: see broker-startup.ts. */
function refuseToEmptyMasterAlone(cluster: Cluster, ids: readonly string[]): void {
  const masters = cluster.specs.filter((spec) => isMaster(spec) && ids.includes(spec.id));
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

export function installText(progress: InstallProgress): { message: string; receivedBytes: number | null; totalBytes: number | null } {
  const none = { receivedBytes: null, totalBytes: null };
  switch (progress.kind) {
    case 'download':
      return { message: `downloading ${progress.url}`, receivedBytes: progress.receivedBytes, totalBytes: progress.totalBytes ?? null };
    case 'unpack':
      return { message: `unpacking, ${counted(progress.files, 'file')}`, ...none };
    case 'done':
      return { message: `installed in ${progress.home}`, ...none };
    default:
      return { message: progress.message, ...none };
  }
}
