import type { Finding } from '../../base/finding.js';
import { grouped } from '../../base/grouped.js';
import { isSince } from '../../rocketmq/releases.js';
import { finding, placeOf } from './finding.js';
import type { NodeView } from './node-view.js';

/** The keys of the two kinds of groups that elect by peers. Source: store/.../dledger/DLedgerCommitLog.java, controller/.../DLedgerController.java. */
const KINDS = [
  {
    name: 'DLedger group',
    isOn: (node: NodeView) => node.role === 'broker' && node.is('enableDLegerCommitLog'),
    keys: { group: 'dLegerGroup', peers: 'dLegerPeers', self: 'dLegerSelfId' },
    code: 'DLEDGER_PEERS',
    self: /^[A-Za-z]\d+$/,
    port: 40_911,
  },
  {
    name: 'controller group',
    isOn: (node: NodeView) => node.role === 'controller' || (node.role === 'namesrv' && node.is('enableControllerInNamesrv')),
    keys: { group: 'controllerDLegerGroup', peers: 'controllerDLegerPeers', self: 'controllerDLegerSelfId' },
    code: 'CONTROLLER_PEERS',
    self: /^\S+$/,
    port: 9_878,
  },
] as const;
type Kind = (typeof KINDS)[number];

const peersOf = (node: NodeView, { keys }: Kind) => (node.value(keys.peers) ?? '').split(';').filter(Boolean);
const isOpen = (node: NodeView, { keys }: Kind) => Object.values(keys).some((key) => node.isOpen(key));

/** One peer of a group that elects. */
export function peerFindings(node: NodeView): Finding[] {
  if (node.is('enableControllerMode') && node.is('enableDLegerCommitLog') && isSince(node.version, '5.1.4')) {
    return [
      finding(
        'MODES_EXCLUDE',
        ['enableControllerMode and enableDLegerCommitLog are both true', 'the broker ends with 252', 'Set one of them'],
        [placeOf(node, 'enableControllerMode'), placeOf(node, 'enableDLegerCommitLog')],
      ),
    ];
  }
  return KINDS.filter((kind) => kind.isOn(node) && !isOpen(node, kind) && node.value('controllerType') !== 'jRaft').flatMap((kind) =>
    ownPeers(node, kind),
  );
}

function ownPeers(node: NodeView, kind: Kind): Finding[] {
  const { keys, code, port } = kind;
  const at = [placeOf(node, keys.peers, keys.group, 'enableDLegerCommitLog', 'enableControllerInNamesrv'), placeOf(node, keys.self)];
  const tell = (what: string, why: string, next: string) => [finding(code, [what, why, next], at)];
  const [self, peers] = [node.value(keys.self), node.value(keys.peers)];
  const missing = Object.values(keys).filter((key) => !node.value(key));
  if (missing.length > 0) return tell(`${missing.join(', ')} missing`, `a ${kind.name} needs group, peers and self id`, 'Write it');
  const wrong = peers?.split(';').find((peer) => peer !== '' && !/^[^\s;,:-]+-[^:;,\s]+:\d{1,5}$/.test(peer));
  if (wrong !== undefined)
    return tell(`"${wrong}" is not a peer`, 'a peer is <id>-<host>:<port>, separated by ;', `Write n0-127.0.0.1:${port};n1-…`);
  if (self === undefined || !kind.self.test(self))
    return tell(
      `${keys.self} ${self} is not a letter and a number`,
      'the number becomes the brokerId: NumberFormatException',
      'Write n0, n1, n2',
    );
  const list = peersOf(node, kind);
  if (!list.some((peer) => peer.startsWith(`${self}-`)))
    return tell(`${keys.self} ${self} is not among the peers`, `they are ${peers}`, 'Write one of their ids');
  const ids = list.map((peer) => peer.split('-')[0]);
  const addresses = list.map((peer) => peer.slice(peer.indexOf('-') + 1));
  const twice = [ids, addresses].map((each) => each.find((one, i) => each.indexOf(one) !== i)).find((found) => found !== undefined);
  return twice === undefined
    ? []
    : tell(`${twice} occurs twice among the peers`, `they are ${peers}`, 'Give each peer its own id and address');
}

/**
 * What the peers of a group say about each other, and the brokers about their controllers.
 * @param areHosts each folder is a host: then a group is not in one folder
 */
export function groupFindings(nodes: readonly NodeView[], areHosts: boolean): Finding[] {
  const found = KINDS.flatMap((kind) => {
    const members = nodes.filter((node) => kind.isOn(node) && !isOpen(node, kind) && node.value(kind.keys.group) !== undefined);
    return (areHosts ? [members] : groups(members)).flatMap((group) => differences(group, kind));
  });
  return [...found, ...controllerFindings(nodes)];
}

/** A folder with several peers is one group. If each folder has one peer, all folders together are one group. */
function groups(members: readonly NodeView[]): NodeView[][] {
  const folderOf = ({ file }: NodeView) => file.path.replace(/[^/\\]*$/, '');
  const all = [...grouped(members, folderOf).values()];
  return all.some((each) => each.length > 1) ? all : [all.flat()];
}

/** Compares each member with the first of its name, and with the first that has its id. */
function differences(group: readonly NodeView[], kind: Kind): Finding[] {
  const { keys } = kind;
  const first = new Map<string, NodeView>();
  return group.flatMap((node) => {
    const [name, id] = [JSON.stringify([node.value(keys.group)]), JSON.stringify([node.value(keys.group), node.value(keys.self)])];
    const [peer, twin] = [first.get(name), first.get(id)];
    first.set(name, peer ?? node);
    first.set(id, twin ?? node);
    return peer ? membersDiffer(node, peer, twin, kind) : [];
  });
}

function membersDiffer(node: NodeView, peer: NodeView, twin: NodeView | undefined, { keys, code, name }: Kind): Finding[] {
  const group = node.value(keys.group);
  const at = (key: string) => [placeOf(peer, key), placeOf(node, key)];
  const sorted = (text: string | undefined) => text?.split(';').filter(Boolean).sort().join(';');
  const differs = (key: string, next: string) =>
    finding(code, [`${key} differs within the ${name} ${group}`, `${peer.value(key)} and ${node.value(key)}`, next], at(key));
  if (sorted(peer.value(keys.peers)) !== sorted(node.value(keys.peers))) return [differs(keys.peers, 'Write the same peers in each file')];
  if (node.role === 'broker' && peer.brokerName !== node.brokerName) return [differs('brokerName', 'Write one brokerName')];
  if (!twin) return [];
  const what = `two nodes are ${node.value(keys.self)} of ${group}`;
  return [
    finding(
      code,
      [what, 'each peer needs its own id', `Give each file another ${keys.self}`],
      [placeOf(twin, keys.self), placeOf(node, keys.self)],
    ),
  ];
}

/** A broker's controllerAddr that names none of the controllers of the set. */
function controllerFindings(nodes: readonly NodeView[]): Finding[] {
  const controllers = nodes.filter((node) => KINDS[1].isOn(node));
  const known = new Set(controllers.flatMap((node) => peersOf(node, KINDS[1]).map((peer) => peer.slice(peer.indexOf('-') + 1))));
  const ports = new Set([...known].map((address) => address.split(':').at(-1)));
  if (known.size === 0 || controllers.some((node) => isOpen(node, KINDS[1]))) return [];
  return nodes
    .filter((node) => node.role === 'broker' && node.is('enableControllerMode'))
    .flatMap((node) => {
      const address = node.value('controllerAddr');
      if (!address || node.is('fetchControllerAddrByDnsLookup') || address.split(';').some((one) => known.has(one.trim()))) return [];
      // Another name can mean the same host or another host; a port is clear.
      const isPort = address.split(';').some((one) => ports.has(one.trim().split(':').at(-1)));
      const text = [
        `controllerAddr ${address} is not a controller of this set`,
        `they are ${several(known)}; a broker that reaches no controller gets no role`,
        'Write the addresses of controllerDLegerPeers',
      ] as const;
      return isPort ? [] : [finding('CONTROLLER_PEERS', text, [placeOf(node, 'controllerAddr')], 'warning')];
    });
}

const MAX_NAMED = 9;

function several(addresses: ReadonlySet<string>): string {
  const named = [...addresses].slice(0, MAX_NAMED).join(';');
  return addresses.size > MAX_NAMED ? `${named} and ${addresses.size - MAX_NAMED} more` : named;
}
