import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { fixedPorts } from '../../../src/diagnose/fixed-ports.js';
import { type Asked, exported, loaded, propertiesIn, refusal, SHOP, TWO_HOSTS, textOf } from './support.js';

type Service = {
  image: string;
  command: string[];
  user?: string;
  environment?: Record<string, string>;
  volumes: string[];
  ports?: string[];
  networks?: { default: { ipv4_address: string } };
  depends_on: Record<string, { condition: string }>;
  healthcheck: { test: string[] };
  stop_grace_period: string;
  restart: string;
};
type Compose = {
  services: Record<string, Service>;
  networks?: { default: { ipam: { config: { subnet: string }[] } } };
  volumes: Record<string, object>;
};

async function compose(source: string, asked: Asked = {}, folder = '') {
  const profile = await loaded(source);
  const result = exported('compose', profile, asked);
  const text = textOf(result, `${folder}compose.yaml`);
  // As docker-compose 1.x reads it.
  const file = parse(text, { version: '1.1' }) as Compose;
  const service = (id: string) => file.services[id] as Service;
  return { profile, result, text, file, service };
}

test('each node is a service with the image of its release, its own volume and its own file', async () => {
  const { profile, result, file, service } = await compose(SHOP);
  const ids = profile.nodes.map(({ id }) => id);
  expect(Object.keys(file.services)).toEqual(['prepare', ...ids, 'topics']);
  expect(Object.keys(file.volumes)).toEqual(ids.map((id) => `${id}-data`));
  for (const id of ids) {
    expect(service(id).image).toBe('apache/rocketmq:5.5.0');
    expect(service(id).volumes).toEqual(
      expect.arrayContaining([`${id}-data:/home/rocketmq/data`, `./conf/${id}.conf:/rmqdev/node.conf:ro`]),
    );
    for (const volume of service(id).volumes.filter((each) => each.startsWith('./')))
      expect(result.files.map(({ path }) => `./${path}`)).toContain(volume.split(':')[0]);
  }
});

test('names, roles, ports and properties are those of the profile', async () => {
  const { profile, result } = await compose(SHOP);
  const ports = fixedPorts(profile);
  const keys = ['brokerName', 'brokerId', 'brokerRole', 'listenPort', 'fileReservedTime', 'storePathRootDir'];
  const of = (id: string) => keys.map((key) => propertiesIn(result, `conf/${id}.conf`)[key]);
  const store = '/home/rocketmq/data/store';
  expect(of('broker-a')).toEqual(['broker-a', '0', 'SYNC_MASTER', String(ports.get('broker-a')?.listen), '24', store]);
  expect(of('broker-b-s')).toEqual(['broker-b', '1', 'SLAVE', String(ports.get('broker-b-s')?.listen), '24', store]);
  expect(textOf(result, 'conf/broker-a.conf')).toContain('# set in the profile\nfileReservedTime=24\n');
});

test('heap, JVM options and environment are those of the profile, and nothing that a JDK 8 refuses is on the command line', async () => {
  const { service } = await compose(SHOP);
  const { command, environment } = service('broker-b-s');
  expect(command).toEqual(expect.arrayContaining(['-Xmx512m', '-Dshop=1', 'org.apache.rocketmq.broker.BrokerStartup']));
  expect(environment?.TZ).toBe('Asia/Shanghai');
  expect(command.join(' ')).not.toMatch(/--add-opens|-Xlog|rmqdev\.node/);
  expect(environment?.JDK_JAVA_OPTIONS).toMatch(
    /^--add-opens=java.base\/java.lang=ALL-UNNAMED .*-Xlog:gc\*:file=\/home\/rocketmq\/data\/gc.log:/,
  );
});

test('nodes find each other by name; clients are told the address of the container, which is on the network of the file', async () => {
  const { file, service, result } = await compose(SHOP);
  const subnet = file.networks?.default.ipam.config[0]?.subnet ?? '';
  const [prefix] = subnet.split('.0/');
  const addresses = ['namesrv-1', 'broker-a', 'broker-a-s'].map((id) => service(id).networks?.default.ipv4_address ?? '');
  expect(new Set(addresses).size).toBe(3);
  for (const address of addresses) expect(address).toMatch(new RegExp(`^${prefix}\\.\\d+$`));
  const slave = propertiesIn(result, 'conf/broker-a-s.conf');
  expect(slave.namesrvAddr).toBe('namesrv-1:9876;namesrv-2:9877');
  expect([slave.brokerIP1, slave.brokerIP2]).toEqual([addresses[2], addresses[2]]);
  // Only what a client on this machine begins with.
  expect(service('namesrv-1').ports).toEqual(['127.0.0.1:9876:9876']);
  expect(service('broker-a').ports).toBeUndefined();
});

test('a slave of 4.x is told its master, whose HA port is reached inside', async () => {
  const { result, service } = await compose(SHOP, { version: '4.9.7' });
  const master = service('broker-a').networks?.default.ipv4_address;
  expect(propertiesIn(result, 'conf/broker-a-s.conf').haMasterAddress).toBe(`${master}:10912`);
});

test('with --advertise clients are told that address, and all their ports are published there', async () => {
  const { service, result, file } = await compose(SHOP, { advertise: '192.168.1.9' });
  expect(propertiesIn(result, 'conf/broker-b.conf').brokerIP1).toBe('192.168.1.9');
  expect(propertiesIn(result, 'conf/broker-b.conf').brokerIP2).toBe(service('broker-b').networks?.default.ipv4_address);
  const { listenPort = '' } = propertiesIn(result, 'conf/broker-b.conf');
  const fast = String(Number(listenPort) - 2);
  expect(service('broker-b').ports).toEqual([`${listenPort}:${listenPort}`, `${fast}:${fast}`]);
  const published = Object.values(file.services).flatMap(({ ports = [] }) => ports);
  expect(new Set(published).size).toBe(published.length);
  expect(propertiesIn(result, 'conf/broker-b.conf').namesrvAddr).toBe('namesrv-1:9876;namesrv-2:9877');
});

test('an address that the profile advertises needs no option', async () => {
  const { result } = await compose('extends: single\nadvertise: 10.1.2.3');
  expect(propertiesIn(result, 'conf/broker-a.conf').brokerIP1).toBe('10.1.2.3');
});

test('a broker is healthy once it answers and a NameServer tells clients its address', async () => {
  const { service } = await compose(SHOP);
  const { test: check } = service('broker-b').healthcheck;
  const address = service('broker-b').networks?.default.ipv4_address;
  expect(check.slice(0, 3)).toEqual(['CMD', 'bash', '/rmqdev/ask.sh']);
  expect(check.slice(3)).toEqual(['registered', '127.0.0.1:10931', 'broker-b', `${address}:10931`, 'namesrv-1:9876', 'namesrv-2:9877']);
});

test('brokers start after the NameServers, proxies after the brokers, topics at the end', async () => {
  const { service } = await compose('extends: proxy\ntopics: [orders]');
  expect(service('broker-a').depends_on).toEqual({
    prepare: { condition: 'service_completed_successfully' },
    'namesrv-1': { condition: 'service_healthy' },
  });
  expect(Object.keys(service('proxy-1').depends_on)).toEqual(['prepare', 'namesrv-1', 'broker-a']);
  expect(service('topics').depends_on).toEqual({ 'broker-a': { condition: 'service_healthy' } });
});

test('a proxy tells clients the address that it is reached at', async () => {
  const { result, service } = await compose('proxy', { advertise: '192.168.1.9' });
  const file = JSON.parse(textOf(result, 'conf/proxy-1.json'));
  expect(file).toMatchObject({ remotingAccessAddr: '192.168.1.9', namesrvAddr: 'namesrv-1:9876', localServeAddr: 'proxy-1' });
  expect(service('proxy-1').ports).toEqual(['8081:8081', '8080:8080']);
});

test('peers of a group know each other at addresses without a hyphen, at which old DLedgers cut', async () => {
  const dledger = await compose('dledger', { version: '4.7.0' });
  const address = (id: string) => dledger.service(id).networks?.default.ipv4_address;
  expect(propertiesIn(dledger.result, 'conf/broker-a-n1.conf').dLegerPeers).toBe(
    ['n0', 'n1', 'n2'].map((peer, i) => `${peer}-${address(`broker-a-${peer}`)}:${10_916 + 10 * i}`).join(';'),
  );
  const { result } = await compose('controller');
  const [replica, controller] = ['conf/broker-a-n0.conf', 'conf/controller-2.conf'].map((path) => propertiesIn(result, path));
  expect(replica?.controllerAddr?.split(';')).toEqual((controller?.controllerDLegerPeers ?? '').split(';').map((peer) => peer.slice(3)));
});

test('restart policy and stop time-out are those of the profile', async () => {
  const { service, text } = await compose('extends: single\nrestart: { policy: on-crash, maxRestarts: 3, window: 2m }\nstopTimeout: 90s');
  expect([service('broker-a').restart, service('broker-a').stop_grace_period]).toEqual(['on-failure:3', '90s']);
  expect(text.split('\n')[2]).toContain('profile: 3 times in 120 s');
  expect((await compose('extends: single\nrestart: never')).service('broker-a').restart).toBe('no');
  expect((await compose('extends: single\nrestart: always')).service('broker-a').restart).toBe('always');
});

test('topics go to the brokers of the profile, with its queues', async () => {
  const { result } = await compose(SHOP);
  const made = textOf(result, 'topics.sh')
    .split('\n')
    .filter((line) => line.startsWith('make '));
  const namesrv = "-n 'namesrv-1:9876;namesrv-2:9877'";
  expect(made).toEqual([
    `make updateTopic ${namesrv} -c DefaultCluster -t orders -r 8 -w 8`,
    `make updateTopic ${namesrv} -b broker-b:10931 -t only-b -r 3 -w 3`,
    `make updateSubGroup ${namesrv} -c DefaultCluster -g billing`,
  ]);
});

test('it begins with how to start it, how to look at it and what differs', async () => {
  const { text } = await compose(SHOP);
  const lines = text.split('\n');
  expect(lines[0]).toBe('# Start: docker compose up -d');
  expect(lines[1]).toMatch(/^# Look: docker compose ps/);
  expect(lines[2]).toMatch(/^# Differs from `rmqdev up`: Clients: /);
  expect(lines[3]).toBe('services:');
});

test('a dollar in a JVM option is no variable of Compose', async () => {
  const { text } = await compose('extends: single\nroles: { broker: { jvm: [-Dprice=$5] } }');
  expect(text).toContain('-Dprice=$$5');
});

test('hosts: a file for each, with the addresses of the hosts and all ports published', async () => {
  const a = await compose(TWO_HOSTS, {}, 'a/');
  const b = await compose(TWO_HOSTS, {}, 'b/');
  expect(Object.keys(a.file.services)).toEqual(['prepare', 'namesrv-1', 'broker-a', 'topics']);
  expect(Object.keys(b.file.services)).toEqual(['prepare', 'namesrv-2', 'broker-a-s', 'broker-b']);
  expect(propertiesIn(a.result, 'a/conf/broker-a.conf')).toMatchObject({
    brokerIP1: '192.168.1.20',
    namesrvAddr: 'namesrv-1:9876;203.0.113.7:9876',
  });
  expect(propertiesIn(b.result, 'b/conf/broker-b.conf')).toMatchObject({
    brokerIP1: '203.0.113.7',
    namesrvAddr: '192.168.1.20:9876;namesrv-2:9876',
  });
  expect(a.service('broker-a').ports).toEqual(expect.arrayContaining(['10911:10911', '10909:10909', '10912:10912']));
  expect(a.file.networks).toBeUndefined();
});

test.each([
  ['a release as a folder', 'extends: single\nrocketmq: /opt/rocketmq', {}, /folder or a zip/],
  ['a JDK', 'extends: single\njava: 17', {}, /own JDK/],
  ['acl', 'extends: single\nacl: true', {}, /sign/],
  ['tls', 'extends: single\ntls: true', {}, /plain TCP/],
  ['a topic of one elected brokerName', 'extends: dledger\ntopics: [{ name: t, brokers: [broker-a] }]', {}, /elects its master/],
  ['a network of another size', 'single', { subnet: '10.0.0.0/8' }, /256 addresses/],
  ['hosts and one address', TWO_HOSTS, { advertise: '10.0.0.1' }, /each host has its own address/],
  ['an option of another target', 'single', { namespace: 'x' }, /no such thing/],
] as const)('refused: %s', async (_, source, asked, why) => {
  const error = await refusal('compose', source, asked);
  expect([error.code, error.text.why]).toEqual(['NOT_EXPORTABLE', expect.stringMatching(why)]);
});

test('a host without nodes gets no folder, and the others keep theirs', async () => {
  const profile = await loaded(
    'hosts: { a: 192.168.1.20, b: 192.168.1.21 }\nnodes:\n  namesrv-1: { role: namesrv, host: b }\n  broker-a: { role: broker, host: b }',
  );
  const { files } = exported('compose', profile);
  expect([...new Set(files.map(({ path }) => path.split('/')[0]))]).toEqual(['b']);
});

test.each(['properties', 'compose', 'kubernetes', 'systemd'] as const)(
  'a dashboard is refused for %s, with the way to leave it out',
  async (target) => {
    const { code, text } = await refusal(target, 'extends: single\nnodes: { dashboard-1: { role: dashboard, jar: ./dashboard.jar } }');
    expect(code).toBe('NOT_EXPORTABLE');
    expect(text.next).toContain('--set nodes.dashboard-1=null');
  },
);

test('a property or a role that the release does not have is refused as `up` refuses it', async () => {
  expect((await refusal('compose', 'proxy', { version: '4.9.7' })).code).toBe('UNSUPPORTED');
  expect((await refusal('compose', 'extends: single\nroles: { broker: { properties: { flushDiskTyp: X } } }')).code).toBe(
    'PROFILE_INVALID',
  );
  expect((await refusal('compose', 'single', { version: '9.9.9' })).code).toBe('RELEASE_UNKNOWN');
});
