import type { Finding } from '../../base/finding.js';
import { nearest } from '../../base/nearest.js';
import { finding, placeOf } from './finding.js';
import { isLoopback } from './hosts.js';
import type { NodeView } from './node-view.js';
import { holdsFor } from './release.js';

/** What brokers of one set say of each other. */
export function pairFindings(all: readonly NodeView[]): Finding[] {
  const nodes = all.filter((node) => node.role === 'broker' && !node.isElected && node.brokerName !== undefined);
  if (all.filter(({ role }) => role === 'broker').length < 2) return [];
  const masters = nodes.filter((node) => node.brokerRole !== 'SLAVE');
  const isWhole = !all.some((node) => node.isOpen('brokerName'));
  return [
    ...nodes.flatMap((node, index) => {
      const twin = nodes.slice(0, index).find((other) => isTwin(other, node));
      if (twin) return [taken(twin, node)];
      if (node.brokerRole === 'SLAVE') return slaveFindings(node, masters, isWhole);
      return isWhole ? withoutSlave(node, nodes) : [];
    }),
    ...sharedAddresses(nodes),
    ...splitNameServers(nodes),
  ];
}

const isTwin = (a: NodeView, b: NodeView) =>
  a.brokerName === b.brokerName &&
  a.clusterName === b.clusterName &&
  a.brokerId === b.brokerId &&
  !a.isOpen('brokerId') &&
  !b.isOpen('brokerId');

function taken(twin: NodeView, node: NodeView): Finding {
  const keys = ['brokerName', 'brokerId'];
  return finding(
    'ID_TAKEN',
    [
      `two brokers are ${node.brokerName} with id ${node.brokerId}`,
      'a NameServer keeps the one that registered last, and they take turns',
      'Give each master its own brokerName, each slave its own brokerId and brokerRole=SLAVE',
    ],
    [placeOf(twin, ...keys), placeOf(node, ...keys)],
  );
}

function slaveFindings(node: NodeView, masters: readonly NodeView[], isWhole: boolean): Finding[] {
  const master = masters.find((other) => other.brokerName === node.brokerName);
  if (!master) {
    if (!isWhole) return [];
    const alone = masters.filter(({ brokerName }) => brokerName !== undefined).map(({ brokerName }) => brokerName as string);
    const near = nearest(node.brokerName as string, alone);
    const text = [
      `no master is called ${node.brokerName}`,
      'master and slave find each other by an equal brokerName; this slave copies nothing, and says nothing',
      near ? `Did you mean ${near}?` : 'Write the brokerName of its master',
    ] as const;
    return [finding('SLAVE_WITHOUT_MASTER', text, [placeOf(node, 'brokerName')])];
  }
  if (master.clusterName === node.clusterName || node.isOpen('brokerClusterName') || master.isOpen('brokerClusterName')) return [];
  return [
    finding(
      'CLUSTER_DIFFERS',
      [
        `${node.brokerName} is of two clusters`,
        `the master is of ${master.clusterName}, the slave of ${node.clusterName}`,
        'Write one brokerClusterName',
      ],
      [placeOf(master, 'brokerClusterName'), placeOf(node, 'brokerClusterName')],
    ),
  ];
}

function withoutSlave(node: NodeView, nodes: readonly NodeView[]): Finding[] {
  const holds = holdsFor(node.release, { until: '5.0.0' });
  const hasSlave = nodes.some((other) => other.brokerRole === 'SLAVE' && other.brokerName === node.brokerName);
  if (node.brokerRole !== 'SYNC_MASTER' || hasSlave || holds === 'none') return [];
  return [
    finding(
      'SYNC_WITHOUT_SLAVE',
      [
        `SYNC_MASTER ${node.brokerName} has no slave`,
        `${holds === 'all' ? '' : 'on 4.x '}each send returns SLAVE_NOT_AVAILABLE`,
        'Add a slave of the same brokerName, or write ASYNC_MASTER',
      ],
      [placeOf(node, 'brokerRole')],
    ),
  ];
}

/** Containers have ports of their own, but what they advertise is one address. */
function sharedAddresses(nodes: readonly NodeView[]): Finding[] {
  const byAddress = new Map<string, NodeView[]>();
  for (const node of nodes) {
    const ip = node.value('brokerIP1');
    if (ip === undefined || isLoopback(ip) || node.isOpen('listenPort')) continue;
    const address = `${ip}:${node.listenPort}`;
    byAddress.set(address, [...(byAddress.get(address) ?? []), node]);
  }
  return [...byAddress].flatMap(([address, sharing]) => {
    if (sharing.length < 2) return [];
    const text = [
      `${sharing.length} brokers register as ${address}`,
      'clients cannot tell them apart: what is sent to one arrives at another, or nowhere',
      'Give each another listenPort, and in containers publish the same port',
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

/** Master and slave that register with different NameServers never hear of each other. */
function splitNameServers(nodes: readonly NodeView[]): Finding[] {
  const servers = (node: NodeView) =>
    (node.value('namesrvAddr') ?? '')
      .split(';')
      .map((each) => each.trim())
      .filter(Boolean);
  return nodes
    .filter(({ brokerRole }) => brokerRole === 'SLAVE')
    .flatMap((node) => {
      const master = nodes.find((other) => other.brokerRole !== 'SLAVE' && other.brokerName === node.brokerName);
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
