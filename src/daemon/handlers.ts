import { down } from '../cluster/actions/down.js';
import { killNodes } from '../cluster/actions/kill-nodes.js';
import { resetNodes } from '../cluster/actions/reset.js';
import { rollNodes } from '../cluster/actions/restart.js';
import { startNodes } from '../cluster/actions/start.js';
import { proveStopped, stopNodes, urgeStops } from '../cluster/actions/stop.js';
import { liveRolesOf } from '../cluster/status/live-roles.js';
import { nodeLogFiles } from '../cluster/status/log-files.js';
import { folderBytes } from '../cluster/status/meter.js';
import { type Selection, selectAll } from '../cluster/status/selectors.js';
import type { World } from '../cluster/world.js';
import type { ProgressItem } from '../contract/events.js';
import type { Handlers } from '../contract/routes.js';
import type { ClusterStatus, ClusterSummary } from '../contract/status.js';
import { PROTOCOL } from '../contract/version.js';
import { endsProcess } from '../supervisor/exit-cause.js';
import type { ClusterRegistry, Entry } from './cluster-registry.js';
import { explainHandlers, type SelectHere } from './explain-handlers.js';
import { followJournal } from './follow-journal.js';
import { clean } from './leftovers.js';
import { downLost } from './lost-clusters.js';
import { onlyHere } from './only-here.js';
import { profileHandlers } from './profile-handlers.js';
import { releaseHandlers } from './release-handlers.js';
import { parseSignal } from './signals.js';
import { upHandlers } from './up-handlers.js';
import { waitFor } from './wait-for.js';
import { within } from './within.js';

type Daemon = { version: string; startedAt: string; shutdown: () => void };

/** What each call of the contract does. */
export function createHandlers(world: World, registry: ClusterRegistry, daemon: Daemon): Handlers {
  const selected = (entry: Entry, selectors: readonly string[] | undefined, needsHolder: boolean): Promise<Selection> =>
    selectAll(selectors ?? ['all'], entry.cluster.everyone, () => liveRolesOf(entry.cluster, entry.meter), needsHolder);
  const selectedHere: SelectHere = async (entry, { verb, selectors, needsHolder }) =>
    onlyHere(entry.cluster, await selected(entry, selectors, needsHolder), { verb, selectors });
  /** Likewise, and tells at once what it leaves out. */
  const toldHere = async (
    entry: Entry,
    request: Parameters<SelectHere>[1],
    emit: (item: ProgressItem) => void | Promise<void>,
  ): Promise<readonly string[]> => {
    const { ids, notice } = await selectedHere(entry, request);
    if (notice) await emit({ event: 'notice', message: notice });
    return ids;
  };
  const statusOf = ({ cluster, meter }: Entry) =>
    meter.status(
      cluster.everyone.map(({ id }) => id),
      { takesProof: true },
    );

  // To add up the folders of a large store takes a while: other callers in that time get the same answer.
  let underWay: Promise<ClusterSummary[]> | undefined;
  const summaries = (): Promise<ClusterSummary[]> => {
    underWay ??= Promise.all(registry.all.filter(({ cluster }) => cluster.hasNodes).map(summary)).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  return {
    ...upHandlers(world, registry),
    ...profileHandlers(world),
    ...releaseHandlers(world),
    ...explainHandlers(registry, selectedHere),

    hello: async () => ({ version: daemon.version, protocol: PROTOCOL, pid: process.pid, startedAt: daemon.startedAt }),

    shutdown: async () => {
      daemon.shutdown();
      return { pid: process.pid };
    },

    clusters: async () => ({
      clusters: await summaries(),
      broken: [...registry.broken].map(([cluster, error]) => ({ cluster, why: error.text.why })),
      recovered: registry.all.flatMap(({ cluster }) => cluster.notices.map((note) => ({ cluster: cluster.name, note }))),
    }),

    resolveCluster: async ({ cluster: name, for: purpose }) => registry.chosen(name, purpose),

    clusterStatus: async ({ cluster: name, selector }) => {
      const entry = registry.resolve(name);
      const { ids } = await selected(entry, selector, false);
      return entry.meter.status(ids);
    },

    clusterReach: async ({ cluster: name }) => {
      const specs = registry.resolve(name).cluster.specs;
      return { credentials: specs.find(({ account }) => account)?.account ?? null, tls: specs.some(({ tls }) => tls) };
    },

    start: async ({ cluster: name, selectors, timeoutMs, wait }, _signal, emit) => {
      const entry = registry.resolve(name, true);
      const ids = await toldHere(entry, { verb: 'start', selectors, needsHolder: false }, emit);
      await entry.cluster.operate('start', 'shared', (signal) => startNodes(entry.cluster, ids, { wait, timeoutMs, signal, report: emit }));
      return statusOf(entry);
    },

    stop: async ({ cluster: name, selectors, timeoutMs }, _signal, emit) => {
      const entry = registry.resolve(name, true);
      const ids = await toldHere(entry, { verb: 'stop', selectors, needsHolder: true }, emit);
      entry.cluster.noteStopped(ids);
      const { cluster } = entry;
      const next = `\`rmqdev wait ${selectors.join(' ')} --for stopped -c ${cluster.name}\` waits for its end`;
      await within({ clock: world.clock, timeoutMs, cluster, next }, () => stopNodes(cluster, ids, emit));
      return statusOf(entry);
    },

    restart: async ({ cluster: name, selectors, timeoutMs }, _signal, emit) => {
      const entry = registry.resolve(name, true);
      const ids = await toldHere(entry, { verb: 'restart', selectors, needsHolder: true }, emit);
      await entry.cluster.operate('restart', 'alone', (signal) => rollNodes(entry.cluster, ids, { timeoutMs, signal, report: emit }));
      return statusOf(entry);
    },

    reset: async ({ cluster: name, selectors, timeoutMs }, _signal, emit) => {
      const entry = registry.resolve(name, true);
      const ids = await toldHere(entry, { verb: 'reset', selectors, needsHolder: false }, emit);
      await entry.cluster.operate('reset', 'alone', (signal) => resetNodes(entry.cluster, ids, { timeoutMs, signal, report: emit }));
      return statusOf(entry);
    },

    pause: async ({ cluster: name, selectors }) => {
      const entry = registry.resolve(name, true);
      const { ids, notice } = await selectedHere(entry, { verb: 'pause', selectors, needsHolder: true });
      for (const id of ids) entry.cluster.supervisor(id).refuseUnlessRunning('pause');
      await Promise.all(ids.map((id) => entry.cluster.supervisor(id).pause()));
      return noting(await statusOf(entry), notice);
    },

    resume: async ({ cluster: name, selectors }) => {
      const entry = registry.resolve(name, true);
      const { ids, notice } = await selectedHere(entry, { verb: 'resume', selectors, needsHolder: false });
      for (const id of ids) entry.cluster.supervisor(id).refuseUnlessRunning('resume');
      await Promise.all(ids.map((id) => entry.cluster.supervisor(id).resume()));
      return noting(await statusOf(entry), notice);
    },

    kill: async ({ cluster: name, selectors, signal: signalName, restart, timeoutMs }, abort, emit) => {
      const signal = parseSignal(signalName);
      const entry = registry.resolve(name, true);
      const { ids, notice } = await selectedHere(entry, { verb: 'kill', selectors, needsHolder: true });
      for (const id of ids) entry.cluster.supervisor(id).refuseUnlessRunning('kill');
      if (notice) await emit({ event: 'notice', node: ids[0] as string, message: notice, tMs: 0 });
      if (endsProcess(signal) && !restart) entry.cluster.noteStopped(ids);
      await killNodes(entry.cluster, ids, { signal, restart, timeoutMs, abort }, emit);
      return { killed: ids };
    },

    wait: async ({ cluster: name, selectors, for: goal, timeoutMs }, closed) => {
      const entry = registry.resolve(name);
      const { ids, notice } = await selectedHere(entry, { verb: 'wait', selectors, needsHolder: false });
      return noting((await waitFor(entry, ids, { goal, timeoutMs, closed })) ?? (await statusOf(entry)), notice);
    },

    down: async ({ cluster: name, remove, timeoutMs }, _signal, emit) => {
      if (registry.broken.has(name)) return downLost(world, registry, name, remove);
      const { cluster } = registry.resolveForDown(name);
      // The operation that this one takes over may wait for a node that does not end.
      if (remove) cluster.isThrownAway = true;
      urgeStops(cluster);
      // Even if nobody waits for it any more.
      const over = () => {
        cluster.isThrownAway = false;
        if (!cluster.hasNodes) registry.remove(cluster);
      };
      const work = () => down(cluster, { remove, prove: () => proveStopped(cluster, { storesStay: !remove }) }, emit).finally(over);
      const next = `The same command waits for its end: \`rmqdev down${remove ? ' --delete' : ''} -c ${cluster.name}\``;
      const result = await within({ clock: world.clock, timeoutMs, cluster, next }, () => cluster.operate('down', 'takes-over', work));
      return { cluster: cluster.name, ...result };
    },

    events: async ({ cluster: name, follow, lines, selector }, closed, emit) => {
      const entry = registry.resolve(name);
      const wanted = selector ? new Set((await selected(entry, selector, false)).ids) : undefined;
      await followJournal(entry.cluster.journal, { follow, lines, wanted, closed }, emit);
      return {};
    },

    logFiles: async ({ cluster: name, selector }) => {
      const entry = registry.resolve(name);
      const { ids, notice } = await selectedHere(entry, { verb: 'logs', selectors: selector, needsHolder: false });
      return { nodes: ids, files: nodeLogFiles(ids.map((id) => entry.cluster.spec(id))), notice };
    },

    clean: (options) => clean(world, registry, options),
  };
}

/** @returns the status with one more sentence for people. */
function noting(status: ClusterStatus, notice: string | null): ClusterStatus {
  return notice === null ? status : { ...status, notices: [...(status.notices ?? []), notice] };
}

async function summary({ cluster }: Entry): Promise<ClusterSummary> {
  return {
    cluster: cluster.name,
    profile: cluster.profile.name,
    state: cluster.state,
    rocketmq: cluster.specs[0]?.release.version ?? '',
    nodes: cluster.specs.length,
    running: cluster.runningCount,
    namesrvAddr: cluster.namesrvAddr,
    diskBytes: await folderBytes(cluster.paths.root),
    folder: cluster.paths.root,
  };
}
