import type { NodeState } from '../base/node-words.js';
import type { ClusterState as StateWord } from '../contract/status.js';
import { isOptional } from './roles/definitions.js';
import { isElected, isMaster, type NodeSpec } from './spec/node-spec.js';

const mayLead = (spec: NodeSpec): boolean => isMaster(spec) || isElected(spec);

/**
 * One word for the nodes of this host: see contract/status.ts. An optional node, such as a dashboard, does not make it less than ready.
 * @param elsewhere the nodes of other hosts that answer: one of them may lead
 */
export function stateWord(
  nodes: readonly { spec: NodeSpec; state: NodeState; isComingUp: boolean }[],
  elsewhere: readonly NodeSpec[],
): StateWord {
  const needed = nodes.filter(({ spec }) => !isOptional(spec));
  if (needed.some(({ isComingUp }) => isComingUp)) return 'starting';
  if (nodes.every(({ state }) => state === 'stopped')) return 'stopped';
  if (needed.every(({ state }) => state === 'ready')) return 'ready';
  const masters = nodes.filter(({ spec }) => mayLead(spec));
  return masters.length > 0 && !masters.some(({ state }) => state === 'ready') && !elsewhere.some(mayLead) ? 'failed' : 'degraded';
}
