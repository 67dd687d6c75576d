import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ProfileOverrides } from '../../../src/profile/overrides.js';
import { ProfileFolder } from './profile-folder.js';

let folder: ProfileFolder;
beforeEach(() => {
  folder = new ProfileFolder();
});
afterEach(() => folder.dispose());

const MB = 1_048_576;

const heapsOf = async (name: string, overrides: Partial<ProfileOverrides>) => {
  const { profile } = await folder.load(name, overrides);
  return Object.fromEntries(profile.nodes.map(({ id, heapBytes }) => [id, heapBytes && heapBytes / MB]));
};

test('--set reaches cluster, role and node, by their short and their full path', async () => {
  const { profile } = await folder.load('2m2s', {
    set: [
      'replication=async',
      'broker.properties.flushDiskType=SYNC_FLUSH',
      'broker-a.properties.flushDiskType=ASYNC_FLUSH',
      'roles.namesrv.heap=64m',
      'nodes.broker-b.listenPort=10951',
      'broker-a.jvm=[-Xss512k, -Xint]',
      'broker-a.env.NAME=a=b: c',
      'broker-a.properties.some.key=04',
      'restart.backoff=2s..4s',
    ],
  });
  const node = (id: string) => profile.nodes.find((candidate) => candidate.id === id);
  expect(profile.replication).toBe('async');
  expect(node('broker-a')).toMatchObject({
    properties: { flushDiskType: 'ASYNC_FLUSH', 'some.key': '04' },
    jvm: ['-Xss512k', '-Xint'],
    env: { NAME: 'a=b: c' },
    restart: { backoffMinMs: 2_000, backoffMaxMs: 4_000, maxRestarts: 5 },
  });
  expect(node('broker-b-s')?.properties).toEqual({ flushDiskType: 'SYNC_FLUSH' });
  expect(node('namesrv-2')?.heapBytes).toBe(64 * MB);
  expect(node('broker-b')?.listenPort).toBe(10_951);
});

test('--set adds nodes, takes them away, and replaces lists', async () => {
  const { profile } = await folder.load('2m2s', {
    set: [
      'broker-c.heap=64m',
      'nodes.broker-c.role=broker',
      'broker-b=null',
      'broker-b-s=null',
      'topics=[A, { name: B, queues: 2 }]',
      'groups=[g]',
    ],
  });
  expect(profile.nodes.map(({ id }) => id)).toEqual(['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-c']);
  expect(profile.topics.map(({ name, queues }) => [name, queues])).toEqual([
    ['A', 8],
    ['B', 2],
  ]);
  expect(profile.groups).toEqual([{ name: 'g' }]);
});

test('the command line wins over the files also where they are more specific, and the narrower option over the wider', async () => {
  folder.write(
    'p.yaml',
    'extends: 2m-noslave\nroles: { broker: { heap: 64m, restart: never } }\nnodes: { broker-a: { heap: 128m, java: 11 } }\n',
  );
  expect(await heapsOf('p.yaml', { heap: ['broker=256m'] })).toMatchObject({ 'broker-a': 256, 'broker-b': 256 });
  expect(await heapsOf('p.yaml', { heap: ['broker-b=512m', '256m'] })).toMatchObject({
    'broker-a': 256,
    'broker-b': 512,
    'namesrv-1': undefined,
  });
  expect(await heapsOf('p.yaml', { heap: ['256m', '300m'] })).toMatchObject({ 'broker-a': 300 });
  const { profile } = await folder.load('p.yaml', { java: '17', set: ['restart=always'] });
  expect(profile.nodes.map(({ java, restart }) => [java, restart.policy])).toEqual(Array(4).fill(['17', 'always']));
});

test('null takes a setting of the file away', async () => {
  folder.write('p.yaml', 'extends: single\nroles: { broker: { heap: 64m, properties: { a: 1, b: 2 } } }\n');
  const { profile } = await folder.load('p.yaml', { set: ['broker.heap=null', 'broker.properties.a=null'] });
  expect(profile.nodes[1]).toMatchObject({ heapBytes: undefined, properties: { b: '2' } });
});

test('--rocketmq and --java take versions as typed, and paths seen from the working directory', async () => {
  expect((await folder.load('single', { rocketmq: '5.10', java: '1.8' })).profile).toMatchObject({ rocketmq: '5.10', java: '1.8' });
  const { profile } = await folder.load('single', { rocketmq: 'r.zip', set: ['java=../jdk'] });
  expect(profile).toMatchObject({ rocketmq: join(folder.cwd, 'r.zip'), java: join(folder.cwd, '../jdk') });
});

test.each<[Partial<ProfileOverrides>, string]>([
  [{ set: ['x'] }, '--set x: expected <path>=<value>'],
  [{ set: ['=x'] }, '--set =x: expected <path>=<value>'],
  [{ set: ['broker-a..heap=1g'] }, '--set broker-a..heap=1g: expected <path>=<value>'],
  [{ set: ['broker.heep=1g'] }, '--set broker.heep=1g: roles.broker.heep: unknown key (did you mean "heap"?)'],
  [{ set: ['brokr-a.heap=1g'] }, '--set brokr-a.heap=1g: "brokr-a" is not a node, a role or a setting (did you mean "broker-a"?)'],
  [{ set: ['zzzzzzzzzz=1'] }, '--set zzzzzzzzzz=1: "zzzzzzzzzz" is not a node, a role or a setting; nodes are namesrv-1, broker-a'],
  [{ set: ['flush=synch'] }, '--set flush=synch: flush: expected sync or async, not "synch" (did you mean "sync"?)'],
  [{ set: ['broker.jvm=-Xint'] }, '--set broker.jvm=-Xint: roles.broker.jvm: expected a list of JVM options'],
  [{ set: ['broker.jvm=[-Xint'] }, '--set broker.jvm=[-Xint: Flow sequence'],
  [{ set: ['broker-a.listenPort=1'] }, '--set broker-a.listenPort=1: nodes.broker-a.listenPort: expected a port from 1024 to 65533, not 1'],
  [{ set: ['broker-a.brokerId=1'] }, '--set broker-a.brokerId=1: nodes.broker-a.brokerName: a slave (brokerId 1) needs the brokerName'],
  [{ set: ['nodes.broker-b.heap=1g'] }, '--set nodes.broker-b.heap=1g: nodes.broker-b.role: a node needs its role'],
  [{ set: ['nodes.broker-b=null'] }, '--set nodes.broker-b=null: nodes.broker-b: null removes an inherited node'],
  [{ set: ['nodes.broker-b.brokerId=1', 'nodes.broker-b.role=broker'] }, 'nodes.broker-b.brokerName: a slave (brokerId 1) needs'],
  [{ set: ['extends=2m2s'] }, '--set extends=2m2s: a profile is extended in its file'],
  [
    { set: ['nodes.broker-b.role=brokr'] },
    '--set nodes.broker-b.role=brokr: nodes.broker-b.role: expected namesrv, controller, broker, proxy or dashboard',
  ],
  [{ heap: ['java=1g'] }, '--heap java=1g: "java" is not a node, a role or a setting'],
  [{ heap: ['lots'] }, '--heap lots: roles.broker.heap: expected a heap size from 16m'],
  [{ heap: ['broker-a='] }, '--heap broker-a=: nodes.broker-a.heap: expected a heap size from 16m'],
  [{ java: '' }, '--java : java: expected a major version'],
])('a mistake on the command line names the option: %j', async (overrides, expected) => {
  const error = await folder.errorOf('single', overrides);
  expect(error.code).toBe('PROFILE_INVALID');
  expect(error.text.why).toContain(expected);
  expect(error.text.next).toMatch(/^Correct --/);
});

test('a node whose mistake is in the file keeps its line beside options', async () => {
  folder.write('p.yaml', 'extends: single\nnodes:\n  broker-b: { role: broker, brokerId: 1 }\n');
  expect((await folder.errorOf('p.yaml', { set: ['broker-b.heap=1g'] })).text.why).toMatch(/^p\.yaml:3:29: nodes\.broker-b\.brokerName/);
});

test('a cluster left without a NameServer by an option is told at the nodes of the file', async () => {
  expect((await folder.errorOf('single', { set: ['namesrv-1=null'] })).text.why).toMatch(
    /single\.yaml:3:1: nodes: a cluster needs a NameServer/,
  );
});
