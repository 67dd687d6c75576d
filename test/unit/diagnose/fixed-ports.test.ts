import { expect, test } from 'vitest';
import { fixedPorts } from '../../../src/diagnose/fixed-ports.js';
import type { NodeProfile } from '../../../src/profile/profile.js';
import { nodeProfile } from '../../fakes/cluster.js';

const on = (host: string, id: string, more: Partial<NodeProfile> = {}) =>
  nodeProfile(id, { host, advertise: both(`10.0.0.${host}`), ...more });
const both = (address: string) => ({ clients: address, replication: address });
const listens = (nodes: readonly NodeProfile[]) => Object.fromEntries([...fixedPorts({ nodes })].map(([id, { listen }]) => [id, listen]));

const CROSSED = [
  on('1', 'namesrv-1'),
  on('2', 'namesrv-2'),
  on('1', 'broker-a'),
  on('2', 'broker-a-s'),
  on('2', 'broker-b'),
  on('1', 'broker-b-s'),
];

test('crossed slaves: each host counts from the first port of the role', () => {
  expect(listens(CROSSED)).toEqual({
    'namesrv-1': 9876,
    'namesrv-2': 9876,
    'broker-a': 10_911,
    'broker-a-s': 10_911,
    'broker-b': 10_921,
    'broker-b-s': 10_921,
  });
});

test('it depends on the nodes alone: every host gets the same answer, at every time', () => {
  expect([...fixedPorts({ nodes: structuredClone(CROSSED) })]).toEqual([...fixedPorts({ nodes: CROSSED })]);
});

test('every socket of the node is there', () => {
  const ports = fixedPorts({ nodes: [on('1', 'broker-a'), on('1', 'broker-b-n0'), on('1', 'proxy-1'), on('1', 'controller-1')] });
  expect(Object.fromEntries(ports)).toEqual({
    'broker-a': { listen: 10_911, fast: 10_909, ha: 10_912 },
    'broker-b-n0': { listen: 10_921, fast: 10_919, dledger: 10_926 },
    'proxy-1': { listen: 8081, remoting: 8080 },
    'controller-1': { listen: 9878 },
  });
});

test('a wish stands, and the others go around it, also around its other sockets', () => {
  // 10922 is P+1 of the wish at 10921; 10911 would need nothing of it.
  expect(listens([on('1', 'broker-a'), on('1', 'broker-b'), on('1', 'broker-c', { listenPort: 10_921 }), on('2', 'broker-d')])).toEqual({
    'broker-c': 10_921,
    'broker-a': 10_911,
    'broker-b': 10_931,
    'broker-d': 10_911,
  });
});

test.each([
  ['for clients', { clients: '203.0.113.9' }],
  ['for replication', { replication: '203.0.113.9' }],
  ['in another spelling', { clients: 'NAT.example.org' }],
])('hosts behind one public address %s never share a port', (_, shared) => {
  const spelt = { ...shared, ...('clients' in shared ? { clients: shared.clients.toLowerCase() } : {}) };
  const nodes = ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-b', 'broker-c'].map((id, index) =>
    on(String(index), id, { advertise: { ...both(`10.0.0.${index}`), ...(index % 2 ? shared : spelt) } }),
  );
  const sockets = [...fixedPorts({ nodes }).values()].flatMap((ports) => Object.values(ports));
  expect(new Set(sockets).size).toBe(sockets.length);
});

test('a public address that is the own address of another host gives its ports once too', () => {
  // A gateway that forwards to a machine behind it, and runs nodes itself.
  const gateway = on('1', 'broker-a', { advertise: both('203.0.113.9') });
  const behind = on('2', 'broker-b', { advertise: { clients: '203.0.113.9', replication: '192.168.1.2' } });
  expect(listens([gateway, behind])).toEqual({ 'broker-a': 10_911, 'broker-b': 10_921 });
});

// Both hosts once got 9876 and 10911: each then took its own nodes for those of the other one.
test('hosts that loop back are one machine: no port is given twice', () => {
  const at = (host: string, id: string) => on(host, id, { advertise: both(`127.0.0.${host}`) });
  expect(listens([at('1', 'namesrv-1'), at('2', 'namesrv-2'), at('1', 'broker-a'), at('2', 'broker-b')])).toEqual({
    'namesrv-1': 9876,
    'namesrv-2': 9877,
    'broker-a': 10_911,
    'broker-b': 10_921,
  });
});
