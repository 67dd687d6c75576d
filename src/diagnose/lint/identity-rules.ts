import { isIP } from 'node:net';
import type { Finding } from '../../base/finding.js';
import { nearest } from '../../base/nearest.js';
import { isSince } from '../../rocketmq/releases.js';
import { finding, placeOf } from './finding.js';
import type { NodeView } from './node-view.js';

/** What one broker says of itself. */
export function brokerFindings(node: NodeView): Finding[] {
  if (node.role !== 'broker') return [];
  const findings: Finding[] = [];
  const written = Number(node.value('brokerId') ?? 0);
  if (node.brokerRole === 'SLAVE' && written <= 0 && !node.is('enableControllerMode')) {
    findings.push(
      finding(
        'SLAVE_ID_ZERO',
        [`a SLAVE with brokerId ${written}`, "the broker ends with 253: Slave's brokerId must be > 0", 'Write brokerId=1'],
        [placeOf(node, 'brokerId', 'brokerRole')],
      ),
    );
  }
  if (node.brokerRole !== 'SLAVE' && written !== 0 && !node.isElected) {
    findings.push(
      finding(
        'MASTER_ID_IGNORED',
        [
          `brokerId ${written} with brokerRole ${node.brokerRole}`,
          'a master is always 0: this broker registers as a master',
          'Write brokerId=0, or brokerRole=SLAVE',
        ],
        [placeOf(node, 'brokerId')],
      ),
    );
  }
  const ha = node.value('haMasterAddress');
  if (ha && node.brokerRole === 'SLAVE' && isSince(node.version, '5.0.0') && !node.isElected) {
    findings.push(
      finding(
        'HA_MASTER_ADDRESS',
        [
          'haMasterAddress is set on 5.x',
          'it is lost before the HA client exists, and stops the slave from learning the address: it never connects',
          'Take the line away',
        ],
        [placeOf(node, 'haMasterAddress')],
      ),
    );
  }
  for (const key of ['brokerIP1', 'brokerIP2']) {
    const ip = node.value(key);
    const isBad =
      ip !== undefined &&
      (ip === '' ||
        ip === '0.0.0.0' ||
        (isIP(ip) === 0 && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(ip)) ||
        (/^[\d.]+$/.test(ip) && isIP(ip) === 0));
    if (isBad)
      findings.push(
        finding(
          'BROKER_IP_INVALID',
          [
            `${key}=${ip} is no address that others can reach`,
            'clients and slaves are given it as it stands',
            'Write the address of the host, without a port',
          ],
          [placeOf(node, key)],
        ),
      );
  }
  return [...findings, ...dledgerFindings(node)];
}

function dledgerFindings(node: NodeView): Finding[] {
  if (!node.is('enableDLegerCommitLog')) return [];
  const at = [placeOf(node, 'dLegerPeers', 'enableDLegerCommitLog'), placeOf(node, 'dLegerSelfId')];
  const tell = (what: string, why: string, next: string) => [finding('DLEDGER_PEERS', [what, why, next], at)];
  if (node.is('enableControllerMode') && isSince(node.version, '5.1.4')) {
    return [
      finding(
        'MODES_EXCLUDE',
        ['enableControllerMode and enableDLegerCommitLog are both true', 'the broker ends with 252', 'Choose one'],
        [placeOf(node, 'enableControllerMode'), placeOf(node, 'enableDLegerCommitLog')],
      ),
    ];
  }
  const [self, peers] = [node.value('dLegerSelfId'), node.value('dLegerPeers')];
  if (!self || !peers || !node.value('dLegerGroup'))
    return tell('dLegerGroup, dLegerPeers or dLegerSelfId is missing', 'DLedger needs all three', 'Write them');
  const wrong = peers.split(';').find((peer) => peer !== '' && !/^[A-Za-z]\w*-[^:;,\s]+:\d+$/.test(peer));
  if (wrong) return tell(`the peer ${wrong} is none`, 'a peer is <id>-<host>:<port>, separated by ;', 'Write n0-127.0.0.1:40911;n1-…');
  if (!/^[A-Za-z]\d+$/.test(self))
    return tell(
      `dLegerSelfId ${self} is no letter and a number`,
      'the number becomes the brokerId: NumberFormatException',
      'Write n0, n1, n2',
    );
  if (!peers.split(';').some((peer) => peer.startsWith(`${self}-`)))
    return tell(`dLegerSelfId ${self} is not among the peers`, `they are ${peers}`, 'Write one of their ids');
  return [];
}

export function namesrvAddrFindings(node: NodeView): Finding[] {
  const value = node.value('namesrvAddr');
  if (value === undefined || value === '') return [];
  const wrong = value.split(';').find((address) => address !== '' && !/^\s*(\[[\da-f:]+\]|[^\s:,;/]+):\d{1,5}\s*$/i.test(address));
  if (wrong === undefined) return [];
  const why = wrong.includes(',') ? 'NameServers are separated by ;, not by a comma' : 'each is host:port, separated by ;';
  return [
    finding(
      'NAMESRV_ADDR_INVALID',
      [`namesrvAddr has "${wrong}"`, `${why}: the broker ends with 253, or never registers`, 'Write 192.168.0.1:9876;192.168.0.2:9876'],
      [placeOf(node, 'namesrvAddr')],
    ),
  ];
}

/** What brokers of one set say of each other. */
export function pairFindings(all: readonly NodeView[]): Finding[] {
  const nodes = all.filter(({ role }) => role === 'broker');
  if (nodes.length < 2) return [];
  const masters = nodes.filter((node) => node.brokerId === 0 && node.brokerRole !== 'SLAVE' && !node.isElected);
  const names = new Set(masters.map(({ brokerName }) => brokerName ?? ''));
  return nodes.flatMap((node, index) => {
    if (node.isElected || node.brokerName === undefined) return electedFindings(node, nodes.slice(0, index));
    const twin = nodes
      .slice(0, index)
      .find(
        (other) =>
          !other.isElected && other.brokerName === node.brokerName && other.brokerId === node.brokerId && cluster(other) === cluster(node),
      );
    if (twin) {
      const keys = ['brokerName', 'brokerId'];
      return [
        finding(
          'ID_TAKEN',
          [
            `two brokers are ${node.brokerName} with id ${node.brokerId}`,
            'a NameServer keeps the one that registered last, and they take turns',
            'Give each master its own brokerName, each slave its own brokerId and brokerRole=SLAVE',
          ],
          [placeOf(twin, ...keys), placeOf(node, ...keys)],
        ),
      ];
    }
    const master = masters.find((other) => other.brokerName === node.brokerName);
    if (node.brokerRole === 'SLAVE' && !master) {
      const near = nearest(node.brokerName, names);
      return [
        finding(
          'SLAVE_WITHOUT_MASTER',
          [
            `no master is called ${node.brokerName}`,
            'master and slave find each other by an equal brokerName; this slave copies nothing, and says nothing',
            near ? `Did you mean ${near}?` : 'Write the brokerName of its master',
          ],
          [placeOf(node, 'brokerName')],
        ),
      ];
    }
    if (node.brokerRole === 'SLAVE' && master && cluster(master) !== cluster(node)) {
      return [
        finding(
          'CLUSTER_DIFFERS',
          [
            `${node.brokerName} is of two clusters`,
            `the master is of ${cluster(master)}, the slave of ${cluster(node)}`,
            'Write one brokerClusterName',
          ],
          [placeOf(master, 'brokerClusterName'), placeOf(node, 'brokerClusterName')],
        ),
      ];
    }
    const hasSlave = nodes.some((other) => other.brokerRole === 'SLAVE' && other.brokerName === node.brokerName);
    if (node.brokerRole === 'SYNC_MASTER' && !hasSlave && !isSince(node.version, '5.0.0')) {
      return [
        finding(
          'SYNC_WITHOUT_SLAVE',
          [
            `SYNC_MASTER ${node.brokerName} has no slave`,
            'each send returns SLAVE_NOT_AVAILABLE',
            'Add a slave of the same brokerName, or write ASYNC_MASTER',
          ],
          [placeOf(node, 'brokerRole')],
        ),
      ];
    }
    return [];
  });
}

function electedFindings(node: NodeView, before: readonly NodeView[]): Finding[] {
  const group = node.value('dLegerGroup');
  const peer = before.find((other) => group !== undefined && other.value('dLegerGroup') === group);
  if (!peer) return [];
  const at = (key: string) => [placeOf(peer, key), placeOf(node, key)];
  const sorted = (text: string | undefined) => text?.split(';').filter(Boolean).sort().join(';');
  const differs = (key: string, next: string) =>
    finding('DLEDGER_PEERS', [`${key} differs within the group ${group}`, `${peer.value(key)} and ${node.value(key)}`, next], at(key));
  if (sorted(peer.value('dLegerPeers')) !== sorted(node.value('dLegerPeers')))
    return [differs('dLegerPeers', 'Write the same peers in each file')];
  if (peer.brokerName !== node.brokerName) return [differs('brokerName', 'Write one brokerName')];
  if (before.some((other) => other.value('dLegerGroup') === group && other.value('dLegerSelfId') === node.value('dLegerSelfId'))) {
    return [
      finding(
        'DLEDGER_PEERS',
        [
          `two nodes are ${node.value('dLegerSelfId')} of ${group}`,
          'each peer has an id of its own',
          'Give each file another dLegerSelfId',
        ],
        [placeOf(node, 'dLegerSelfId')],
      ),
    ];
  }
  return [];
}

const cluster = (node: NodeView) => node.value('brokerClusterName') ?? 'DefaultCluster';
