import type { Finding } from '../../base/finding.js';
import { compareVersions } from '../../rocketmq/releases.js';
import { finding, placeOf } from './finding.js';
import type { Hosts } from './hosts.js';
import type { NodeView } from './node-view.js';
import { COMMITLOG_FOLLOWS_SINCE, cleanPath } from './path-rules.js';

/** What two nodes of one host cannot both have. */
export type Clash = {
  kind: 'ports' | 'store';
  about: string;
  keys: readonly [string, string];
  a: NodeView;
  b: NodeView;
  isCertain: boolean;
  why: string;
};

const pairs = <T>(items: readonly T[]): [T, T][] => items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]));

export function clashesOf(nodes: readonly NodeView[], hostsAre: Hosts): Clash[] {
  const ports = nodes.filter(({ role }) => role === 'broker').map(({ listenPort }) => listenPort);
  // Where ports come twice there are several hosts, and a slave is on another one than its master.
  const areSeveral = new Set(ports).size < ports.length;
  return pairs(nodes).flatMap(([a, b]) => {
    const { network, disk } = hostsAre(a, b);
    const isPair = a.brokerName !== undefined && a.brokerName === b.brokerName;
    // Who gives two nodes different ports means one host.
    const isLikely = a.role === b.role && a.listenPort !== b.listenPort && !(isPair && areSeveral);
    const may = (relation: typeof network) => relation === 'same' || (relation === 'unknown' && isLikely);
    return [...(may(network) ? portClash(a, b, network === 'same') : []), ...(may(disk) ? storeClash(a, b, disk === 'same') : [])];
  });
}

function portClash(a: NodeView, b: NodeView, isCertain: boolean): Clash[] {
  const shared = a.sockets.flatMap((one) => b.sockets.filter(({ port }) => port === one.port).map((other) => ({ one, other })));
  const [first] = shared;
  if (!first) return [];
  const why = `${first.one.port} is ${first.one.name} of the one (listenPort ${a.listenPort}) and ${first.other.name} of the other (listenPort ${b.listenPort}); the second one ends with status 255`;
  return [{ kind: 'ports', about: shared.map(({ one }) => one.port).join(', '), keys: ['listenPort', 'listenPort'], a, b, isCertain, why }];
}

function storeClash(a: NodeView, b: NodeView, isCertain: boolean): Clash[] {
  if (a.role !== 'broker' || b.role !== 'broker') return [];
  const [left, right] = [folders(a), folders(b)];
  const clash = left.flatMap((one) =>
    right.filter((other) => isWithin(one.path, other.path) || isWithin(other.path, one.path)).map((other) => ({ one, other })),
  )[0];
  if (!clash) return [];
  const why =
    'two brokers on one store: the second changes it before it finds the lock taken, and ends with 255 (`Lock failed,MQ already started`)';
  return [{ kind: 'store', about: clash.one.path, keys: [clash.one.key, clash.other.key], a, b, isCertain, why }];
}

function folders(node: NodeView): { path: string; key: string }[] {
  if (node.isOpen('storePathRootDir') || node.isOpen('storePathCommitLog')) return [];
  const root = cleanPath(node.value('storePathRootDir') ?? '~/store');
  const follows = compareVersions(node.version, COMMITLOG_FOLLOWS_SINCE) >= 0;
  const log = cleanPath(node.value('storePathCommitLog') ?? (follows ? `${root}/commitlog` : '~/store/commitlog'));
  return [
    { path: root, key: 'storePathRootDir' },
    { path: log, key: 'storePathCommitLog' },
  ];
}

const isWithin = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

/** Nodes that clash over the same are one finding. */
export function clashFindings(clashes: readonly Clash[]): Finding[] {
  const groups = new Map<string, Clash[]>();
  for (const clash of clashes) {
    const key = `${clash.kind} ${clash.about} ${clash.isCertain}`;
    groups.set(key, [...(groups.get(key) ?? []), clash]);
  }
  return [...groups.values()].map((group) => {
    const [{ kind, about, isCertain, why }] = group as [Clash, ...Clash[]];
    const found = new Map(
      group.flatMap(({ a, b, keys }) => [
        [a.file.path, placeOf(a, keys[0])],
        [b.file.path, placeOf(b, keys[1])],
      ]),
    );
    const at = [...found.values()].sort((one, other) => (one.file < other.file ? -1 : 1));
    const names = at.map(({ file }) => file);
    const who = names.length === 2 ? `${names.join(' and ')} both` : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
    const where = isCertain ? '' : 'if they run on one host: ';
    const severity = isCertain ? 'error' : 'warning';
    if (kind === 'ports')
      return finding(
        'PORT_CONFLICT',
        [`${who} want port ${about}`, `${where}${why}`, 'Keep the listenPorts of one host at least 10 apart'],
        at,
        severity,
      );
    return finding(
      'STORE_SHARED',
      [`${who} have the store ${about}`, `${where}${why}`, 'Give each broker its own storePathRootDir and storePathCommitLog'],
      at,
      severity,
    );
  });
}
