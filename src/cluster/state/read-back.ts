import type { ClusterPaths } from '../../base/paths.js';
import type { World } from '../world.js';
import type { ClusterNotices } from './cluster-notices.js';
import type { ClusterState } from './cluster-state.js';
import type { Elections } from './elections.js';
import type { Journal } from './journal.js';
import { recoverClusterState } from './recover-state.js';

type Memory = { name: string; paths: ClusterPaths; journal: Journal; elections: Elections; notices: ClusterNotices };

/**
 * Reads what an earlier daemon left on disk of a cluster, into its journal, elections and notices, which say what had to be repaired.
 * @returns undefined if there is no such cluster on disk; `isRebooted`: the machine was restarted since.
 * @throws RmqdevError STATE_UNREADABLE if neither the state nor its copy can be read
 */
export function readBack(
  { name, paths, journal, elections, notices }: Memory,
  { clock, log, bootId }: Pick<World, 'clock' | 'log' | 'bootId'>,
): { state: ClusterState; isRebooted: boolean } | undefined {
  const mended = journal.mend();
  const events = journal.read();
  const { state, failure, notes } = recoverClusterState(paths, events, clock.now());
  elections.recover(events);
  for (const event of events) notices.note(event);
  journal.continueFrom(state?.seq ?? 0);
  const repaired = [...mended, ...notes];
  notices.setRepaired(repaired);
  for (const note of repaired) log.warn({ cluster: name }, note);
  if (repaired.length > 0 && (state || failure)) journal.record('state-recovered', null, repaired.join('; '));
  if (failure) throw failure;
  return state && { state, isRebooted: state.bootId !== null && bootId !== null && state.bootId !== bootId };
}
