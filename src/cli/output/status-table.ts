import { stripVTControlCharacters } from 'node:util';
import { sayState } from '../../base/node-words.js';
import { formatBytes, formatDuration } from '../../base/units.js';
import type { ClusterStatus, NodeStatus } from '../../contract/status.js';
import { table } from './table.js';
import { type Colors, paintState } from './terminal.js';

/** Columns that a narrow terminal does not show; the first one is dropped first. */
const SPARE_COLUMNS = ['DISK', 'CPU', 'RESTARTS', 'REGISTERED', 'UPTIME', 'MEMORY'];

/** The status of a cluster for people: a headline, a row for each node within `columns`, and what needs a sentence. */
export function renderStatus(status: ClusterStatus, colors: Colors, now: number, columns = Number.POSITIVE_INFINITY): string {
  const head = `${colors.bold(status.cluster)}${status.host === undefined ? '' : ` on host ${status.host}`}  ${paintState(colors, status.state)}  RocketMQ ${status.rocketmq}, JDK ${status.java.version}`;
  const rows = status.nodes.map((node) => [
    node.id,
    roleOf(node),
    paintState(colors, node.state),
    node.pid === null ? '-' : String(node.pid),
    portsOf(node),
    node.startedAt === null ? '-' : formatDuration(now - Date.parse(node.startedAt)),
    String(node.restarts),
    node.rssBytes === null ? '-' : formatBytes(node.rssBytes),
    node.cpuPercent === null ? '-' : `${Math.round(node.cpuPercent)}%`,
    node.role !== 'broker' ? '-' : `${node.registeredWith.length} NS`,
    syncOf(node),
    node.diskBytes === null ? '-' : formatBytes(node.diskBytes),
  ]);
  const titles = ['NODE', 'ROLE', 'STATE', 'PID', 'PORTS', 'UPTIME', 'RESTARTS', 'MEMORY', 'CPU', 'REGISTERED', 'SYNC', 'DISK'];
  const remarks = status.nodes.flatMap((node) => remarksOf(node, now)).map((remark) => `  ${remark}`);
  return [
    head,
    fittingTable(titles, rows, colors, columns),
    ...remoteNodes(status, colors),
    ...(remarks.length > 0 ? ['', ...remarks] : []),
    '',
    `namesrvAddr  ${status.namesrvAddr}`,
    ...status.nodes.filter(({ role }) => role === 'dashboard').map(dashboardLine),
  ].join('\n');
}

/** What NameServers and the nodes themselves tell of other hosts: nobody here supervises them. */
function remoteNodes({ remoteNodes: nodes = [] }: ClusterStatus, colors: Colors): string[] {
  if (nodes.length === 0) return [];
  const rows = nodes.map((node) => [
    node.id,
    node.host,
    roleOf({ ...node, ports: {} }),
    node.answers ? colors.green('answers') : colors.yellow('silent'),
    node.address,
    node.role !== 'broker' ? '-' : `${node.registeredWith.length} NS`,
    syncOf(node),
  ]);
  return [
    '',
    colors.dim('Seen on other hosts, supervised there:'),
    table(['NODE', 'HOST', 'ROLE', 'SEEN', 'ADDRESS', 'REGISTERED', 'SYNC'], rows, colors.dim),
  ];
}

/** Where the browser finds it, and that it may not be there yet. */
function dashboardLine({ id, address, state }: NodeStatus): string {
  return `dashboard    http://${address}${state === 'ready' ? '' : `  (${id} ${sayState(state)})`}`;
}

function fittingTable(titles: readonly string[], rows: readonly (readonly string[])[], colors: Colors, columns: number): string {
  for (let spared = 0; ; spared += 1) {
    const shown = titles.map((title) => !SPARE_COLUMNS.slice(0, spared).includes(title));
    const pick = (cells: readonly string[]) => cells.filter((_, index) => shown[index]);
    const text = table(pick(titles), rows.map(pick), colors.dim);
    if (
      spared === SPARE_COLUMNS.length ||
      Math.max(
        ...stripVTControlCharacters(text)
          .split('\n')
          .map((line) => line.length),
      ) <= columns
    )
      return text;
  }
}

function roleOf(node: Pick<NodeStatus, 'role' | 'ports' | 'liveRole' | 'brokerId'>): string {
  if (node.role === 'namesrv') return node.ports.controller === undefined ? 'NameServer' : `NameServer, ${controllerWord(node)}`;
  if (node.role === 'proxy' || node.role === 'dashboard') return node.role;
  if (node.role === 'controller') return controllerWord(node);
  if (node.liveRole !== null) return node.liveRole;
  if (node.brokerId === -1) return '(replica)';
  return node.brokerId === 0 ? '(master)' : '(slave)';
}

const controllerWord = ({ liveRole }: Pick<NodeStatus, 'liveRole'>): string =>
  liveRole === 'leader' ? 'controller, leader' : 'controller';

/** The port that the node listens on, then the others with their names. */
export function portsOf({ ports }: Pick<NodeStatus, 'ports'>): string {
  const { listen, debug, ...rest } = ports;
  const named = Object.entries({ ...rest, debugger: debug }).flatMap(([name, port]) => (port === undefined ? [] : [`${name} ${port}`]));
  return [...(listen === undefined ? [] : [String(listen)]), ...named].join(' ');
}

function syncOf(node: Pick<NodeStatus, 'inSync' | 'lagBytes'>): string {
  if (node.inSync === null) return '-';
  if (node.inSync) return 'in sync';
  if (node.lagBytes === null) return 'no slave in sync';
  return node.lagBytes < 0 ? `${formatBytes(-node.lagBytes)} ahead` : `${formatBytes(node.lagBytes)} behind`;
}

function remarksOf(node: NodeStatus, now: number): string[] {
  const remarks: string[] = [];
  if (node.state === 'paused') remarks.push(`${node.id} is paused: \`rmqdev resume ${node.id}\` continues it`);
  else if (node.reason && node.state !== 'ready') remarks.push(`${node.id} ${sayState(node.state)}: ${node.reason}`);
  if (node.lastExit && isNews(node, node.lastExit, now)) {
    const ago = formatDuration(now - Date.parse(node.lastExit.at));
    remarks.push(`${node.id} last ended ${ago} ago: ${exitText(node.lastExit)}${explained(node)}${comesBack(node)}`);
  }
  if (node.pendingChanges.length > 0) {
    remarks.push(`${node.id} runs with older settings; \`rmqdev restart ${node.id}\` applies: ${node.pendingChanges.join(', ')}`);
  }
  if (node.configDrift.length > 0) remarks.push(`${node.id} runs with other values than its node.conf: ${node.configDrift.join(', ')}`);
  return remarks;
}

/** For this long the status mentions the last end of a node that is ready again; RESTARTS and `rmqdev explain` still have it later. */
const NEWS_MS = 10 * 60_000;

/** A stop on request is not news; a kill or crash of a node that is back is news only for a short time. */
function isNews(node: NodeStatus, exit: NonNullable<NodeStatus['lastExit']>, now: number): boolean {
  if (exit.cause === 'stopped-by-user') return false;
  return node.state !== 'ready' || (exit.cause !== 'killed-by-user' && now - Date.parse(exit.at) < NEWS_MS);
}

/** A crash has a report, with more in it than fits here. */
function explained({ id, lastExit }: NodeStatus): string {
  return lastExit?.cause === 'crashed' || lastExit?.cause === 'killed-from-outside' ? `; \`rmqdev explain ${id}\` says more` : '';
}

/** A node that `rmqdev kill` ended stays down: nobody should wait for it. */
function comesBack(node: NodeStatus): string {
  return node.state === 'stopped' && node.lastExit?.cause === 'killed-by-user' ? `; \`rmqdev start ${node.id}\` brings it back` : '';
}

export const CAUSES = {
  'killed-by-user': 'killed by `rmqdev kill`',
  'stopped-by-user': 'stopped by rmqdev',
  'stopped-from-outside': 'stopped by somebody else',
  'killed-from-outside': 'killed by somebody else',
  crashed: 'crashed',
  'machine-restarted': 'ended',
} as const;

export function exitText(exit: NonNullable<NodeStatus['lastExit']>): string {
  const how = exit.code !== null ? `exit status ${exit.code}` : exit.signal !== null ? exit.signal : 'exit status unknown';
  const found = exit.finding === null ? exit.detail : `${how}, ${exit.finding}: ${exit.detail}`;
  return `${CAUSES[exit.cause]} (${found ?? how})`;
}
