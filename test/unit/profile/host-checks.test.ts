import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProfileFolder } from './profile-folder.js';

let folder: ProfileFolder;
beforeEach(() => {
  folder = new ProfileFolder();
});
afterEach(() => folder.dispose());

/** @param nodes what a node has beside its role, by its id; a broker is a master of its own */
const profileText = (hosts: string, nodes: Readonly<Record<string, string>>) =>
  `${hosts === '' ? '' : `hosts: ${hosts}\n`}nodes:\n${Object.entries(nodes)
    .map(([id, more]) => `  ${id}: { role: ${id.startsWith('broker') ? 'broker' : 'namesrv'}${more === '' ? '' : `, ${more}`} }\n`)
    .join('')}`;

const TWO = '{ a: 10.0.0.1, b: 10.0.0.2 }';
const ON_A = { 'namesrv-1': 'host: a' };

test.each([
  [
    'a host, but no hosts',
    '',
    { 'namesrv-1': '', 'broker-a': 'host: a' },
    'p.yaml:3:29: nodes.broker-a.host: the profile has no hosts; add for example hosts: { a: 192.168.1.20, b: 192.168.1.21 }',
  ],
  ['a node without a host', TWO, { ...ON_A, 'broker-a': '' }, 'p.yaml:4:3: nodes.broker-a.host: broker-a needs its host: a or b'],
  [
    'a host that is none',
    TWO,
    { ...ON_A, 'broker-a': 'host: bb' },
    'nodes.broker-a.host: "bb" is not one of the hosts a, b (did you mean "b"?)',
  ],
  [
    'two hosts with one address',
    '{ a: host.lan, b: Host.LAN }',
    { ...ON_A, 'broker-b': 'host: b' },
    'hosts.b.address: hosts a and b have the same address Host.LAN; each machine needs its own',
  ],
  [
    'a host that loops back',
    '{ a: 10.0.0.1, b: localhost }',
    { ...ON_A, 'broker-b': 'host: b' },
    'hosts.b.address: host b has the address localhost, which every machine takes for itself',
  ],
  [
    'a node that advertises a loopback',
    TWO,
    { ...ON_A, 'broker-a': 'host: a, advertise: { replication: 127.0.0.1 }' },
    'broker-a advertises 127.0.0.1, and the other hosts would look for it on themselves',
  ],
  [
    'one port twice on one host',
    TWO,
    { ...ON_A, 'broker-a': 'host: a, listenPort: 10911', 'broker-b': 'host: a, listenPort: 10913' },
    'broker-b takes 10911, 10913, 10914, but broker-a (listenPort 10911) also takes 10911',
  ],
  [
    'one port twice behind one public address',
    '{ a: { address: 192.168.1.1, advertise: 203.0.113.9 }, b: { address: 192.168.1.2, advertise: 203.0.113.9 } }',
    { ...ON_A, 'broker-a': 'host: a, listenPort: 10911', 'broker-b': 'host: b, listenPort: 10911' },
    'broker-b takes 10909, 10911, 10912, but broker-a (listenPort 10911) also takes 10909; both are reached at 203.0.113.9',
  ],
  [
    'one port twice at one address for replication alone',
    '{ a: { address: 192.168.1.1, advertise: { replication: 203.0.113.9 } }, b: { address: 192.168.1.2, advertise: { replication: 203.0.113.9 } } }',
    { ...ON_A, 'broker-a': 'host: a, listenPort: 10911', 'broker-b': 'host: b, listenPort: 10911' },
    'broker-b takes 10909, 10911, 10912, but broker-a (listenPort 10911) also takes 10909; both are reached at 203.0.113.9',
  ],
])('%s is refused, at its place', async (_, hosts, nodes, expected) => {
  folder.write('p.yaml', profileText(hosts, nodes));
  const error = await folder.errorOf('p.yaml');
  expect(error.code).toBe('PROFILE_INVALID');
  expect(error.text.why).toContain(expected);
});

test.each([
  [
    'one port on two hosts with their own addresses',
    TWO,
    { ...ON_A, 'broker-a': 'host: a, listenPort: 10911', 'broker-b': 'host: b, listenPort: 10911' },
  ],
  ['a profile that is tried on one machine: every host loops back', '{ a: 127.0.0.1, b: 127.0.0.2 }', { ...ON_A, 'broker-b': 'host: b' }],
  [
    'two ports behind one public address',
    '{ a: { address: 192.168.1.1, advertise: 203.0.113.9 }, b: { address: 192.168.1.2, advertise: 203.0.113.9 } }',
    { ...ON_A, 'broker-a': 'host: a, listenPort: 10911', 'broker-b': 'host: b, listenPort: 10921' },
  ],
])('%s is fine', async (_, hosts, nodes) => {
  folder.write('p.yaml', profileText(hosts, nodes));
  expect((await folder.load('p.yaml')).warnings.map(({ message }) => message)).toEqual(
    nodes['broker-b' as keyof typeof nodes] ? [] : ['host b runs no node'],
  );
});

test('a host without a node is told, with its place', async () => {
  folder.write('p.yaml', profileText('{ a: 10.0.0.1, c: 10.0.0.3 }', { ...ON_A, 'broker-a': 'host: a' }));
  expect((await folder.load('p.yaml')).warnings).toMatchObject([{ message: 'host c runs no node', place: { line: 1 } }]);
});
