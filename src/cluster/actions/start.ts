import type { Cluster } from '../cluster.js';
import { isOptional } from '../roles/definitions.js';
import { type Milestone, START_STAGES } from '../roles/role.js';
import { missedElsewhere } from './other-hosts.js';
import { type Settle, whilePending } from './pending.js';
import { type Report, reportNodes } from './progress.js';
import { gaveUp, refuseWhereStopped, timedOut } from './start-failures.js';
import { type StartMilestone, startMilestones, startNeeds } from './start-order.js';

/** The stage of a start that is only about nodes which the cluster is ready without. */
export const OPTIONAL_STAGE = 'dashboard';

export type StartOptions = {
  wait: boolean;
  timeoutMs: number;
  signal: AbortSignal;
  report: Report;
  stage?: (name: string) => void;
  /** A notice, not an error, if an optional node such as a dashboard does not come up. Always so if it is started together with others. */
  sparesOptional?: boolean;
  /** The count of stops when the user asked for the start, see `StartWishes.stops`; if omitted: now. */
  since?: number;
  /** Of a caller that has noted the nodes as pending. If omitted, they are noted now. */
  settle?: Settle;
};
/**
 * Starts each of `ids` when the nodes that its role needs are far enough. With `wait`, resolves when all are ready; for brokers this means
 * in sync. Does not wait for a node that the user stops during the start, or has stopped since the count of wishes was `since`.
 * @throws RmqdevError NODE_GAVE_UP if one is given up; TIMEOUT after `timeoutMs` (the nodes continue to start); NODE_NOT_RUNNING at the
 * end of the wait, if one was stopped during it. An optional node starts last, and its failure is a notice.
 */
export async function startNodes(cluster: Cluster, ids: readonly string[], options: StartOptions): Promise<void> {
  const since = options.since ?? cluster.wishes.stops;
  const started = ids.filter((id) => !cluster.wishes.wasStoppedSince(id, since));
  using deadline = cluster.world.clock.deadline(options.timeoutMs, options.signal);
  const endReport = reportNodes(cluster, started, options.report);
  const spared = sparedOf(cluster, started, options.sparesOptional ?? false);
  const work = async () => {
    await cluster.lookElsewhere();
    await startInOrder(cluster, started, { ...options, since, spared, signal: deadline.signal });
    if (!options.wait) return;
    if (started.some((id) => cluster.spec(id).role === 'namesrv')) await untilOthersReady(cluster, deadline.signal);
    refuseWhereStopped(
      cluster,
      ids.filter((id) => !spared.includes(id)),
    );
    await untilSettled(cluster, spared, { ...options, signal: deadline.signal });
  };
  try {
    await whilePending(cluster, { start: started }, options.settle, work);
  } catch (error) {
    if (isTimeout(error))
      throw timedOut(
        cluster,
        started.filter((id) => !spared.includes(id)),
        options.timeoutMs,
      );
    throw error;
  } finally {
    endReport();
  }
}

/** @returns the nodes among `ids` that the others are ready without. */
function sparedOf(cluster: Cluster, ids: readonly string[], isAlways: boolean): string[] {
  const optional = ids.filter((id) => isOptional(cluster.spec(id)));
  return isAlways || optional.length < ids.length ? optional : [];
}

/** Waits for optional nodes as long as each may take to start, and tells why one is not ready. Throws nothing but an abort by somebody else. */
async function untilSettled(cluster: Cluster, ids: readonly string[], { signal, report, stage }: StartOptions): Promise<void> {
  if (ids.length === 0) return;
  const timeoutMs = Math.max(...ids.map((id) => cluster.spec(id).startTimeoutMs));
  const hasFailed = (id: string) => cluster.supervisor(id).state === 'failed';
  const isMissing = (id: string) => hasFailed(id) || (cluster.supervisor(id).intent === 'up' && cluster.supervisor(id).state !== 'ready');
  using deadline = cluster.world.clock.deadline(timeoutMs, signal);
  try {
    await cluster.until(() => ids.every((id) => hasFailed(id) || !isMissing(id)), deadline.signal);
  } catch (error) {
    if (!isTimeout(error)) throw error;
  }
  for (const id of ids.filter(isMissing)) report({ event: 'notice', message: await whyNotReady(cluster, id) });
  stage?.(OPTIONAL_STAGE);
}

async function whyNotReady(cluster: Cluster, id: string): Promise<string> {
  const { state, reason } = cluster.supervisor(id);
  const without = `cluster ${cluster.name} is ready without it`;
  if (state !== 'failed') {
    return `${id} is not ready yet${reason === null ? '' : `: ${reason}`}; ${without}. It continues to start: \`rmqdev status ${id} -c ${cluster.name}\``;
  }
  const { what, why, next } = (await gaveUp(cluster, id)).text;
  return `${what}: ${why}; ${without}. ${next}`;
}

const isTimeout = (error: unknown): boolean => error instanceof DOMException && error.name === 'TimeoutError';

async function startInOrder(
  cluster: Cluster,
  ids: readonly string[],
  options: StartOptions & { since: number; spared: readonly string[] },
): Promise<void> {
  const specs = ids.map((id) => cluster.spec(id));
  const waiting = new Set(ids);
  // A slave that starts before its master must not be ready without it, nor a master without a slave that is still to come.
  using _ = cluster.expect(waiting);
  const isPast = (id: string, until: Milestone) => !waiting.has(id) && hasReached(cluster, id, until);
  const isSpared = (id: string) => options.spared.includes(id);
  const isRequired = (id: string) => !isSpared(id);
  // Without a wait nobody comes back later to start it.
  const isDue = (id: string) =>
    (isSpared(id) && !options.wait && ![...waiting].some(isRequired)) ||
    startNeeds(cluster.spec(id), specs).every((need) => isPast(need.id, need.until));
  const milestones = startMilestones(specs);
  const isReached = (milestone: StartMilestone | undefined) => milestone?.ids.every((id) => isPast(id, milestone.until)) ?? false;
  const isOver = () => waiting.size === 0 && (!options.wait || ids.filter(isRequired).every((id) => isPast(id, 'ready')));
  for (;;) {
    options.signal.throwIfAborted();
    for (const id of [...waiting].filter(isDue)) {
      waiting.delete(id);
      if (!cluster.wishes.wasStoppedSince(id, options.since)) await startOne(cluster, id);
    }
    for (; isReached(milestones[0]); milestones.shift()) options.stage?.((milestones[0] as StartMilestone).label);
    // A node that is not started yet may have failed before.
    const begun = ids.filter((id) => !waiting.has(id) && isRequired(id));
    if (failedOf(cluster, begun) === undefined && isOver()) return;
    await untilNoneFailed(cluster, begun, () => [...waiting].some(isDue) || isReached(milestones[0]) || isOver(), options.signal);
  }
}

async function startOne(cluster: Cluster, id: string): Promise<void> {
  const supervisor = cluster.supervisor(id);
  const resumed = supervisor.resume();
  supervisor.start();
  await resumed;
}

/** A node that is no longer wanted delays no other, nor does one that waits for another host alone. */
function hasReached(cluster: Cluster, id: string, until: Milestone): boolean {
  const { state, intent } = cluster.supervisor(id);
  if (intent === 'down' || state === 'ready') return true;
  const stage = cluster.stage(id);
  if (stage === undefined) return false;
  if (until !== 'ready' && START_STAGES.indexOf(stage) >= START_STAGES.indexOf(until)) return true;
  return missedElsewhere(cluster, id).length > 0;
}

/** A restarted NameServer knows no broker: running brokers are ready again once they have registered with it. */
async function untilOthersReady(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const { specs } = cluster;
  const doubted = specs.map(({ id }) => id).filter((id) => cluster.supervisor(id).state === 'unready');
  const isBack = (id: string) => cluster.supervisor(id).intent === 'down' || cluster.supervisor(id).state !== 'unready';
  await untilNoneFailed(cluster, doubted, () => doubted.every(isBack), signal);
}

/** Resolves once `condition` holds. @throws RmqdevError NODE_GAVE_UP if one of `ids` is given up; the reason of the signal if it aborts */
async function untilNoneFailed(cluster: Cluster, ids: readonly string[], condition: () => boolean, signal: AbortSignal): Promise<void> {
  await cluster.until(() => failedOf(cluster, ids) !== undefined || condition(), signal);
  const id = failedOf(cluster, ids);
  if (id !== undefined) throw await gaveUp(cluster, id);
}

const failedOf = (cluster: Cluster, ids: readonly string[]) => ids.find((id) => cluster.supervisor(id).state === 'failed');
