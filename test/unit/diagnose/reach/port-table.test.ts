import { expect, test } from 'vitest';
import { loopbackNotice } from '../../../../src/diagnose/reach/loopback.js';
import { passesFirewall, portTable, type ReachNode } from '../../../../src/diagnose/reach/port-table.js';
import { nodeProfile } from '../../../fakes/cluster.js';
import { ofTheArticle, onHosts, onOneMachine } from '../../../fakes/reach.js';

/** `node port users from at` of each row. */
const lines = (nodes: readonly ReachNode[]) =>
  portTable(nodes).map(({ node, name, port, users, from, publicAddress, ownAddress }) =>
    [
      node,
      name,
      port,
      `${users.join('+')} from ${from?.join('+') ?? 'anywhere'}`,
      `${publicAddress}${publicAddress === ownAddress ? '' : ` → ${ownAddress}`}`,
    ].join(' | '),
  );

test('the cluster of the article: public addresses for clients, private ones for replication', () => {
  expect(lines(ofTheArticle())).toEqual([
    'namesrv-1 | NameServer | 9876 | clients+brokers+operators from anywhere | 202.199.6.118',
    'namesrv-2 | NameServer | 9876 | clients+brokers+operators from anywhere | 219.216.64.216 → 192.168.107.128',
    'broker-a | listenPort - 2 | 10909 | old clients from anywhere | 202.199.6.118',
    'broker-a | listenPort | 10911 | clients+slaves+operators from anywhere | 202.199.6.118',
    'broker-a | listenPort + 1 | 10912 | slaves from 192.168.107.128+219.216.64.216 | 202.199.6.118',
    'broker-a-s | listenPort - 2 | 11911 | old clients from anywhere | 219.216.64.216 → 192.168.107.128',
    'broker-a-s | listenPort | 11913 | clients+operators from anywhere | 219.216.64.216 → 192.168.107.128',
    'broker-b | listenPort - 2 | 10909 | old clients from anywhere | 219.216.64.216 → 192.168.107.129',
    'broker-b | listenPort | 10911 | clients+slaves+operators from anywhere | 219.216.64.216 → 192.168.107.129',
    'broker-b | listenPort + 1 | 10912 | slaves from 192.168.107.130+219.216.64.216 | 192.168.107.129',
    'broker-b-s | listenPort - 2 | 12913 | old clients from anywhere | 219.216.64.216 → 192.168.107.130',
    'broker-b-s | listenPort | 12915 | clients+operators from anywhere | 219.216.64.216 → 192.168.107.130',
  ]);
});

test('peers of a DLedger group replicate over a port of their own, and each may be the master', () => {
  const nodes = onHosts([
    ['10.0.0.1', 'broker-a-n0'],
    ['10.0.0.2', 'broker-a-n1'],
    ['10.0.0.3', 'broker-a-n2'],
  ]);
  expect(lines(nodes).filter((line) => line.startsWith('broker-a-n0'))).toEqual([
    'broker-a-n0 | listenPort - 2 | 10909 | old clients from anywhere | 10.0.0.1',
    'broker-a-n0 | listenPort | 10911 | clients+slaves+operators from anywhere | 10.0.0.1',
    'broker-a-n0 | DLedger | 10916 | peers from 10.0.0.2+10.0.0.3 | 10.0.0.1',
  ]);
});

test('controllers are asked by brokers at the one address and by each other at the other', () => {
  const replica = { election: 'controller' as const };
  const nodes = onHosts([
    ['vm1', 'controller-1'],
    ['vm2', 'controller-2'],
    ['vm3', 'broker-a-n0', replica],
    ['one', 'broker-a-n1', replica],
  ]);
  expect(lines(nodes).filter((line) => /^controller-1|n0/.test(line))).toEqual([
    'controller-1 | controller | 9878 | brokers from 192.168.107.130+219.216.64.216+202.199.6.118 | 219.216.64.216 → 192.168.107.128',
    'controller-1 | controller | 9878 | peers from 192.168.107.129+219.216.64.216 | 192.168.107.128',
    'broker-a-n0 | listenPort - 2 | 10909 | old clients from anywhere | 219.216.64.216 → 192.168.107.130',
    'broker-a-n0 | listenPort | 10911 | clients+slaves+controllers+operators from anywhere | 219.216.64.216 → 192.168.107.130',
    'broker-a-n0 | listenPort + 1 | 10912 | slaves from 202.199.6.118 | 192.168.107.130',
  ]);
});

test('a controller in a NameServer, and a proxy', () => {
  const inside = nodeProfile('namesrv-1', { properties: { enableControllerInNamesrv: 'true' } });
  const nodes = onHosts([
    ['10.0.0.1', 'namesrv-1', inside],
    ['10.0.0.1', 'broker-a-n0', { election: 'controller' }],
    ['10.0.0.2', 'proxy-1'],
  ]).map((node) => ({ ...node, host: node.ownAddress, advertise: { clients: node.ownAddress, replication: node.ownAddress } }));
  expect(lines(nodes).filter((line) => /^(namesrv|proxy)/.test(line))).toEqual([
    'namesrv-1 | NameServer | 9876 | clients+brokers+proxies+operators from anywhere | 10.0.0.1',
    // The broker is on the same machine.
    'namesrv-1 | controller | 9896 | brokers from  | 10.0.0.1',
    'proxy-1 | remoting | 8080 | clients from anywhere | 10.0.0.2',
    'proxy-1 | gRPC | 8081 | clients from anywhere | 10.0.0.2',
  ]);
});

test('on one machine replication passes no firewall; a master without slaves has no use for its HA port', () => {
  const rows = portTable(onOneMachine(['namesrv-1', 'broker-a', 'broker-a-s', 'broker-b']));
  expect(rows.filter((row) => !passesFirewall(row)).map(({ node, name }) => `${node} ${name}`)).toEqual(['broker-a listenPort + 1']);
  expect(rows.filter(({ socket }) => socket === 'ha').map(({ node }) => node)).toEqual(['broker-a']);
});

test('hosts that have names only: a packet filter could not tell them, so the port is open to all', () => {
  const rows = portTable(
    onHosts([
      ['a.lan', 'broker-a'],
      ['b.lan', 'broker-a-s'],
    ]),
  );
  expect(rows.find(({ socket }) => socket === 'ha')).toMatchObject({ users: ['slaves'], from: null });
});

test('nodes that advertise a loopback address are told, with an address of this machine', () => {
  const interfaces = [
    { name: 'lo', address: '127.0.0.1' },
    { name: 'en0', address: '192.168.1.20' },
  ];
  expect(loopbackNotice(onOneMachine(['namesrv-1', 'broker-a'], '127.0.0.1'), interfaces)).toBe(
    'the nodes advertise 127.0.0.1, where only programs on their own machine find them: open ports do not help others before --set advertise=192.168.1.20',
  );
  expect(loopbackNotice([...onOneMachine(['namesrv-1']), ...onOneMachine(['broker-a'], 'localhost')], interfaces)).toMatch(
    /^broker-a advertises localhost/,
  );
  expect(loopbackNotice(ofTheArticle(), interfaces)).toBeUndefined();
});
