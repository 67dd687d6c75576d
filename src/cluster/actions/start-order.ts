import { ROLE_DEFINITIONS } from '../roles/definitions.js';
import type { Milestone, Need } from '../roles/role.js';
import type { NodeSpec } from '../spec/node-spec.js';

/** Pure: in which order nodes are started, stopped and rolled. What a role needs is data of the role. */

/** @returns which of the nodes that start with `node` must reach which stage before `node` starts. */
export function startNeeds(node: NodeSpec, started: readonly NodeSpec[]): readonly Need[] {
  return ROLE_DEFINITIONS[node.role].startsAfter(node, started);
}

/** What a start reports: all of `ids` have reached this stage. In the order in which it is reported. */
export type StartMilestone = { label: string; until: Milestone; ids: readonly string[] };

export function startMilestones(started: readonly NodeSpec[]): StartMilestone[] {
  return Object.entries(ROLE_DEFINITIONS).flatMap(([role, { milestones }]) => {
    const nodes = started.filter((node) => node.role === role);
    const ids = nodes.map(({ id }) => id);
    return ids.length === 0 ? [] : milestones(nodes).map((milestone) => ({ ...milestone, ids }));
  });
}

/** @returns the nodes in tiers: each tier must be gone before the next is told to stop. Within a tier, in the order in which they are told. */
export function stopTiers(specs: readonly NodeSpec[]): NodeSpec[][] {
  const tiers: NodeSpec[][] = [];
  for (let left = [...specs]; left.length > 0; left = left.filter((node) => !tiers.at(-1)?.includes(node))) {
    const roles = new Set(left.map(({ role }) => role));
    const isDue = ({ role }: NodeSpec) => !ROLE_DEFINITIONS[role].stopsAfter.some((other) => roles.has(other));
    tiers.push(byRank(left.filter(isDue), () => false));
  }
  return tiers;
}

/** @returns the nodes in the order of a rolling restart. @param leads does it lead a group that elects? */
export function restartOrder(specs: readonly NodeSpec[], leads: (node: NodeSpec) => boolean): NodeSpec[] {
  return byRank(specs, leads);
}

function byRank(specs: readonly NodeSpec[], leads: (node: NodeSpec) => boolean): NodeSpec[] {
  const rank = (node: NodeSpec) => ROLE_DEFINITIONS[node.role].restartRank(node, leads(node));
  return [...specs].sort((a, b) => rank(a) - rank(b));
}
