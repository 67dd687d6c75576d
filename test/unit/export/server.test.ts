import { expect, test } from 'vitest';
import { type Asked, exported, loaded, propertiesIn, refusal, SHOP, TWO_HOSTS, textOf } from './support.js';

const units = async (source: string, asked: Asked = {}) => exported('systemd', await loaded(source), asked);
const properties = async (source: string, asked: Asked = {}) => exported('properties', await loaded(source), asked);

/** @returns the values of a key of a unit file. */
const values = (text: string, key: string) =>
  [...text.replaceAll(/\\\n\s*/g, '').matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value);

test('properties: a file for each node with the values of the profile, in the folder of the server', async () => {
  const result = await properties(SHOP, { data: '/data/shop', advertise: '10.0.0.5' });
  expect(propertiesIn(result, 'broker-b-s.properties')).toMatchObject({
    brokerName: 'broker-b',
    brokerId: '1',
    brokerRole: 'SLAVE',
    fileReservedTime: '24',
    brokerIP1: '10.0.0.5',
    brokerIP2: '127.0.0.1',
    namesrvAddr: '127.0.0.1:9876;127.0.0.1:9877',
    storePathRootDir: '/data/shop/broker-b-s/store',
  });
  expect(textOf(result, 'broker-a.properties')).toContain('# 0 is the master, above 0 a slave\nbrokerId=0\n');
});

test('properties: the start script gives each node its file, heap, options and environment', async () => {
  const start = textOf(await properties(SHOP), 'start.sh');
  const line = start.split('\n').find((each) => each.includes('/broker-b-s ')) ?? '';
  expect(line).toMatch(
    /^TZ=Asia\/Shanghai JAVA_OPT_EXT='-Duser.home=\/var\/lib\/rocketmq\/shop\/broker-b-s .*-Xmx512m .*-Dshop=1'" \$later" \\$/,
  );
  expect(start).toContain('nohup sh "$ROCKETMQ_HOME/bin/mqbroker" -c "$here/broker-b-s.properties" >>');
  // Two collectors end the JVM, and a JDK 8 ends at --add-opens.
  expect(line).not.toMatch(/UseSerialGC|--add-opens/);
  expect(start).toContain("later='--add-opens=");
  expect(start.indexOf('mqnamesrv')).toBeLessThan(start.indexOf('mqbroker'));
});

test('properties: a folder for each host, with addresses that the others reach, and topics made once', async () => {
  const { files } = await properties(TWO_HOSTS);
  const result = { files, head: { start: '', look: '', differs: [] } };
  expect(files.map(({ path }) => path)).toEqual([
    'a/start.sh',
    'a/stop.sh',
    'a/namesrv-1.properties',
    'a/broker-a.properties',
    'a/topics.sh',
    'b/start.sh',
    'b/stop.sh',
    'b/namesrv-2.properties',
    'b/broker-a-s.properties',
    'b/broker-b.properties',
  ]);
  expect(propertiesIn(result, 'a/broker-a.properties')).toMatchObject({
    brokerIP1: '192.168.1.20',
    namesrvAddr: '127.0.0.1:9876;203.0.113.7:9876',
  });
  expect(propertiesIn(result, 'b/broker-a-s.properties')).toMatchObject({
    brokerIP1: '203.0.113.7',
    namesrvAddr: '192.168.1.20:9876;127.0.0.1:9876',
  });
});

test('properties: each start script begins with the three lines', async () => {
  const { files } = await properties(TWO_HOSTS);
  for (const { text } of files.filter(({ path }) => path.endsWith('start.sh')))
    expect(text).toMatch(/^#!\/bin\/sh\n# Start: .*\n# Look: .*\n# Differs from `rmqdev up`: /);
});

test('systemd: a unit for each node in one target, with restart, stop time and the JVM of the profile', async () => {
  const result = await units(
    'extends: single\nrestart: { maxRestarts: 3, window: 2m }\nstopTimeout: 90s\nroles: { broker: { heap: 512m } }',
  );
  const unit = textOf(result, 'rocketmq-shop-broker-a.service');
  expect(values(textOf(result, 'rocketmq-shop.target'), 'Wants')).toEqual([
    'rocketmq-shop-namesrv-1.service rocketmq-shop-broker-a.service',
  ]);
  expect([values(unit, 'PartOf'), values(unit, 'WantedBy')]).toEqual([['rocketmq-shop.target'], ['rocketmq-shop.target']]);
  expect([values(unit, 'Restart'), values(unit, 'StartLimitBurst'), values(unit, 'StartLimitIntervalSec')]).toEqual([
    ['on-failure'],
    ['4'],
    ['120'],
  ]);
  expect(values(unit, 'TimeoutStopSec')).toEqual(['90']);
  const [start = ''] = values(unit, 'ExecStart');
  expect(start).toMatch(/^\/usr\/bin\/java /);
  expect(start).toContain('-Xmx512m');
  // A single % would begin a specifier.
  expect(start).toContain('hs_err_pid%%p.log');
  expect(values(unit, 'After')[0]).toContain('rocketmq-shop-namesrv-1.service');
});

test('systemd: the policy never restarts nothing, and always everything', async () => {
  const restart = async (policy: string) =>
    values(textOf(await units(`extends: single\nrestart: ${policy}`), 'rocketmq-shop-broker-a.service'), 'Restart');
  expect([await restart('never'), await restart('always')]).toEqual([['no'], ['always']]);
});

test('systemd: the release and the JDK of the profile are where it says', async () => {
  const result = await units('extends: single\nrocketmq: /srv/rocketmq\njava: /srv/jdk', { data: '/data' });
  const unit = textOf(result, 'rocketmq-shop-broker-a.service');
  expect(values(unit, 'ExecStart')[0]).toMatch(/^\/srv\/jdk\/bin\/java .*\/srv\/rocketmq\/lib\/\*/);
  expect(unit).toContain('/data/broker-a/store');
});

test('systemd: a peer of a group is started once it answers, because its group may need the peers of other hosts', async () => {
  const [after] = values(textOf(await units('dledger'), 'rocketmq-dledger-broker-a-n0.service'), 'ExecStartPost');
  expect(after).toContain('ask.sh broker 127.0.0.1:10911 broker-a');
});

test('systemd: with acl or tls nothing is asked, and topics are refused', async () => {
  const unit = textOf(await units('extends: single\nacl: true'), 'rocketmq-shop-broker-a.service');
  expect(values(unit, 'ExecStartPost')).toEqual([]);
  for (const target of ['systemd', 'properties'] as const)
    expect((await refusal(target, 'extends: single\nacl: true\ntopics: [orders]')).code).toBe('NOT_EXPORTABLE');
});

test.each(['properties', 'systemd', 'compose', 'kubernetes'] as const)(
  '%s refuses accounts of a release that keeps them in its folder',
  async (target) => {
    expect((await refusal(target, 'extends: single\nacl: true', { version: '4.9.7' })).code).toBe('NOT_EXPORTABLE');
  },
);

test('refused: a folder that is not absolute, a JVM option that the scripts would cut, --operator elsewhere', async () => {
  expect((await refusal('properties', 'single', { data: 'data' })).text.why).toMatch(/absolute/);
  expect((await refusal('properties', 'extends: single\nroles: { broker: { jvm: ["-Da=b c"] } }')).text.why).toMatch(/blanks/);
  expect((await refusal('systemd', 'single', { operator: true })).text.why).toMatch(/Kubernetes/);
});

test.each(['single', '2m2s', '2m-noslave', 'dledger', 'controller', 'proxy'])('%s is exported for servers', async (name) => {
  const profile = await loaded(name);
  for (const target of ['properties', 'systemd'] as const) {
    const { files } = exported(target, profile);
    for (const { id } of profile.nodes) expect(files.some(({ path }) => path.includes(id))).toBe(true);
  }
});
