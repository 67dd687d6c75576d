import { livingProcess } from '../process/find-marked.js';
import { FRESH_SNAPSHOT, type NodeSnapshot } from '../supervisor/node-run.js';
import type { CrashReports } from './ends/crash-reports.js';
import type { NodeTable } from './node-table.js';
import { readLaunchedSpec } from './spec/launched-spec.js';
import { nodeMarker } from './spec/node-spec.js';
import type { ClusterNotices } from './state/cluster-notices.js';
import type { Journal } from './state/journal.js';
import type { readBack } from './state/read-back.js';
import type { StartWishes } from './state/start-wishes.js';
import type { World } from './world.js';

type Cluster = {
  nodes: NodeTable;
  world: World;
  journal: Journal;
  crashes: CrashReports;
  wishes: StartWishes;
  notices: ClusterNotices;
};
type Left = NonNullable<ReturnType<typeof readBack>>;

/**
 * Fills the table with the nodes that an earlier daemon left, and adopts their processes by pid and start time. Starts nothing. After a restart
 * of the machine no node crashed: what was up is then pending, and comes back in the order and with the checks of `up`.
 */
export async function restoreNodes(cluster: Cluster, { state, isRebooted }: Left): Promise<void> {
  const { nodes, world } = cluster;
  const found = new Map<string, NodeSnapshot>();
  const assignments = new Map([...state.nodes].map(([id, { assignment }]) => [id, assignment]));
  await nodes.restore({ profile: state.profile, host: state.host, assignments }, async ({ id, paths }) => {
    const kept = state.nodes.get(id)?.snapshot ?? FRESH_SNAPSHOT;
    const identity = isRebooted ? kept.identity : await livingProcess(world.platform, nodeMarker(paths), kept.identity);
    found.set(id, { ...kept, identity });
    return { launched: (identity && readLaunchedSpec(paths)) ?? undefined, kept };
  });
  if (isRebooted) noteReboot(cluster, found);
  else for (const [id, snapshot] of found) await adopt(cluster, id, snapshot);
}

async function adopt({ nodes, crashes, journal }: Cluster, id: string, snapshot: NodeSnapshot): Promise<void> {
  const { spec, supervisor } = nodes.of(id);
  crashes.resume(spec, { pid: snapshot.identity?.pid ?? null, startedAt: snapshot.startedAt });
  if (!(await supervisor.adopt(snapshot))) return;
  journal.record('node-adopted', id, `${id} taken over: pid ${supervisor.pid}`, { pid: supervisor.pid });
}

function noteReboot({ nodes, crashes, journal, wishes, notices }: Cluster, found: ReadonlyMap<string, NodeSnapshot>): void {
  const wanted = [...found].filter(([, { intent }]) => intent === 'up').map(([id]) => id);
  wishes.addPending({ start: wanted });
  const text = `the machine was restarted${wanted.length === 0 ? '' : `; ${wanted.join(', ')} ran before and will be started again`}`;
  journal.record('machine-restarted', null, text, { pending: wanted });
  notices.setResume(text);
  for (const [id, snapshot] of found) {
    const { spec, supervisor } = nodes.of(id);
    crashes.resume(spec, { pid: null, startedAt: snapshot.startedAt });
    supervisor.noteReboot(snapshot);
  }
}
