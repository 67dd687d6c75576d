import type { Finding } from '../../base/finding.js';
import { grouped } from '../../base/grouped.js';
import { nearest } from '../../base/nearest.js';
import { finding, placeOf } from './finding.js';
import { isLoopback } from './hosts.js';
import type { NodeView } from './node-view.js';
import { holdsFor } from './release.js';

/** What the brokers of one set say about each other. */
export function pairFindings(all: readonly NodeView[]): Finding[] {
  const nodes = all.filter((node) => node.role === 'broker' && !node.isElected && node.brokerName !== undefined);
  if (all.filter(({ role }) => role === 'broker').length < 2) return [];
  const masters = firstByName(nodes.filter((node) => node.brokerRole !== 'SLAVE'));
  const slaves = firstByName(nodes.filter((node) => node.brokerRole === 'SLAVE'));
  const isWhole = !all.some((node) => node.isOpen('brokerName'));
  const twins = twinsAmong(nodes);
  const suggest = suggestions(nodes, masters);
  return [
    ...nodes.flatMap((node) => {
      const twin = twins.get(node);
      if (twin) return [taken(twin, node)];
      if (node.brokerRole === 'SLAVE') return slaveFindings(node, masters, isWhole, suggest);
      return isWhole ? withoutSlave(node, slaves) : [];
    }),
    ...sharedAddresses(nodes),
    ...splitNameServers(nodes, masters),
  ];
}

type ByName = ReadonlyMap<string | undefined, NodeView>;
const firstByName = (nodes: readonly NodeView[]): ByName => new Map([...nodes].reverse().map((node) => [node.brokerName, node]));

/** @returns for each node that is not the first with its identity, the first one. */
function twinsAmong(nodes: readonly NodeView[]): ReadonlyMap<NodeView, NodeView> {
  const certain = nodes.filter((node) => !node.isOpen('brokerId'));
  const identities = grouped(certain, ({ brokerName, clusterName, brokerId }) => JSON.stringify([brokerName, clusterName, brokerId]));
  return new Map(
    [...identities.values()].flatMap(([first, ...rest]) => rest.map((node): [NodeView, NodeView] => [node, first as NodeView])),
  );
}

/** Compare at most this many names: if more have no master, it is not a typo. */
const MAX_COMPARED = 200_000;

function suggestions(nodes: readonly NodeView[], masters: ByName): (name: string) => string | undefined {
  const names = [...masters.keys()].filter((name) => name !== undefined).reverse();
  const lost = nodes.filter((node) => node.brokerRole === 'SLAVE' && !masters.has(node.brokerName));
  return (name) => (lost.length * names.length > MAX_COMPARED ? undefined : nearest(name, names));
}

function taken(twin: NodeView, node: NodeView): Finding {
  const keys = ['brokerName', 'brokerId'];
  return finding(
    'ID_TAKEN',
    [
      `two brokers are ${node.brokerName} with id ${node.brokerId}`,
      'a NameServer keeps the one that registered last, so they replace each other again and again',
      'Give each master its own brokerName, each slave its own brokerId and brokerRole=SLAVE',
    ],
    [placeOf(twin, ...keys), placeOf(node, ...keys)],
  );
}

function slaveFindings(node: NodeView, masters: ByName, isWhole: boolean, suggest: ReturnType<typeof suggestions>): Finding[] {
  const master = masters.get(node.brokerName);
  if (!master) {
    if (!isWhole) return [];
    const near = suggest(node.brokerName as string);
    const text = [
      `no master is called ${node.brokerName}`,
      'master and slave find each other by the same brokerName; this slave copies nothing, and does not say so',
      near ? `Did you mean ${near}?` : 'Write the brokerName of its master',
    ] as const;
    return [finding('SLAVE_WITHOUT_MASTER', text, [placeOf(node, 'brokerName')])];
  }
  if (master.clusterName === node.clusterName || node.isOpen('brokerClusterName') || master.isOpen('brokerClusterName')) return [];
  return [
    finding(
      'CLUSTER_DIFFERS',
      [
        `${node.brokerName} is in two clusters`,
        `the master is in ${master.clusterName}, the slave in ${node.clusterName}`,
        'Write one brokerClusterName',
      ],
      [placeOf(master, 'brokerClusterName'), placeOf(node, 'brokerClusterName')],
    ),
  ];
}

function withoutSlave(node: NodeView, slaves: ByName): Finding[] {
  const holds = holdsFor(node.release, { until: '5.0.0' });
  if (node.brokerRole !== 'SYNC_MASTER' || slaves.has(node.brokerName) || holds === 'none') return [];
  return [
    finding(
      'SYNC_WITHOUT_SLAVE',
      [
        `SYNC_MASTER ${node.brokerName} has no slave`,
        `${holds === 'all' ? '' : 'on 4.x '}each send returns SLAVE_NOT_AVAILABLE`,
        'Add a slave with the same brokerName, or write ASYNC_MASTER',
      ],
      [placeOf(node, 'brokerRole')],
    ),
  ];
}

/** Each container has its own ports, but they advertise one address. */
function sharedAddresses(nodes: readonly NodeView[]): Finding[] {
  const reachable = nodes.filter((node) => {
    const ip = node.value('brokerIP1');
    return ip !== undefined && !isLoopback(ip) && !node.isOpen('listenPort');
  });
  const byAddress = grouped(reachable, (node) => `${node.value('brokerIP1')}:${node.listenPort}`);
  return [...byAddress].flatMap(([address, sharing]) => {
    if (sharing.length < 2) return [];
    const text = [
      `${sharing.length} brokers register as ${address}`,
      'clients cannot tell them apart: a message for one arrives at another, or nowhere',
      'Give each a different listenPort, and in containers publish the same port',
    ] as const;
    return [
      finding(
        'ADDRESS_SHARED',
        text,
        sharing.map((node) => placeOf(node, 'listenPort', 'brokerIP1')),
      ),
    ];
  });
}

/** A master and a slave that register with different NameServers never find each other. */
function splitNameServers(nodes: readonly NodeView[], masters: ByName): Finding[] {
  const servers = (node: NodeView) =>
    (node.value('namesrvAddr') ?? '')
      .split(';')
      .map((each) => each.trim())
      .filter(Boolean);
  return nodes
    .filter(({ brokerRole }) => brokerRole === 'SLAVE')
    .flatMap((node) => {
      const master = masters.get(node.brokerName);
      if (!master) return [];
      const [own, others] = [servers(node), servers(master)];
      if (own.length === 0 || others.length === 0 || own.some((each) => others.includes(each))) return [];
      const text = [
        `master and slave ${node.brokerName} have no NameServer in common`,
        `${others.join(';')} and ${own.join(';')}: the slave learns where its master is from a NameServer`,
        'Write the same namesrvAddr in both',
      ] as const;
      return [finding('NAMESRV_DIFFERS', text, [placeOf(master, 'namesrvAddr'), placeOf(node, 'namesrvAddr')])];
    });
}
