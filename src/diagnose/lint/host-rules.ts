import type { Finding } from '../../base/finding.js';
import { grouped } from '../../base/grouped.js';
import type { SetHost } from './config-set.js';
import { finding, placeOf } from './finding.js';
import { isLoopback } from './hosts.js';
import type { NodeView } from './node-view.js';

/** The lists of peers and the key with the own id in it. */
const PEER_KEYS = [
  { peers: 'dLegerPeers', self: 'dLegerSelfId' },
  { peers: 'controllerDLegerPeers', self: 'controllerDLegerSelfId' },
] as const;

/** What the files of several hosts say about these hosts. */
export function hostFindings(nodes: readonly NodeView[], hosts: readonly SetHost[] = []): Finding[] {
  if (hosts.length < 2) return [];
  const hostOf = (node: NodeView) => hosts.find(({ files }) => files.includes(node.file.path));
  const told = hosts.filter(({ source }) => source !== 'name' && source !== 'order of the NameServers');
  return [
    ...nodes.flatMap((node) => {
      const own = hostOf(node);
      return own ? [...foreignIps(node, own, told), ...peers(node, own, hosts, told)] : [];
    }),
    ...nameServers(nodes, hostOf),
  ];
}

/** A file that was copied from one host to the other, with the address of the first. */
function foreignIps(node: NodeView, own: SetHost, told: readonly SetHost[]): Finding[] {
  if (node.role !== 'broker') return [];
  return (['brokerIP1', 'brokerIP2'] as const).flatMap((key) => {
    const ip = node.value(key);
    const other = told.find((host) => host !== own && host.address === ip);
    if (ip === undefined || !other || own.address === ip) return [];
    const who = key === 'brokerIP1' ? 'clients look for this broker on the other host' : 'slaves look for this master on the other host';
    const text = [`${key}=${ip} is the address of ${other.name}, and this file is of ${own.name}`, who, `Write ${own.address}`] as const;
    return [finding('HOST_ADDRESS', text, [placeOf(node, key)])];
  });
}

function peers(node: NodeView, own: SetHost, hosts: readonly SetHost[], told: readonly SetHost[]): Finding[] {
  return PEER_KEYS.flatMap(({ peers: key, self }) => {
    const list = (node.value(key) ?? '').split(';').flatMap((each) => {
      const [, id, host] = /^\s*([^-\s]+)-(.+):\d{1,5}\s*$/.exec(each) ?? [];
      return id === undefined || host === undefined ? [] : [{ id, host }];
    });
    const mine = list.find(({ id }) => id === node.value(self));
    const other = mine && told.find((host) => host !== own && host.address === mine.host);
    if (mine && other) {
      const text = [
        `${mine.id} is ${mine.host}, the address of ${other.name}, and this file is of ${own.name}`,
        'the other peers look for this one on the other host',
        `Write the id of ${own.name} as ${self}`,
      ] as const;
      return [finding('HOST_ADDRESS', text, [placeOf(node, self)])];
    }
    const local = list.find(({ host }) => isLoopback(host));
    const isKnown = (address: string) => hosts.some((host) => host.address === address || host.aliases.includes(address));
    const isTold = told.length === hosts.length && list.some(({ host }) => isKnown(host));
    const lost = local ?? (isTold ? list.find(({ host }) => !isKnown(host)) : undefined);
    if (!lost) return [];
    const text = [
      `${lost.id} of ${key} is ${lost.host}${local ? '' : ', an address of no host here'}`,
      local
        ? 'each host takes it for itself, so the peers never find each other'
        : `the hosts are ${hosts.map(({ address }) => address).join(', ')}; if it is a mistake, this peer never joins`,
      local ? 'Write the address of the host' : 'Correct the address, or give lint the files of that host too',
    ] as const;
    return [finding('HOST_MISSING', text, [placeOf(node, key)])];
  });
}

/** Brokers of one cluster must be known to the same NameServers. A loopback address is the own host. */
function nameServers(nodes: readonly NodeView[], hostOf: (node: NodeView) => SetHost | undefined): Finding[] {
  const listOf = (node: NodeView) => {
    const own = hostOf(node)?.address ?? '';
    const addresses = (node.value('namesrvAddr') ?? '').split(';').map((each) => each.trim());
    return [...new Set(addresses.filter(Boolean).map((each) => each.replace(/^.*(?=:\d+$)/, (host) => (isLoopback(host) ? own : host))))];
  };
  const brokers = nodes.filter((node) => node.role === 'broker' && listOf(node).length > 0);
  return [...grouped(brokers, ({ clusterName }) => clusterName).values()].flatMap((cluster) => {
    const lists = [...grouped(cluster, (node) => listOf(node).sort().join(';'))].sort(([, a], [, b]) => b.length - a.length);
    const [most, ...others] = lists;
    const [usual] = most?.[1] ?? [];
    if (!most || !usual) return [];
    return others.map(([list, [first]]) => {
      const text = [
        `the brokers do not all register with the same NameServers: ${most[0]} and ${list}`,
        'a client that asks the NameServer that a broker left out does not find its topics',
        'Write the same namesrvAddr in all files',
      ] as const;
      return finding('NAMESRV_DIFFERS', text, [placeOf(usual, 'namesrvAddr'), placeOf(first as NodeView, 'namesrvAddr')]);
    });
  });
}
