import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import { allOf } from '../../diagnose/allot-ports.js';
import type { Role } from '../../profile/profile.js';
import { releaseTraits } from '../../rocketmq/releases.js';
import { describeExit, type NodeExitRecord } from '../../supervisor/node-run.js';
import type { Cluster } from '../cluster.js';
import { causeOf } from '../ends/crash-reports.js';
import { stdoutTail } from '../ends/stdout-tail.js';
import { START_STAGES, type StartStage } from '../roles/role.js';
import { isElected, isMaster, isSlave, type NodeSpec } from '../spec/node-spec.js';
import { ownProcesses } from '../state/own-processes.js';
import { type Report, reportNodes } from './progress.js';

/** A crash report is waited for no longer. */
export const REPORT_TIMEOUT_MS = 2_000;
const MAX_PROOF = 300;

export type StartOptions = {
  wait: boolean;
  timeoutMs: number;
  signal: AbortSignal;
  report: Report;
  stage?: (name: string) => void;
  /** The count of stops at which the wish arose, see `StartWishes.stops`; omitted: now. */
  since?: number;
};
type RestartOptions = Omit<StartOptions, 'wait' | 'stage'>;

/**
 * Starts `ids` in the order their releases want and, with `wait`, resolves when all are ready, which for brokers means in sync.
 * A node that the user stops meanwhile, or has stopped since the count of wishes was `since`, is not waited for.
 * @throws RmqdevError NODE_GAVE_UP where one is given up; TIMEOUT past `timeoutMs` (nodes go on starting); NODE_NOT_RUNNING at the
 * end of the wait, where one was stopped meanwhile.
 */
export async function startNodes(cluster: Cluster, ids: readonly string[], options: StartOptions): Promise<void> {
  const since = options.since ?? cluster.wishes.stops;
  const wanted = ids;
  ids = ids.filter((id) => !cluster.wishes.wasStoppedSince(id, since));
  using deadline = cluster.world.clock.deadline(options.timeoutMs, options.signal);
  const endReport = reportNodes(cluster, ids, options.report);
  cluster.addPending({ start: ids });
  try {
    const tiers = startTiers(ids.map((id) => cluster.spec(id)));
    const proxies = ids.filter((id) => isProxy(cluster.spec(id)));
    const isReady = (id: string) => cluster.supervisor(id).state === 'ready';
    for (const tier of tiers) {
      options.signal.throwIfAborted();
      if (tier.some(isProxy)) options.stage?.('brokers');
      for (const { id } of tier) {
        if (cluster.wishes.wasStoppedSince(id, since)) continue;
        const resumed = cluster.supervisor(id).resume();
        cluster.supervisor(id).start();
        await resumed;
      }
      const names = tier.map(({ id }) => id);
      if (tier.some(isProxy)) break;
      if (tier[0]?.role !== 'broker') {
        await untilAll(cluster, names, isReady, deadline.signal);
        options.stage?.(tier.some(({ role }) => role === 'controller') ? 'NameServers and controllers' : 'NameServers');
      } else if (options.wait || tier !== tiers.at(-1)) {
        const wantedStage = tiers[tiers.indexOf(tier) + 1]?.some(isProxy) ? 'registered' : 'answering';
        await untilAll(cluster, names, (id) => isReady(id) || hasReached(cluster, id, wantedStage), deadline.signal);
      }
    }
    if (proxies.length === 0) options.stage?.('brokers');
    if (!options.wait) return;
    const others = ids.filter((id) => !proxies.includes(id));
    await untilAll(cluster, others, isReady, deadline.signal);
    if (ids.some((id) => cluster.spec(id).role === 'namesrv')) await untilOthersReady(cluster, deadline.signal);
    options.stage?.('in sync');
    if (proxies.length > 0) {
      await untilAll(cluster, proxies, isReady, deadline.signal);
      options.stage?.('proxies');
    }
    refuseWhereStopped(cluster, wanted);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') throw timedOut(cluster, ids, options.timeoutMs);
    throw error;
  } finally {
    endReport();
    cluster.settlePending(ids);
  }
}

const isProxy = ({ role }: NodeSpec): boolean => role === 'proxy';

function hasReached(cluster: Cluster, id: string, wanted: StartStage): boolean {
  return START_STAGES.indexOf(cluster.stage(id) as StartStage) >= START_STAGES.indexOf(wanted);
}

/**
 * NameServers and controllers first: a broker that finds none asks again only after 5 to 10 s. Then masters before slaves, or all at once, as the
 * release wants. Proxies last: one that finds no broker on its NameServers ends with 1.
 */
export function startTiers(specs: readonly NodeSpec[]): NodeSpec[][] {
  const brokers = specs.filter((spec) => spec.role === 'broker');
  const together = brokers.every((spec) => releaseTraits(spec.release.version).startOrder === 'together');
  const tiers = together ? [brokers] : [brokers.filter((spec) => !isSlave(spec)), brokers.filter(isSlave)];
  const first = specs.filter((spec) => spec.role !== 'broker' && !isProxy(spec));
  return [first, ...tiers, specs.filter(isProxy)].filter((tier) => tier.length > 0);
}

/**
 * Proxies before the brokers that they serve, brokers before controllers, and these before NameServers, so that every broker can still take its name off them; of the brokers, slaves are told first.
 * Slaves and masters end side by side: waiting for the slaves first doubles the time and saves nothing, their stores are closed apart.
 */
export function stopTiers(specs: readonly NodeSpec[]): NodeSpec[][] {
  const brokers = [...specs.filter(isSlave), ...specs.filter(isElected), ...specs.filter(isMaster)];
  const withRole = (role: Role) => specs.filter((spec) => spec.role === role);
  return [withRole('proxy'), brokers, withRole('controller'), withRole('namesrv')].filter((tier) => tier.length > 0);
}

/** Stops `ids`, a tier at a time. Resolves when all their processes are gone. */
export async function stopNodes(cluster: Cluster, ids: readonly string[], report: Report): Promise<void> {
  const endReport = reportNodes(cluster, ids, report);
  try {
    for (const tier of stopTiers(ids.map((id) => cluster.spec(id)))) {
      await Promise.all(
        tier.map(async ({ id }) => {
          const { how, tookMs } = await cluster.supervisor(id).stop();
          if (how === 'not-running') return;
          const isOnDemand = cluster.supervisor(id).lastExit?.cause === 'killed-by-user';
          const killed = isOnDemand ? 'was killed by the user while it stopped' : 'had to be killed after its stop time-out';
          const text = how === 'terminated' ? 'ended by itself after SIGTERM' : killed;
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

/** Somebody asks again for a stop that is under way: what has been sent to the nodes that do not end is sent again. */
export function urgeStops(cluster: Cluster): void {
  for (const { id } of cluster.specs) if (cluster.supervisor(id).state === 'stopping') void cluster.supervisor(id).stop();
}

/** Restarts one node at a time, each ready and in sync before the next: NameServers first, slaves before masters, an elected master after its followers; proxies last. */
export async function rollNodes(cluster: Cluster, ids: readonly string[], options: RestartOptions): Promise<void> {
  const since = options.since ?? cluster.wishes.stops;
  const specs = ids.map((id) => cluster.spec(id));
  const leads = (spec: NodeSpec) => cluster.elections.lastMaster(spec.brokerName ?? '') === spec.id;
  const order = [
    ...specs.filter((spec) => spec.role !== 'broker' && !isProxy(spec)),
    ...specs.filter(isSlave),
    ...specs.filter((spec) => isElected(spec) && !leads(spec)),
    ...specs.filter((spec) => isElected(spec) && leads(spec)),
    ...specs.filter(isMaster),
    ...specs.filter(isProxy),
  ];
  for (const { id } of order) {
    options.signal.throwIfAborted();
    if (cluster.wishes.wasStoppedSince(id, since)) continue;
    await restartTogether(cluster, [id], { ...options, since });
  }
}

/** Stops all of `ids`, then starts them in the order their releases want. Resolves when they are ready and in sync. */
export async function restartTogether(cluster: Cluster, ids: readonly string[], options: RestartOptions): Promise<void> {
  // A daemon that ends between stop and start leaves that start to the next one.
  cluster.addPending({ start: ids });
  try {
    await stopNodes(cluster, ids, options.report);
    const { timeoutMs, signal, report, since } = options;
    await startNodes(cluster, ids, { timeoutMs, signal, report, wait: true, ...(since === undefined ? {} : { since }) });
  } finally {
    cluster.settlePending(ids);
  }
}

/** Whoever waits for nodes must not be told that they are up while one is down: `rmqdev up … && mvn test`. */
function refuseWhereStopped(cluster: Cluster, ids: readonly string[]): void {
  const down = ids.filter((id) => cluster.supervisor(id).intent === 'down');
  if (down.length === 0) return;
  throw new RmqdevError('NODE_NOT_RUNNING', {
    what: `${down.join(', ')} ${down.length === 1 ? 'is' : 'are'} not up`,
    why: 'stopped or killed while the start was under way; what somebody ended so stays down',
    next: `Run \`rmqdev start ${down.join(' ')} -c ${cluster.name}\` to start again; \`rmqdev events -c ${cluster.name}\` tells what happened`,
  });
}

/** A NameServer that was restarted knows nothing: running brokers are ready again once they have registered with it. */
async function untilOthersReady(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const doubted = cluster.specs.map((spec) => spec.id).filter((id) => cluster.supervisor(id).state === 'unready');
  await untilAll(cluster, doubted, (id) => cluster.supervisor(id).state !== 'unready', signal);
}

/**
 * Resolves once `condition` holds for each of `ids` that is still wanted up.
 * @throws RmqdevError NODE_GAVE_UP, or what the signal was aborted with.
 */
export async function untilAll(
  cluster: Cluster,
  ids: readonly string[],
  condition: (id: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const failed = () => ids.find((id) => cluster.supervisor(id).state === 'failed');
  await cluster.until(() => {
    return failed() !== undefined || ids.every((id) => cluster.supervisor(id).intent === 'down' || condition(id));
  }, signal);
  const id = failed();
  if (id !== undefined) throw await gaveUp(cluster, id);
}

/**
 * Looks for what a stop must not leave behind: processes, bound ports.
 * @returns what was found in order, one sentence each, and notices (an `abort` file of a killed broker).
 * @throws RmqdevError STOP_INCOMPLETE naming what is left.
 */
export async function proveStopped(cluster: Cluster): Promise<string[]> {
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
  const aborted = brokers.filter((spec) => existsSync(join(spec.paths.store, 'abort'))).map((spec) => spec.id);
  return [
    'no process left',
    held.length === 0 ? `no port left (${ports.sort((a, b) => a - b).join(', ')})` : 'no port left in the hands of this cluster',
    ...(brokers.length === 0
      ? []
      : aborted.length === 0
        ? ['every store closed cleanly']
        : [`not closed cleanly: ${aborted.join(', ')} (killed or crashed before; the next boot recovers the store)`]),
  ];
}

function exitLine(exit: NodeExitRecord, meaning: string): string {
  return exit.code === null && exit.signal === null ? meaning : `${describeExit(exit)}: ${meaning}`;
}

/** @returns the same error, its first sentence naming the node. */
function naming(id: string, error: RmqdevError): RmqdevError {
  const { what, why, next } = error.text;
  if (what.startsWith(id)) return error;
  return new RmqdevError(error.code, { what: `${id} could not be started: ${what}`, why, next }, { cause: error });
}

/** @returns why a node was given up, with its cause where the report of its end is there in time. */
export async function gaveUp(cluster: Cluster, id: string): Promise<RmqdevError> {
  const { supervisor, spec } = { supervisor: cluster.supervisor(id), spec: cluster.spec(id) };
  // Nothing was started: what refused it knows better than the console of an earlier launch.
  const { launchFailure } = supervisor;
  if (launchFailure instanceof RmqdevError) return naming(id, launchFailure);
  await cluster.crashes.settled(id, REPORT_TIMEOUT_MS);
  const exit = supervisor.lastExit;
  const report = exit && cluster.crashes.of(id, exit.at);
  const cause = report ? causeOf(report.findings) : undefined;
  const more = `\`rmqdev explain ${id} -c ${cluster.name}\` shows the lines that prove it`;
  const tail = stdoutTail(spec.paths.stdout);
  if (exit && cause) {
    const proof = cause.at[0];
    return new RmqdevError('NODE_GAVE_UP', {
      what: `${id} did not come up: ${cause.what}`,
      why: [
        cause.why,
        ...(exit.detail === null ? [exitLine(exit, report?.exit.meaning ?? '')] : []),
        ...(proof
          ? [
              `${relative(spec.paths.root, proof.file)}${proof.line === null ? '' : `:${proof.line}`}: ${proof.text.trim().slice(0, MAX_PROOF)}`,
            ]
          : tail
            ? [`its last words: ${tail}`]
            : []),
      ].join('\n'),
      next: `${cause.next}\n${more}`,
    });
  }
  return new RmqdevError('NODE_GAVE_UP', {
    what: `${id} did not come up`,
    why: `${exit ? describeExit(exit) : 'no exit was seen'}${tail ? `; its last words: ${tail}` : '; it wrote nothing to its console'}`,
    next: `Read \`rmqdev explain ${id} -c ${cluster.name}\` and \`rmqdev logs ${id} --file all -n 50\` (${spec.paths.root}); the other nodes keep running, \`rmqdev down -c ${cluster.name}\` ends them`,
  });
}

function timedOut(cluster: Cluster, ids: readonly string[], timeoutMs: number): RmqdevError {
  const waiting = ids.filter((id) => cluster.supervisor(id).state !== 'ready' && cluster.supervisor(id).intent === 'up');
  const reasons = waiting.map(
    (id) => `${id} is ${cluster.supervisor(id).state}${cluster.supervisor(id).reason ? ` (${cluster.supervisor(id).reason})` : ''}`,
  );
  return new RmqdevError('TIMEOUT', {
    what: `cluster ${cluster.name} was not ready within ${timeoutMs / 1_000} s`,
    why: reasons.join('; '),
    next: `What was started goes on: \`rmqdev status -c ${cluster.name}\`, \`rmqdev logs ${waiting[0] ?? ''} -c ${cluster.name}\`; \`rmqdev start all -c ${cluster.name}\` starts the rest, --timeout allows more`,
  });
}
