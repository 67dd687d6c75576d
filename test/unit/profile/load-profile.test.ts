import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProfileFolder, SMALL } from './profile-folder.js';

let folder: ProfileFolder;
beforeEach(() => {
  folder = new ProfileFolder();
});
afterEach(() => folder.dispose());

const nodeOf = async (yaml: string, id = 'broker-a') => {
  folder.write('p.yaml', yaml);
  const node = (await folder.load('p.yaml')).profile.nodes.find((candidate) => candidate.id === id);
  if (!node) throw new Error(`no node ${id}`);
  return node;
};

test.each([
  ['single', 'async', ['namesrv-1', 'broker-a']],
  ['2m-noslave', 'async', ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-b']],
  ['2m2s', 'sync', ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b', 'broker-b-s']],
  ['2m2s-sync', 'sync', ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b', 'broker-b-s']],
  [
    'controller',
    'controller',
    ['namesrv-1', 'namesrv-2', 'controller-1', 'controller-2', 'controller-3', 'broker-a-n0', 'broker-a-n1', 'broker-a-n2'],
  ],
  ['proxy', 'async', ['namesrv-1', 'broker-a', 'proxy-1']],
  ['dledger', 'dledger', ['namesrv-1', 'namesrv-2', 'broker-a-n0', 'broker-a-n1', 'broker-a-n2']],
  ['2m2s-async', 'async', ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b', 'broker-b-s']],
])('the shipped profile %s replicates %s and loads without a warning', async (name, replication, ids) => {
  const { profile, warnings } = await folder.load(name);
  expect({ name: profile.name, replication: profile.replication, ids: profile.nodes.map(({ id }) => id), warnings }).toEqual({
    name,
    replication,
    ids,
    warnings: [],
  });
  expect(profile.description).not.toBe('');
});

test('the peers of a DLedger group share the brokerName that their ids begin with, and none is the master', async () => {
  const { profile } = await folder.load('dledger');
  expect(profile.nodes.map(({ brokerName, brokerId, election }) => [brokerName, brokerId, election])).toEqual([
    [undefined, undefined, undefined],
    [undefined, undefined, undefined],
    ['broker-a', -1, 'dledger'],
    ['broker-a', -1, 'dledger'],
    ['broker-a', -1, 'dledger'],
  ]);
});

test('slaves of 2m2s carry the brokerName of their master', async () => {
  const { profile } = await folder.load('2m2s');
  expect(profile.nodes.map(({ role, brokerName, brokerId }) => [role, brokerName, brokerId])).toEqual([
    ['namesrv', undefined, undefined],
    ['namesrv', undefined, undefined],
    ['broker', 'broker-a', 0],
    ['broker', 'broker-a', 1],
    ['broker', 'broker-b', 0],
    ['broker', 'broker-b', 1],
  ]);
});

test('what a profile leaves out has its default', async () => {
  const file = folder.write('p.yaml', SMALL);
  const { profile } = await folder.load('p.yaml');
  expect({ ...profile, nodes: profile.nodes.filter(({ id }) => id === 'broker-a') }).toEqual({
    name: 'p',
    file,
    source: 'here',
    description: '',
    rocketmq: undefined,
    java: undefined,
    brokerClusterName: 'DefaultCluster',
    tls: false,
    replication: 'async',
    flush: 'async',
    advertise: { clients: '127.0.0.1', replication: '127.0.0.1' },
    nodes: [
      {
        id: 'broker-a',
        role: 'broker',
        brokerName: 'broker-a',
        brokerId: 0,
        rocketmq: undefined,
        java: undefined,
        heapBytes: undefined,
        jvm: [],
        properties: {},
        env: {},
        listenPort: undefined,
        restart: { policy: 'on-crash', maxRestarts: 5, windowMs: 60_000, backoffMinMs: 1_000, backoffMaxMs: 30_000 },
        stopTimeoutMs: undefined,
        startTimeoutMs: undefined,
        startup: 'fast',
        advertise: { clients: '127.0.0.1', replication: '127.0.0.1' },
      },
    ],
    topics: [],
    groups: [],
  });
});

test('a node has its own setting, else its role has it, else the cluster; maps are merged key by key', async () => {
  const node = await nodeOf(`
rocketmq: 5.10
java: 17
stopTimeout: 5
startTimeout: 2m
advertise: 10.0.0.1
restart: { maxRestarts: 9, backoff: 2s }
roles:
  broker:
    heap: 256m
    startup: throughput
    env: { A: role, B: 1 }
    properties: { flushDiskType: SYNC_FLUSH, deleteWhen: 04 }
    advertise: { clients: 10.0.0.2 }
${SMALL.replace('{ role: broker }', '{ role: broker, heap: 1g, restart: always, env: { A: node }, properties: { deleteWhen: null, x: 1.10 } }')}`);
  expect(node).toMatchObject({
    rocketmq: '5.10',
    java: '17',
    stopTimeoutMs: 5_000,
    startTimeoutMs: 120_000,
    heapBytes: 1_073_741_824,
    startup: 'throughput',
    env: { A: 'node', B: '1' },
    advertise: { clients: '10.0.0.2', replication: '10.0.0.1' },
    restart: { policy: 'always', maxRestarts: 9, backoffMinMs: 2_000, backoffMaxMs: 2_000 },
  });
  expect(node.properties).toEqual({ flushDiskType: 'SYNC_FLUSH', x: '1.10' });
});

test('property values reach Java as they were typed', async () => {
  const node = await nodeOf(`
nodes:
  namesrv-1: { role: namesrv }
  broker-a:
    role: broker
    properties: { a: 04, b: 1.10, c: 9223372036854775807, d: 0x10, e: 1e3, f: true, g: False, h: yes, i: "", j: " x ", k: -1 }
`);
  expect(node.properties).toEqual({
    ...{ a: '04', b: '1.10', c: '9223372036854775807', d: '0x10', e: '1e3' },
    ...{ f: 'true', g: 'false', h: 'yes', i: '', j: ' x ', k: '-1' },
  });
});

test('a child wins over its parents, its lists replace theirs, null takes away', async () => {
  folder.write('base.yaml', `${SMALL}topics: [A, B]\njava: 11\nflush: sync\nroles: { broker: { heap: 64m, jvm: [-Xint] } }\n`);
  folder.write('middle.yaml', 'extends: ./base.yaml\njava: 17\nroles: { broker: { jvm: [-Xss1m, -Xmn16m] } }\n');
  folder.write('p.yaml', 'extends: middle.yaml\nflush: null\nnodes: { namesrv-2: null, broker-b: { role: broker } }\ntopics: [C]\n');
  const { profile } = await folder.load('p.yaml');
  expect(profile.nodes.map(({ id }) => id)).toEqual(['namesrv-1', 'broker-a', 'broker-b']);
  expect(profile.topics.map(({ name }) => name)).toEqual(['C']);
  expect({ java: profile.java, flush: profile.flush }).toEqual({ java: '17', flush: 'async' });
  expect(profile.nodes[2]).toMatchObject({ heapBytes: 64 * 1_048_576, jvm: ['-Xss1m', '-Xmn16m'] });
});

test('null at a node takes away what its role or the cluster gives, down to the default', async () => {
  const node = await nodeOf(`
java: 17
restart: never
roles: { broker: { heap: 64m, stopTimeout: 5s, properties: { a: 1, b: 2 } } }
${SMALL.replace('{ role: broker }', '{ role: broker, brokerName: null, heap: null, java: null, restart: null, properties: { a: null } }')}`);
  expect(node).toMatchObject({
    heapBytes: undefined,
    java: undefined,
    stopTimeoutMs: 5_000,
    brokerName: 'broker-a',
    properties: { b: '2' },
  });
  expect(node.restart.policy).toBe('on-crash');
});

test('a node that a parent took away can be given again, without what it was', async () => {
  folder.write('middle.yaml', 'extends: 2m-noslave\nnodes: { broker-b: null }\n');
  folder.write('p.yaml', 'extends: ./middle.yaml\nnodes: { broker-b: { role: namesrv } }\n');
  const { profile } = await folder.load('p.yaml');
  expect(profile.nodes.find(({ id }) => id === 'broker-b')).toMatchObject({ role: 'namesrv', brokerName: undefined });
});

test('sections without content are as if they were not there', async () => {
  folder.write('p.yaml', `extends: single\nroles:\n  broker:\ntopics:\ngroups:\n`);
  expect((await folder.load('p.yaml')).profile.topics).toEqual([]);
});

test("the user's profile can extend the shipped one of its own name", async () => {
  folder.write('2m2s-sync.yaml', 'extends: 2m2s-sync\njava: 25\n', folder.userProfiles);
  const { profile } = await folder.load('2m2s');
  expect(profile).toMatchObject({ name: '2m2s', java: '25', replication: 'sync' });
});

test('topics and groups have a short and a long form', async () => {
  folder.write('p.yaml', `${SMALL}topics:\n  - Orders\n  - { name: Pay%|_-1, queues: 16, brokers: [broker-a] }\ngroups: [order-service]\n`);
  const { profile } = await folder.load('p.yaml');
  expect(profile.topics).toEqual([
    { name: 'Orders', queues: 8, brokers: undefined },
    { name: 'Pay%|_-1', queues: 16, brokers: ['broker-a'] },
  ]);
  expect(profile.groups).toEqual([{ name: 'order-service' }]);
});

test('paths of releases and JDKs are seen from the file that names them', async () => {
  folder.write('base.yaml', `${SMALL}rocketmq: ./release\njava: ~/jdk\n`, folder.userProfiles);
  const child = `extends: ${folder.userProfiles}/base.yaml\nnodes: { broker-a: { rocketmq: rocketmq-all-5.5.0-bin-release.zip } }\n`;
  folder.write('p.yaml', child);
  const { profile } = await folder.load('p.yaml');
  expect(profile).toMatchObject({ rocketmq: join(folder.userProfiles, 'release'), java: join(homedir(), 'jdk') });
  expect(profile.nodes.map(({ rocketmq }) => rocketmq)).toContain(join(folder.cwd, 'rocketmq-all-5.5.0-bin-release.zip'));
});

test('anchors and aliases are followed', async () => {
  const node = await nodeOf(`roles: { broker: { env: &env { A: x } }, namesrv: { env: *env } }\n${SMALL}`, 'namesrv-1');
  expect(node.env).toEqual({ A: 'x' });
});

test('each property has its place: the file that wrote it, or the option', async () => {
  const base = folder.write(
    'base.yaml',
    `${SMALL}roles:\n  broker:\n    properties:\n      flushDiskType: SYNC_FLUSH\n      deleteWhen: 04\n`,
  );
  const file = folder.write('p.yaml', 'extends: ./base.yaml\nnodes:\n  broker-a:\n    properties: { deleteWhen: 05 }\n');
  const { propertyPlaces } = await folder.load('p.yaml', { set: ['broker-a.properties.maxMessageSize=1024'] });
  expect([...propertyPlaces]).toEqual([
    ['broker-a.flushDiskType', { file: base, line: 8, column: 7 }],
    ['broker-a.deleteWhen', { file, line: 4, column: 19 }],
    ['broker-a.maxMessageSize', { file: '--set broker-a.properties.maxMessageSize=1024', line: 0 }],
  ]);
});

test('a very small heap and a cluster without brokers are warnings', async () => {
  const file = folder.write('p.yaml', 'nodes:\n  namesrv-1:\n    role: namesrv\n    heap: 20m\n');
  const { warnings } = await folder.load('p.yaml');
  expect(warnings).toEqual([
    { message: expect.stringContaining('namesrv-1 has a heap of 20.0 MB'), place: { file, line: 4, column: 5 } },
    { message: expect.stringContaining('no node is a broker'), place: { file, line: 1, column: 1 } },
  ]);
});

test('acl: true is the account of RocketMQ’s samples; each of its keys can be given, a number as well; TLS is off unless it is asked for', async () => {
  const settings = async (yaml: string, set: string[] = []) => {
    folder.write('p.yaml', `extends: single\n${yaml}`);
    const { acl, tls } = (await folder.load('p.yaml', { set })).profile;
    return { acl, tls };
  };
  expect(await settings('')).toEqual({ acl: undefined, tls: false });
  expect(await settings('acl: false\ntls: false')).toEqual({ acl: undefined, tls: false });
  expect(await settings('acl: true\ntls: true')).toEqual({ acl: { accessKey: 'rocketmq2', secretKey: '12345678' }, tls: true });
  expect(await settings('acl: { secretKey: 87654321 }')).toEqual({ acl: { accessKey: 'rocketmq2', secretKey: '87654321' }, tls: false });
  expect((await settings('acl: { accessKey: my-account }', ['acl.secretKey=my-secret'])).acl).toEqual({
    accessKey: 'my-account',
    secretKey: 'my-secret',
  });
  expect((await settings('', ['acl=true', 'tls=true'])).tls).toBe(true);
  // Source: acl/.../plain/PlainPermissionManager.java: longer than 6.
  await expect(settings('acl: { secretKey: short }')).rejects.toMatchObject({ code: 'PROFILE_INVALID' });
});
