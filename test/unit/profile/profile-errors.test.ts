import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ProfileFolder, SMALL } from './profile-folder.js';

let folder: ProfileFolder;
beforeEach(() => {
  folder = new ProfileFolder();
});
afterEach(() => folder.dispose());

/** Lines 1 to 3; what follows in a case begins at line 4. */
const START = 'nodes:\n  namesrv-1: { role: namesrv }\n  broker-a: { role: broker }\n';
const text = (length: number) => 'x'.repeat(length);

describe('one mistake is told with file, line, column, key path, what was expected, and the nearest key', () => {
  test.each([
    ['flsh: sync\n', 'p.yaml:4:1: flsh: unknown key (did you mean "flush"?)'],
    ['qqqqqq: 1\n', 'p.yaml:4:1: qqqqqq: unknown key; known are extends, description,'],
    ['roles:\n  broker: { heap 384m }\n', 'p.yaml:5:13: "heap 384m" has no colon; write `heap: 384m`'],
    ['flush:\n', 'p.yaml:4:1: flush has no value; null removes the inherited value'],
    ['  broker-b:\n', 'p.yaml:4:3: broker-b has no value; null removes the inherited value'],
    ['flsh: null\n', 'p.yaml:4:1: flsh: unknown key (did you mean "flush"?)'],
    ['roles:\n  broker: { hep: null }\n', 'p.yaml:5:13: roles.broker.hep: unknown key (did you mean "heap"?)'],
    ['flush: synch\n', 'p.yaml:4:1: flush: expected sync or async, not "synch" (did you mean "sync"?)'],
    ['replication: [sync]\n', 'p.yaml:4:1: replication: expected sync, async, dledger or controller, not a list'],
    ['startup: slow\n', 'p.yaml:4:1: startup: expected fast or throughput, not "slow"'],
    ['stopTimeout: soon\n', 'p.yaml:4:1: stopTimeout: expected a duration up to 24h, such as 30s, not "soon"'],
    ['startTimeout: 0\n', 'p.yaml:4:1: startTimeout: expected a duration up to 24h, such as 60s, not 0'],
    ['stopTimeout: 25h\n', 'p.yaml:4:1: stopTimeout: expected a duration up to 24h'],
    ['restart: nevr\n', 'p.yaml:4:1: restart: expected on-crash, never, always, or a map'],
    ['restart: nevr\n', 'not "nevr" (did you mean "never"?)'],
    ['restart:\n  polici: never\n', 'p.yaml:5:3: restart.polici: unknown key (did you mean "policy"?)'],
    ['restart:\n  window: x\n', 'p.yaml:5:3: restart.window: expected a duration up to 24h, such as 60s, not "x"'],
    ['restart: { backoff: 30s..1s }\n', 'p.yaml:4:12: restart.backoff: expected the shortest and the longest wait, such as 1s..30s'],
    ['restart: { backoff: 1s..2s..3s }\n', 'p.yaml:4:12: restart.backoff: expected the shortest and the longest wait'],
    ['restart: { maxRestarts: -1 }\n', 'p.yaml:4:12: restart.maxRestarts: expected a whole number from 0 to 1000, not -1'],
    ['advertise: a b\n', 'p.yaml:4:1: advertise: expected a host name or an address, such as 127.0.0.1, not "a b"'],
    ['advertise: { client: x }\n', 'p.yaml:4:14: advertise.client: unknown key (did you mean "clients"?)'],
    ['roles:\n  brokers: {}\n', 'p.yaml:5:3: roles.brokers: unknown key (did you mean "broker"?)'],
    ['roles:\n  broker: { heap: lots }\n', 'p.yaml:5:13: roles.broker.heap: expected a heap size from 16m to 1024g'],
    ['roles:\n  broker: { heap: 512 }\n', '(a bare number is bytes), not 512 (did you mean "512m"?)'],
    ['roles:\n  broker: { heap: 15m }\n', 'p.yaml:5:13: roles.broker.heap: expected a heap size from 16m'],
    ['roles:\n  broker: { jvm: -Xss1m }\n', 'p.yaml:5:13: roles.broker.jvm: expected a list of JVM options'],
    [
      'roles:\n  broker:\n    jvm:\n      - -Xss1m\n      - Main\n',
      'p.yaml:8:9: roles.broker.jvm[1]: expected a JVM option that begins with -',
    ],
    ['roles:\n  broker:\n    properties:\n      a: { b: 1 }\n', 'p.yaml:7:7: roles.broker.properties.a: expected a single value'],
    ['roles:\n  broker: { properties: [a] }\n', 'p.yaml:5:13: roles.broker.properties: expected a map of RocketMQ properties, not a list'],
    [
      'roles:\n  broker: { env: { "a b": 1 } }\n',
      'p.yaml:5:20: roles.broker.env.a b: "a b" cannot be used here, expected letters, digits and _',
    ],
    [
      '  broker-b: { role: brokr }\n',
      'p.yaml:4:15: nodes.broker-b.role: expected namesrv, controller, broker, proxy or dashboard, not "brokr" (did you mean "broker"?)',
    ],
    [
      '  controller-1: { role: controller }\nreplication: controller\nroles:\n  namesrv: { properties: { enableControllerInNamesrv: true } }\n',
      'namesrv-1 runs a controller in it, and controller-1 is one of its own: choose one of the two ways',
    ],
    ['  broker-b: {}\n', 'p.yaml:4:3: nodes.broker-b.role: a node needs its role'],
    ['  broker-b: broker\n', 'p.yaml:4:3: nodes.broker-b: expected a map of settings'],
    ['  broker-b: { role: broker, brokerId: 1 }\n', 'p.yaml:4:29: nodes.broker-b.brokerName: a slave (brokerId 1) needs the brokerName'],
    ['  broker-b: { role: broker, brokerId: -1 }\n', 'p.yaml:4:29: nodes.broker-b.brokerId: a brokerId of -1 needs an election'],
    ['  broker-b: { role: broker, brokerId: 2147483648 }\n', 'p.yaml:4:29: nodes.broker-b.brokerId: expected 0 for a master'],
    ['  broker-b: { role: broker, brokerName: broker-a }\n', 'broker-b and broker-a are both brokerId 0 of broker-a'],
    [
      '  broker-b: { role: broker, brokerName: brokr-a, brokerId: 1 }\n',
      'p.yaml:4:29: nodes.broker-b.brokerName: no node is the master (brokerId 0) of brokr-a (did you mean "broker-a"?)',
    ],
    ['  namesrv-2: { role: namesrv, brokerName: a }\n', 'p.yaml:4:31: nodes.namesrv-2.brokerName: only brokers have a brokerName'],
    [
      '  broker-b: { role: broker, listenPort: 80 }\n',
      'p.yaml:4:29: nodes.broker-b.listenPort: expected a port from 1024 to 65533, not 80',
    ],
    ['  broker-b: { role: broker, listenPort: 65534 }\n', 'expected a port from 1024 to 65533, not 65534'],
    ['  broker-b: { role: broker, listenPort: "10911" }\n', 'expected a port from 1024 to 65533, not "10911"'],
    [
      '  broker-b: { role: broker, listenPort: 10911 }\n  broker-c: { role: broker, listenPort: 10913 }\n',
      'p.yaml:5:29: nodes.broker-c.listenPort: broker-c takes 10911, 10913, 10914, but broker-b (listenPort 10911) also takes 10911',
    ],
    [
      '  broker-b: { role: broker, listenPort: 9875 }\n  namesrv-2: { role: namesrv, listenPort: 9876 }\n',
      'namesrv-2 takes 9876, but broker-b (listenPort 9875) also takes 9876',
    ],
    [
      '  namesrv-2: { role: namesrv, listenPort: 65520, properties: { enableControllerInNamesrv: true } }\n',
      'p.yaml:4:31: nodes.namesrv-2.listenPort: namesrv-2 takes 65520, 65540, and ports end at 65535',
    ],
    ['  broker-b: null\n', 'p.yaml:4:3: nodes.broker-b: null removes an inherited node, but no parent has "broker-b"'],
    ['topics: Orders\n', 'p.yaml:4:1: topics: expected a list of topics, not "Orders"'],
    ['topics:\n  - a b\n', 'p.yaml:5:5: topics[0]: expected a topic name of letters, digits, % | _ and - (at most 127), not "a b"'],
    [`topics: [${text(128)}]\n`, 'p.yaml:4:10: topics[0]: expected a topic name of at most 127 characters'],
    ['topics: [{ queues: 8 }]\n', 'topics[0].name: expected a topic name of letters, digits, % | _ and - (at most 127), which is missing'],
    ['topics: [{ name: A, queus: 8 }]\n', 'p.yaml:4:21: topics[0].queus: unknown key (did you mean "queues"?)'],
    ['topics: [{ name: A, queues: 0 }]\n', 'p.yaml:4:21: topics[0].queues: expected a whole number from 1 to 65535, not 0'],
    [
      'topics: [{ name: A, brokers: [broker-b] }]\n',
      'p.yaml:4:31: topics[0].brokers[0]: no node has the brokerName "broker-b" (did you mean "broker-a"?)',
    ],
    ['topics: [A, B, A]\n', 'p.yaml:4:16: topics[2]: "A" is listed twice'],
    ['topics: [TBW102]\n', 'p.yaml:4:10: topics[0]: "TBW102" is a topic of RocketMQ itself'],
    ['groups: [a.b]\n', 'p.yaml:4:10: groups[0]: expected a group name of letters, digits, % | _ and -'],
    [`groups: [${text(256)}]\n`, 'p.yaml:4:10: groups[0]: expected a group name'],
    ['extends: singel\n', 'p.yaml:4:1: extends: there is no profile "singel"'],
    ['extends: ./none.yaml\n', 'none.yaml does not exist'],
    ['flush: sync\nflush: async\n', 'p.yaml:5:1: Map keys must be unique'],
    ['java: [\n', 'p.yaml:5:1: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['java: !jdk 17\n', 'p.yaml:4:7: Unresolved tag: !jdk'],
    ['roles: &r { broker: *r }\n', 'p.yaml:4:13: the alias *r contains itself'],
    ['? [a]\n: 1\n', 'p.yaml:4:3: expected a plain word as key'],
    ['__proto__: 1\n', 'p.yaml:4:1: expected a plain word as key'],
    ['---\nflush: sync\n', 'p.yaml:4:1: Source contains multiple documents'],
  ])('%j', async (added, expected) => {
    folder.write('p.yaml', START + added);
    const error = await folder.errorOf('p.yaml');
    expect(error.code).toBe('PROFILE_INVALID');
    expect(error.text.why).toContain(expected);
    expect(error.text).toMatchObject({ what: 'Profile p is not valid', next: expect.stringContaining('p.yaml') });
  });
});

test.each([
  ['  "broker/b": { role: broker }\n', 'p.yaml:4:3: nodes.broker/b: "broker/b" cannot be used here'],
  ['  "broker b": { role: broker }\n', 'p.yaml:4:3: nodes.broker b'],
  ["  'broker\"b': { role: broker }\n", 'p.yaml:4:3: nodes.broker"b'],
  [`  ${text(64)}: { role: broker }\n`, 'p.yaml:4:3: nodes.xxx'],
  ['  masters: { role: broker }\n', 'p.yaml:4:3: nodes.masters: "masters" cannot be used here, expected a word that is not a role'],
  ['  Broker-A: { role: broker }\n', 'p.yaml:4:3: nodes.Broker-A: differs from "broker-a" in case only'],
  ['  broker-b: { role: broker, brokerName: "a b" }\n', 'p.yaml:4:29: nodes.broker-b.brokerName: expected letters, digits'],
  ['brokerClusterName: "a/b"\n', 'p.yaml:4:1: brokerClusterName: expected letters, digits'],
])('a name that cannot be used is NAME_INVALID: %j', async (added, expected) => {
  folder.write('p.yaml', START + added);
  const error = await folder.errorOf('p.yaml');
  expect(error.code).toBe('NAME_INVALID');
  expect(error.text.why).toContain(expected);
});

test.each(['', '# nothing yet\n', 'nodes:\n'])('a profile without nodes lacks a NameServer: %j', async (yaml) => {
  folder.write('p.yaml', yaml);
  expect((await folder.errorOf('p.yaml')).text.why).toMatch(/^p\.yaml:1(:1)?: nodes: a cluster needs a NameServer/);
});

test.each(['- a\n', 'text\n', '42\n'])('a profile that is no map: %j', async (yaml) => {
  folder.write('p.yaml', yaml);
  expect((await folder.errorOf('p.yaml')).text.why).toMatch(/^p\.yaml:1:1: expected a map of settings/);
});

test('topics without a broker to hold them', async () => {
  folder.write('p.yaml', 'nodes: { namesrv-1: { role: namesrv } }\ntopics: [A]\n');
  expect((await folder.errorOf('p.yaml')).text.why).toBe('p.yaml:2:1: topics: topics need a broker');
});

test('the first five of several mistakes are told in the order of the file', async () => {
  folder.write('p.yaml', 'a1: 1\nflush: x\njava: []\nb2: 1\nc3: 1\nd4: 1\ne5: 1\n');
  const lines = (await folder.errorOf('p.yaml')).text.why.split('\n');
  expect(lines.map((line) => line.trim().split(': ')[0])).toEqual([
    '7 problems',
    'p.yaml:1:1',
    'p.yaml:2:1',
    'p.yaml:3:1',
    'p.yaml:4:1',
    'p.yaml:5:1',
    'and 2 more',
  ]);
});

test("a parent's mistake is told with the parent's file", async () => {
  const parent = folder.write('base.yaml', `${SMALL}\nflush: x\n`, folder.userProfiles);
  folder.write('p.yaml', 'extends: base\n');
  const error = await folder.errorOf('p.yaml');
  expect(error.text.why).toContain(`${parent}:6:1: flush: expected sync or async`);
  expect(error.text.next).toContain(parent);
});

test('a mistake between two files is told where the later one wrote it', async () => {
  folder.write('base.yaml', `${SMALL}  broker-b: { role: broker, listenPort: 10921 }\n`);
  folder.write('p.yaml', 'extends: ./base.yaml\nnodes:\n  broker-c: { role: broker, listenPort: 10922 }\n');
  expect((await folder.errorOf('p.yaml')).text.why).toBe(
    'p.yaml:3:29: nodes.broker-c.listenPort: broker-c takes 10920, 10922, 10923, but broker-b (listenPort 10921) also takes 10922',
  );
});

test('profiles that extend each other are told as a loop', async () => {
  folder.write('a.yaml', 'extends: ./b.yaml\n');
  folder.write('b.yaml', '\nextends: ./a.yaml\n');
  expect((await folder.errorOf('a.yaml')).text.why).toBe('b.yaml:2:1: extends: the profiles extend each other: a.yaml -> b.yaml -> a.yaml');
  folder.write('self.yaml', 'extends: ./self.yaml\n');
  expect((await folder.errorOf('self.yaml')).text.why).toContain('self.yaml -> self.yaml');
});

test('aliases that blow up to too many values are refused at once', async () => {
  const levels = [
    'a: &a [x]',
    ...'bcdefghijkl'.split('').map((key, i) => `${key}: &${key} [${Array(10).fill(`*${'abcdefghijk'[i]}`).join(', ')}]`),
  ];
  folder.write('p.yaml', `${levels.join('\n')}\n`);
  expect((await folder.errorOf('p.yaml')).code).toBe('PROFILE_INVALID');
});
