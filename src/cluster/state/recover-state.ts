import { existsSync } from 'node:fs';
import type { RmqdevError } from '../../base/errors.js';
import type { ClusterPaths } from '../../base/paths.js';
import { setAside } from '../../base/set-aside.js';
import type { JournalEvent } from '../../contract/events.js';
import type { NodeSnapshot } from '../../supervisor/node-run.js';
import { type ClusterState, ExitRecord, loadClusterState, OtherVersionError } from './cluster-state.js';

/** `notes` say what was broken, where it is now and what was used instead. Without a `state` and a `failure` there is no such cluster. */
export type RecoveredState = { state: ClusterState | undefined; failure: RmqdevError | undefined; notes: string[] };

/**
 * Reads what is kept of a cluster: its state, else the copy; then the later events of the journal. A file that cannot be read is set
 * aside, so that it causes no further errors. Never throws.
 */
export function recoverClusterState(paths: ClusterPaths, events: readonly JournalEvent[], nowMs: number): RecoveredState {
  const notes: string[] = [];
  let failure: RmqdevError | undefined;
  for (const file of [paths.state, paths.stateCopy]) {
    try {
      const state = loadClusterState(file);
      if (!state) continue;
      if (file === paths.stateCopy && !existsSync(paths.state) && failure === undefined) notes.push(`${paths.state} is missing`);
      if (notes.length > 0) notes.push(`the cluster continues with ${file} and the later events of the journal`);
      return { state: replay(state, events), failure: undefined, notes };
    } catch (error) {
      failure = error as RmqdevError;
      if (error instanceof OtherVersionError) return { state: undefined, failure, notes: [] };
      notes.push(`${file} could not be read (${failure.text.why}); ${setAside(file, nowMs)}`);
    }
  }
  return { state: undefined, failure, notes };
}

/**
 * Pure: what happened after the state was written. The last change may be only in the journal, because a daemon can be killed between
 * the two; the wanted state of a node and its process must survive that.
 */
export function replay(state: ClusterState, events: readonly JournalEvent[]): ClusterState {
  const { seq } = state;
  if (seq === null) return state;
  const nodes = new Map(state.nodes);
  for (const event of events) {
    const node = event.node === null ? undefined : nodes.get(event.node);
    if (event.seq <= seq || !node) continue;
    nodes.set(event.node as string, { ...node, snapshot: after(node.snapshot, event) });
  }
  return { ...state, nodes };
}

function after(snapshot: NodeSnapshot, { type, data = {}, at }: JournalEvent): NodeSnapshot {
  const next = { ...snapshot };
  if (data.intent === 'up' || data.intent === 'down') next.intent = data.intent;
  if (typeof data.restarts === 'number') next.restarts = data.restarts;
  switch (type) {
    case 'node-launched':
      if (typeof data.pid !== 'number' || typeof data.startTime !== 'string') return next;
      return { ...next, identity: { pid: data.pid, startTime: data.startTime }, startedAt: Date.parse(at), wasReady: false, paused: false };
    case 'node-ready':
      return { ...next, wasReady: true, paused: false };
    case 'node-paused':
      return { ...next, paused: true };
    case 'node-unready':
      return { ...next, paused: false };
    case 'node-crashed':
    case 'node-exited': {
      const exit = ExitRecord.safeParse(data);
      return { ...next, identity: null, startedAt: null, paused: false, lastExit: exit.success ? exit.data : next.lastExit };
    }
    default:
      return next;
  }
}
