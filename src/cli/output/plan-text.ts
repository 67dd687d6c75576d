import { grouped } from '../../base/grouped.js';
import { counted, formatBytes } from '../../base/units.js';
import type { Plan } from '../../contract/events.js';
import { portsOf } from './status-table.js';
import { table } from './table.js';
import type { Colors } from './terminal.js';

/** What `up` is going to do: a headline, and what changes on nodes that exist. */
export function planSummary(plan: Plan, colors: Colors): string {
  const kept = plan.nodes.filter((node) => node.change !== 'remove');
  const count = (isCounted: (role: string) => boolean, one: string) => {
    return counted(kept.filter(({ role }) => isCounted(role)).length, one);
  };
  const others = ['namesrv', 'controller', 'proxy', 'dashboard'];
  const proxies = kept.filter(({ role }) => role === 'proxy').length;
  const nodes = [
    count((role) => role === 'namesrv', 'NameServer'),
    ...(kept.some(({ role }) => role === 'controller') ? [count((role) => role === 'controller', 'controller')] : []),
    count((role) => !others.includes(role), 'broker'),
    ...(proxies === 0 ? [] : [counted(proxies, 'proxy', 'proxies')]),
    ...(kept.some(({ role }) => role === 'dashboard') ? [count((role) => role === 'dashboard', 'dashboard')] : []),
  ].join(', ');
  const head = `${colors.bold(plan.cluster)}${onHost(plan)}  ${nodes}, RocketMQ ${plan.rocketmq}, JDK ${plan.java.version}, about ${formatBytes(plan.memoryBytes)}`;
  return [head, ...changeLines(plan)].join('\n');
}

/** The whole plan, for --dry-run. */
export function renderPlan(plan: Plan, colors: Colors): string {
  const rows = plan.nodes.map((node) => [
    node.id,
    node.role,
    portsOf(node),
    formatBytes(node.heapBytes),
    formatBytes(node.memoryBytes),
    node.change,
    node.folder,
  ]);
  const changes = changeLines(plan);
  return [
    `${colors.bold(plan.cluster)}${onHost(plan)}  profile ${plan.profile} (${plan.profileFile}), RocketMQ ${plan.rocketmq} (${plan.releaseSource}), JDK ${plan.java.version} (${plan.java.home})`,
    table(['NODE', 'ROLE', 'PORTS', 'HEAP', 'MEMORY', 'CHANGE', 'FOLDER'], rows, colors.dim),
    ...(changes.length > 0 ? ['', ...changes] : []),
    ...remoteLines(plan),
    '',
    `about ${formatBytes(plan.memoryBytes)} of memory in total; namesrvAddr ${plan.namesrvAddr}`,
  ].join('\n');
}

const onHost = ({ host }: Plan): string => (host === undefined ? '' : ` on host ${host}`);

/** What the same profile starts on the other hosts: they must be given the same addresses. */
function remoteLines({ remoteNodes = [] }: Plan): string[] {
  const byHost = grouped(remoteNodes, ({ host }) => host);
  const lines = [...byHost].map(([host, nodes]) => `  host ${host}: ${nodes.map(({ id, address }) => `${id} ${address}`).join(', ')}`);
  return lines.length === 0 ? [] : ['', 'the other hosts, each with its own `up`:', ...lines];
}

/** @returns a line for each set of changes, with the nodes that have it: a new release changes all of them in the same way. */
function changeLines(plan: Plan): string[] {
  const changed = plan.nodes.filter(({ changes }) => changes.length > 0);
  const sharedBy = grouped(changed, ({ changes }) => changes.join('; '));
  return [...sharedBy].map(([text, nodes]) => `  ${nodes.map(({ id }) => id).join(', ')}: ${text}`);
}
