import type { z } from 'zod';
import { counted } from '../../base/units.js';
import type { UpResult } from '../../contract/routes.js';
import type { InstallProgress } from '../../install/progress.js';
import type { Cluster } from '../cluster.js';
import { planCluster } from '../plan/plan.js';
import type { PlanRequest } from '../plan/plan-request.js';
import type { ClusterMeter } from '../status/meter.js';
import { noteElections } from '../status/note-elections.js';
import { bringUp } from './bring-up.js';
import { makeClassArchives } from './make-class-archives.js';
import { differingClocks, silentHosts } from './other-hosts.js';
import type { Settle } from './pending.js';
import type { Report } from './progress.js';
import { OPTIONAL_STAGE } from './start.js';
import { stopNodes } from './stop.js';
import { createTopicsAndGroups } from './topics.js';

export type UpRequest = Omit<PlanRequest, 'mayInstall' | 'report' | 'signal'> & { wait: boolean; timeoutMs: number };

/**
 * Makes a cluster match its profile: starts what is down, rolls what has changed, stops what is no longer wanted.
 * Resolves when everything is ready and in sync.
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

  const { plan, host, assignments, restarts, remove } = await planCluster(cluster, {
    ...request,
    mayInstall: true,
    report: (version, progress) => report({ event: 'install', version, ...installText(progress) }),
    signal,
  });
  // `down` may have come during the installation of a release: nothing was started, so start nothing now.
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
  const ids = plan.nodes.filter(({ change }) => change !== 'remove').map(({ id }) => id);
  const restarted = [...restarts.rolled, ...restarts.together];
  const start = ids.filter((id) => !restarted.includes(id));
  // What a user has stopped since is not for a later daemon to start.
  const isWanted = (id: string) => !cluster.wishes.wasStoppedSince(id, wishes);
  // With the new profile, or not at all: from then on a later daemon continues what is not done.
  const pending = { start: start.filter(isWanted), restart: restarted.filter(isWanted) };
  cluster.apply({ profile: request.profile, host, debug: request.debug, assignments, pending });
  const settle: Settle = (settled) => cluster.settlePending(settled);
  const { timeoutMs, wait } = request;
  await bringUp(cluster, { start, restarts }, { timeoutMs, signal, report, since: wishes, wait, stage, settle });
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
  for (const message of [...silentHosts(cluster), ...(await differingClocks(cluster))]) report({ event: 'notice', message });
  // The cluster was ready before its dashboard.
  const readyMs = request.wait ? Math.round(clock.monotonicMs() - since - (stages[OPTIONAL_STAGE] ?? 0)) : null;
  cluster.journal.record(
    'up-finished',
    null,
    request.wait ? `ready after ${((readyMs ?? 0) / 1_000).toFixed(1)} s` : 'started, not waited for',
    { stages },
  );
  const all = [...ids, ...cluster.elsewhere.map(({ id }) => id)];
  return { ...(await meter.status(all, { takesProof: request.wait })), state: cluster.stateOfNodes, readyMs, stages };
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
