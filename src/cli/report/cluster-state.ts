import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { ClusterPaths } from '../../base/paths.js';

/** What a report takes from `cluster.json`, as far as it can be read. */
export type KnownState = {
  profile: string | null;
  /** The effective profile as YAML. */
  profileText: string | null;
  nodes: readonly { id: string; rocketmq: string; java: string; intent: string }[];
};

type Assignment = { release?: { version?: string }; jdk?: { version?: string; home?: string } };
type State = { profile?: { name?: string }; nodes?: Record<string, { assignment?: Assignment; snapshot?: { intent?: string } }> };

/** The state, else its copy; nothing where both are broken: the files themselves are in the report. */
export function knownState(paths: ClusterPaths): KnownState {
  for (const file of [paths.state, paths.stateCopy]) {
    try {
      const state = JSON.parse(readFileSync(file, 'utf8')) as State;
      if (typeof state.profile !== 'object' || state.profile === null) continue;
      return { profile: state.profile.name ?? null, profileText: stringify(state.profile, { lineWidth: 0 }), nodes: nodesOf(state) };
    } catch {
      // The copy may be whole.
    }
  }
  return { profile: null, profileText: null, nodes: [] };
}

function nodesOf({ nodes = {} }: State): KnownState['nodes'] {
  return Object.entries(nodes).map(([id, { assignment, snapshot }]) => ({
    id,
    rocketmq: assignment?.release?.version ?? 'unknown',
    java: `${assignment?.jdk?.version ?? 'unknown'} (${assignment?.jdk?.home ?? 'unknown'})`,
    intent: snapshot?.intent ?? 'unknown',
  }));
}
