import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProfileFolder } from './profile-folder.js';

let folder: ProfileFolder;
beforeEach(() => {
  folder = new ProfileFolder();
});
afterEach(() => folder.dispose());

const NODES = `
nodes:
  namesrv-1: { role: namesrv, host: a }
  broker-a: { role: broker, host: a NODE }
  broker-b: { role: broker, host: b }
`;
const profileText = ({ cluster = '', hosts = '{ a: 10.0.0.1, b: 10.0.0.2 }', role = '', node = '' }) =>
  `${cluster}\nhosts: ${hosts}\n${role === '' ? '' : `roles: { broker: { advertise: ${role} } }\n`}${NODES.replace(' NODE', node === '' ? '' : `, advertise: ${node}`)}`;

/** @returns where a node says that it is, as `clients replication`. */
async function advertised(yaml: string, id: string, ...set: string[]): Promise<string> {
  folder.write('p.yaml', yaml);
  const { profile } = await folder.load('p.yaml', { set });
  const { clients, replication } = profile.nodes.find((node) => node.id === id)?.advertise ?? {};
  return `${clients} ${replication}`;
}

const BOTH_HOSTS = '{ a: { address: 10.0.0.1, advertise: 203.0.113.1 }, b: 10.0.0.2 }';

test.each([
  ['the address of its host', {}, '10.0.0.1 10.0.0.1'],
  ['the cluster before the address of the host', { cluster: 'advertise: 198.51.100.1' }, '198.51.100.1 198.51.100.1'],
  ['the host before the cluster', { cluster: 'advertise: 198.51.100.1', hosts: BOTH_HOSTS }, '203.0.113.1 203.0.113.1'],
  ['the role before the host', { hosts: BOTH_HOSTS, role: '192.0.2.1' }, '192.0.2.1 192.0.2.1'],
  ['the node before its role', { hosts: BOTH_HOSTS, role: '192.0.2.1', node: '192.0.2.2' }, '192.0.2.2 192.0.2.2'],
  [
    'each part by itself',
    {
      cluster: 'advertise: { replication: 198.51.100.1 }',
      hosts: '{ a: { address: 10.0.0.1, advertise: { replication: 203.0.113.1 } }, b: 10.0.0.2 }',
      node: '{ clients: 192.0.2.2 }',
    },
    '192.0.2.2 203.0.113.1',
  ],
  ['a part that nobody gives is the address of the host', { node: '{ clients: 192.0.2.2 }' }, '192.0.2.2 10.0.0.1'],
  ['the address of its host, if it asks for that with null', { hosts: BOTH_HOSTS, node: '{ clients: null }' }, '10.0.0.1 203.0.113.1'],
])('a node advertises %s', async (_, parts, expected) => {
  expect(await advertised(profileText(parts), 'broker-a')).toBe(expected);
});

test('without hosts, and without a word of it, a node advertises 127.0.0.1', async () => {
  const yaml = 'nodes:\n  namesrv-1: { role: namesrv }\n  broker-a: { role: broker }\n';
  expect(await advertised(yaml, 'broker-a')).toBe('127.0.0.1 127.0.0.1');
  expect(await advertised(yaml, 'broker-a', 'advertise=192.168.1.20')).toBe('192.168.1.20 192.168.1.20');
  expect(await advertised(yaml, 'broker-a', 'advertise.clients=192.168.1.20')).toBe('192.168.1.20 127.0.0.1');
});

test("the article's two addresses: public for clients, private for replication, of all nodes of a host", async () => {
  const hosts = '{ a: 202.199.6.118, b: { address: 192.168.107.129, advertise: { clients: 219.216.64.216 } } }';
  expect(await advertised(profileText({ hosts }), 'broker-a')).toBe('202.199.6.118 202.199.6.118');
  expect(await advertised(profileText({ hosts }), 'broker-b')).toBe('219.216.64.216 192.168.107.129');
});

test.each([
  ['the address of a host', ['hosts.a=10.9.9.9'], {}, '10.9.9.9 10.9.9.9', '10.0.0.2 10.0.0.2'],
  [
    'only the address, if the host advertises another',
    ['hosts.a=10.9.9.9'],
    { hosts: BOTH_HOSTS },
    '203.0.113.1 203.0.113.1',
    '10.0.0.2 10.0.0.2',
  ],
  ['where a host advertises', ['hosts.a.advertise.clients=192.0.2.9'], {}, '192.0.2.9 10.0.0.1', '10.0.0.2 10.0.0.2'],
  ['both parts of it', ['hosts.a.advertise=192.0.2.9'], { hosts: BOTH_HOSTS }, '192.0.2.9 192.0.2.9', '10.0.0.2 10.0.0.2'],
  ['the cluster', ['advertise=192.0.2.9'], {}, '192.0.2.9 192.0.2.9', '192.0.2.9 192.0.2.9'],
  ['a node', ['broker-a.advertise=192.0.2.9'], { hosts: BOTH_HOSTS }, '192.0.2.9 192.0.2.9', '10.0.0.2 10.0.0.2'],
  // The command line wins over every file, also over what a file says of something narrower.
  [
    'the cluster, over hosts, roles and nodes',
    ['advertise=192.0.2.9'],
    { hosts: BOTH_HOSTS, role: '192.0.2.1', node: '192.0.2.2' },
    '192.0.2.9 192.0.2.9',
    '192.0.2.9 192.0.2.9',
  ],
  [
    'a part of the cluster, over hosts and nodes',
    ['advertise.clients=192.0.2.9'],
    { hosts: BOTH_HOSTS, node: '{ clients: 192.0.2.2 }' },
    '192.0.2.9 203.0.113.1',
    '192.0.2.9 10.0.0.2',
  ],
  [
    'a host, over its nodes and their roles',
    ['hosts.a.advertise.clients=192.0.2.9'],
    { role: '192.0.2.1', node: '192.0.2.2' },
    '192.0.2.9 192.0.2.2',
    '192.0.2.1 192.0.2.1',
  ],
  // Among options the narrower wins, in any order.
  ['a host, beside the cluster', ['hosts.a.advertise=192.0.2.8', 'advertise=192.0.2.9'], {}, '192.0.2.8 192.0.2.8', '192.0.2.9 192.0.2.9'],
  [
    'a role, beside a host',
    ['broker.advertise=192.0.2.7', 'hosts.a.advertise=192.0.2.8'],
    { node: '192.0.2.2' },
    '192.0.2.7 192.0.2.7',
    '192.0.2.7 192.0.2.7',
  ],
  [
    'a node, beside its host',
    ['broker-a.advertise=192.0.2.6', 'hosts.a.advertise=192.0.2.8'],
    {},
    '192.0.2.6 192.0.2.6',
    '10.0.0.2 10.0.0.2',
  ],
])('--set changes %s', async (_, set, parts, ofA, ofB) => {
  expect(await advertised(profileText(parts), 'broker-a', ...set)).toBe(ofA);
  expect(await advertised(profileText(parts), 'broker-b', ...set)).toBe(ofB);
});
