import type { NodeObserver } from '../supervisor/node-run.js';
import type { CrashReports } from './ends/crash-reports.js';
import type { NodeTable } from './node-table.js';
import type { Journal } from './state/journal.js';
import { isCrash, recordExit, recordTransition } from './state/node-events.js';
import type { World } from './world.js';

type Cluster = {
  name: string;
  world: Pick<World, 'clock' | 'log'>;
  nodes: () => NodeTable;
  journal: Journal;
  crashes: CrashReports;
  /** Writes the state down, if it can. */
  save: () => void;
  changed: () => void;
};

/** @returns what a cluster does with the news of its nodes: first the journal, then what depends on it, then the state. */
export function observeNodes({ name, world, nodes, journal, crashes, save, changed }: Cluster): NodeObserver {
  return {
    launched: (id, { pid, startTime }) => {
      journal.record('node-launched', id, `${id} runs as pid ${pid}`, { pid, startTime });
      crashes.launched(id, { pid, startedAt: world.clock.now() });
      save();
    },
    noted: save,
    exited: (id, exit, wasState) => {
      const { spec, supervisor } = nodes().of(id);
      const facts = {
        wasReady: supervisor.snapshot().wasReady,
        decision: supervisor.reason ?? '',
        isLaunchedNext: supervisor.state === 'backoff',
      };
      if (isCrash(exit)) crashes.exited(spec, exit, facts);
      recordExit(journal, id, exit, wasState);
    },
    transition: (id, transition) => {
      const { from, to, event, reason } = transition;
      const { spec, supervisor } = nodes().of(id);
      if (to === 'starting') nodes().forgetStage(id);
      recordTransition(journal, id, transition, supervisor.snapshot());
      world.log.info({ cluster: name, nodeId: id, state: to, from, event }, reason ?? to);
      if (from === 'starting' && to === 'ready' && spec.role === 'namesrv') nodes().doubtBrokers(spec);
      save();
      nodes().hurry();
      changed();
    },
  };
}
