import { expect, test } from 'vitest';
import { launchEnvironment } from '../../../../src/cluster/roles/build-specs.js';
import { type NodeSpec, nodeMarker } from '../../../../src/cluster/spec/node-spec.js';
import { SUPPORTED_RELEASES } from '../../../../src/rocketmq/releases.js';
import { assignmentsOf, IDS_2M2S, nodeProfile, profileOf, specOf, specsOf } from '../../../fakes/cluster.js';

const setting = (spec: NodeSpec, key: string) => spec.config.find((line) => line.key === key)?.value;
const reasonOf = (spec: NodeSpec, key: string) => spec.config.find((line) => line.key === key)?.reason;
const roles = (specs: NodeSpec[]) => Object.fromEntries(specs.map((spec) => [spec.id, setting(spec, 'brokerRole') ?? null]));

test('a sync profile makes SYNC_MASTER where there is a slave to wait for', () => {
  const profile = profileOf(['namesrv-1', 'broker-a', 'broker-a-s', 'broker-b']);
  expect(roles(specsOf({ profile }))).toEqual({
    'namesrv-1': null,
    'broker-a': 'SYNC_MASTER',
    'broker-a-s': 'SLAVE',
    'broker-b': 'ASYNC_MASTER',
  });
});

test('the peers of a DLedger group know each other, and leave id and role to the election', () => {
  const profile = profileOf(['namesrv-1', 'broker-a-n0', 'broker-a-n1', 'broker-a-n2', 'broker-b-n0'], { replication: 'dledger' });
  for (const version of ['4.7.0', '5.5.0']) {
    const spec = specOf('broker-a-n1', { profile, version });
    const keys = ['brokerName', 'brokerId', 'brokerRole', 'haMasterAddress', 'inSyncReplicas', 'listenPort'];
    expect(Object.fromEntries(keys.map((key) => [key, setting(spec, key)]))).toEqual({ brokerName: 'broker-a', listenPort: '10921' });
    expect(spec.config.filter(({ key }) => /dLeger/i.test(key)).map(({ key, value }) => `${key}=${value}`)).toEqual([
      'enableDLegerCommitLog=true',
      'dLegerGroup=broker-a',
      'dLegerPeers=n0-127.0.0.1:10916;n1-127.0.0.1:10926;n2-127.0.0.1:10936',
      'dLegerSelfId=n1',
    ]);
  }
});

test('controllers know each other, and their replicas know all of them', () => {
  const replica = (id: string) => nodeProfile(id, { election: 'controller' });
  const profile = profileOf(['namesrv-1', 'controller-1', 'controller-2', replica('broker-a-n0'), replica('broker-a-n1')]);
  const keys = (id: string, names: string[]) => names.map((key) => setting(specOf(id, { profile, root: '/h' }), key));
  expect(keys('controller-2', ['listenPort', 'controllerDLegerPeers', 'controllerDLegerSelfId', 'controllerStorePath'])).toEqual([
    '9879',
    'n1-127.0.0.1:9878;n2-127.0.0.1:9879',
    'n2',
    '/h/nodes/controller-2/store',
  ]);
  expect(keys('broker-a-n1', ['enableControllerMode', 'controllerAddr', 'brokerId', 'brokerRole', 'enableDLegerCommitLog'])).toEqual([
    'true',
    '127.0.0.1:9878;127.0.0.1:9879',
    '-1',
    'SLAVE',
    undefined,
  ]);
});

test('an async profile makes ASYNC_MASTER', () => {
  expect(roles(specsOf({ profile: profileOf(undefined, { replication: 'async' }) }))).toMatchObject({
    'broker-a': 'ASYNC_MASTER',
    'broker-a-s': 'SLAVE',
  });
});

test('each broker has its own ports, store and identity, and knows every NameServer', () => {
  const spec = specOf('broker-a-s', { root: '/h/clusters/c' });
  const expected = {
    brokerClusterName: 'DefaultCluster',
    brokerName: 'broker-a',
    brokerId: '1',
    listenPort: '10921',
    namesrvAddr: '127.0.0.1:9876;127.0.0.1:9877',
    brokerIP1: '127.0.0.1',
    brokerIP2: '127.0.0.1',
    storePathRootDir: '/h/clusters/c/nodes/broker-a-s/store',
    storePathCommitLog: '/h/clusters/c/nodes/broker-a-s/store/commitlog',
    flushDiskType: 'ASYNC_FLUSH',
  };
  expect(Object.fromEntries(Object.keys(expected).map((key) => [key, setting(spec, key)]))).toEqual(expected);
  expect({ local: spec.localAddress, registered: spec.registeredAddress }).toEqual({
    local: '127.0.0.1:10921',
    registered: '127.0.0.1:10921',
  });
});

test.each(SUPPORTED_RELEASES)('on %s no two nodes of a cluster share a folder, a port or an address', (version) => {
  const specs = specsOf({ version });
  const unique = (values: unknown[]) => new Set(values).size === values.length;
  expect(unique(specs.map((spec) => spec.paths.root))).toBe(true);
  expect(unique(specs.flatMap((spec) => Object.values(spec.ports)))).toBe(true);
  expect(unique(specs.map((spec) => spec.registeredAddress))).toBe(true);
  for (const spec of specs) expect(new Set(spec.config.map(({ key }) => key)).size).toBe(spec.config.length);
});

test.each(SUPPORTED_RELEASES)('on %s only a slave of 4.x is told where its master replicates', (version) => {
  const told = specsOf({ version }).flatMap((spec) => {
    const address = setting(spec, 'haMasterAddress');
    return address ? [`${spec.id} ${address}`] : [];
  });
  expect(told).toEqual(version.startsWith('4.') ? ['broker-a-s 127.0.0.1:10912', 'broker-b-s 127.0.0.1:10932'] : []);
});

test('each line has a reason that a person can read', () => {
  for (const spec of specsOf()) {
    expect(spec.config.length).toBeGreaterThan(0);
    for (const { reason } of spec.config) expect(reason).toMatch(/^[^\n]{8,}$/);
  }
});

test('a property of the profile wins in its place, and the reason keeps what rmqdev would have written', () => {
  const nodes = ['namesrv-1', nodeProfile('broker-a', { properties: { flushDiskType: 'SYNC_FLUSH', deleteWhen: '04' } })];
  const spec = specOf('broker-a', { profile: profileOf(nodes) });
  expect(setting(spec, 'flushDiskType')).toBe('SYNC_FLUSH');
  expect(reasonOf(spec, 'flushDiskType')).toBe('set in the profile (rmqdev: ASYNC_FLUSH, profile: flush)');
  expect(spec.config.at(-1)).toEqual({ key: 'deleteWhen', value: '04', reason: 'set in the profile' });
});

test('a NameServer takes the properties of the profile too', () => {
  const nodes = [nodeProfile('namesrv-1', { properties: { scanNotActiveBrokerInterval: '1000' } }), 'broker-a'];
  const spec = specOf('namesrv-1', { profile: profileOf(nodes) });
  expect(spec.config.map(({ key, value }) => `${key}=${value}`)).toEqual(['listenPort=9876', 'scanNotActiveBrokerInterval=1000']);
});

test('nodes say where the profile advertises them; rmqdev itself asks the local address', () => {
  const advertise = { clients: '192.168.1.20', replication: '10.0.0.20' };
  const nodes = ['namesrv-1', nodeProfile('broker-a', { advertise }), 'broker-a-s'];
  const specs = specsOf({ profile: profileOf(nodes) });
  const [, master, slave] = specs as [NodeSpec, NodeSpec, NodeSpec];
  expect({ local: master.localAddress, registered: master.registeredAddress }).toEqual({
    local: '127.0.0.1:10911',
    registered: '192.168.1.20:10911',
  });
  expect([setting(master, 'brokerIP1'), setting(master, 'brokerIP2')]).toEqual(['192.168.1.20', '10.0.0.20']);
  expect([setting(slave, 'brokerIP1'), setting(slave, 'brokerIP2')]).toEqual(['127.0.0.1', '127.0.0.1']);
});

test('an IPv6 address is advertised whole', () => {
  const nodes = ['namesrv-1', nodeProfile('broker-a', { advertise: { clients: 'fd00::1', replication: 'fd00::1' } })];
  expect(setting(specOf('broker-a', { profile: profileOf(nodes) }), 'brokerIP1')).toBe('fd00::1');
});

test('a JVM runs in its own user.home, with the marker first and the profile’s options last', () => {
  const nodes = ['namesrv-1', nodeProfile('broker-a', { jvm: ['-Xmx1g', '-Dx=y'], heapBytes: 512 * 1_048_576 })];
  const spec = specOf('broker-a', { profile: profileOf(nodes), root: '/h/c' });
  expect(spec.javaArgs[0]).toBe(nodeMarker(spec.paths));
  expect(spec.javaArgs).toContain('-Duser.home=/h/c/nodes/broker-a');
  expect(spec.javaArgs).toContain('-Xmx512m');
  expect(spec.javaArgs.slice(-2)).toEqual(['-Xmx1g', '-Dx=y']);
});

test('a debug port makes the JVM listen for a debugger on this machine alone, and wait for none', () => {
  const profile = profileOf(['namesrv-1', 'broker-a']);
  const assignments = assignmentsOf(profile);
  const debugged = new Map([...assignments].map(([id, a]) => [id, { ...a, ports: { ...a.ports, debug: a.ports.listen + 7 } }]));
  const jdwp = (spec: NodeSpec) => spec.javaArgs.filter((arg) => arg.includes('jdwp'));
  expect(jdwp(specOf('broker-a', { profile, assignments: debugged }))).toEqual([
    '-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:10918',
  ]);
  expect(jdwp(specOf('broker-a', { profile, assignments }))).toEqual([]);
});

test.each([
  ['4.9.7', '-Drmq.logback'],
  ['5.5.0', '-Drmq.logback.configurationFile=/releases/5.5.0/conf/rmq.broker.logback.xml'],
])('on %s the logback file is named where the release needs it', (version, argument) => {
  const found = specOf('broker-a', { version }).javaArgs.filter((arg) => arg.startsWith(argument));
  expect(found).toEqual(version === '4.9.7' ? [] : [argument]);
});

test('of the daemon’s environment a JVM sees only what cannot change RocketMQ; the profile’s own comes last', () => {
  const nodes = ['namesrv-1', nodeProfile('broker-a', { env: { LANG: 'C', MY_VAR: '1' } })];
  const daemonEnv = {
    PATH: '/usr/bin',
    HOME: '/home/me',
    LANG: 'de_DE.UTF-8',
    TZ: 'Europe/Berlin',
    NAMESRV_ADDR: '10.0.0.1:9876',
    JAVA_TOOL_OPTIONS: '-Xmx8g',
    _JAVA_OPTIONS: '-Xmx8g',
    JDK_JAVA_OPTIONS: '-Xmx8g',
    JAVA_OPT: '-Xmx8g',
    CLASSPATH: '/evil.jar',
    ROCKETMQ_HOME: '/other',
    JAVA_HOME: '/other-jdk',
    LD_PRELOAD: '/evil.so',
    RMQDEV_HOME: '/h',
  };
  expect(launchEnvironment(specOf('broker-a', { profile: profileOf(nodes) }), daemonEnv)).toEqual({
    PATH: '/usr/bin',
    HOME: '/home/me',
    LANG: 'C',
    TZ: 'Europe/Berlin',
    JAVA_HOME: '/jdk-17',
    ROCKETMQ_HOME: '/releases/5.5.0',
    MY_VAR: '1',
  });
});

test('what the profile leaves open comes from the release', () => {
  const [namesrv, , broker] = specsOf({ version: '5.5.0' }) as [NodeSpec, NodeSpec, NodeSpec];
  expect({ heap: broker.heapBytes, stop: broker.stopTimeoutMs }).toEqual({ heap: 256 * 1_048_576, stop: 30_000 });
  expect(namesrv.heapBytes).toBe(128 * 1_048_576);
  expect(specOf('broker-a', { version: '4.9.7' }).stopTimeoutMs).toBe(15_000);
  const nodes = ['namesrv-1', nodeProfile('broker-a', { stopTimeoutMs: 1_000, startTimeoutMs: 2_000 })];
  expect(specOf('broker-a', { profile: profileOf(nodes) })).toMatchObject({ stopTimeoutMs: 1_000, startTimeoutMs: 2_000 });
});

test('specs come in the order of the profile', () => {
  expect(specsOf().map((spec) => spec.id)).toEqual([...IDS_2M2S]);
});
