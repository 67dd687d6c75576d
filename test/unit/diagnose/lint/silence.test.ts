import { expect, test } from 'vitest';
import { lintCodes, lintFiles, localBroker } from './lint-files.js';

// What was told of public sets, and is right: each case was a false alarm once, or is like one.
const loud = async (files: Record<string, string>, version?: string) =>
  (await lintCodes(files, version)).filter((each) => !each.startsWith('info'));

const contained = (name: string, port: number) =>
  `brokerName=${name}\nlistenPort=${port}\nnamesrvAddr=rmqnamesrv:9876\nstorePathRootDir=/opt/store\nstorePathCommitLog=/opt/store/commitlog\n`;
const COMPOSE = 'services:\n  broker-a:\n    image: apache/rocketmq:5.3.2\n    ports: ["10911:10911"]\n';

test('containers of one compose file have ports and disks of their own', async () => {
  const files = { 'docker-compose.yml': COMPOSE, 'conf/a.conf': contained('a', 10_910), 'conf/b.conf': contained('b', 10_911) };
  expect(await loud(files)).toEqual([]);
  const onHost = { ...files, 'docker-compose.yml': `${COMPOSE}    network_mode: host\n` };
  expect(await loud(onHost)).toEqual(['warning PORT_CONFLICT conf/a.conf:2 conf/b.conf:2']);
});

test('the image of a compose file names the release', async () => {
  const files = { 'docker-compose.yml': COMPOSE, 'broker.conf': contained('a', 10_911) };
  expect((await lintFiles(files)).rocketmq).toBe('5.3.2');
  expect((await lintFiles({ '.env': 'ROCKETMQ_VERSION=4.9.4\n', 'broker.conf': contained('a', 10_911) })).rocketmq).toBe('4.9.4');
  const others = {
    'compose.yml': 'services:\n  ui:\n    image: apacherocketmq/rocketmq-dashboard:4.0.1\n',
    'broker.conf': contained('a', 10_911),
  };
  expect((await lintFiles(others)).rocketmq).toBe('5.5.0');
});

test('files for dev and for prod are never one cluster', async () => {
  const files = { 'dev/broker.conf': localBroker('a', 10_911), 'prod/broker.conf': localBroker('a', 10_911) };
  expect(await loud(files, '4.9.7')).toEqual([]);
  expect(await loud({ 'broker-test.conf': localBroker('a', 10_911), 'broker-prod.conf': localBroker('a', 10_911) }, '4.9.7')).toEqual([]);
});

test('a variant for containers, and the example that a file was made from, run with no other', async () => {
  const own = localBroker('a', 10_911);
  expect(await loud({ 'broker.conf': own, 'broker.docker.conf': own, 'broker.conf.example': own }, '4.9.7')).toEqual([]);
});

test('a copy beside the file, and the single broker that a release ships, are no second broker', async () => {
  const pair = { 'conf/broker-a.conf': localBroker('broker-a', 10_911), 'conf/broker-b.conf': localBroker('broker-b', 10_931) };
  expect(await loud({ ...pair, 'conf/broker-a copy.conf': localBroker('broker-a', 10_911) }, '4.9.7')).toEqual([]);
  expect(await loud({ ...pair, 'conf/broker.conf': localBroker('broker-a', 10_911) }, '4.9.7')).toEqual([]);
});

test('a path that a variable gives, or that lies in a container, is no missing file', async () => {
  const start = `CONF=\${CONF:-"/etc/rocketmq/broker.conf"}\nsh mqbroker -c \${CONF}\n`;
  const run = 'docker run -d --name broker apache/rocketmq:4.9.4 sh mqbroker -c ../conf/other.conf\n';
  expect(await loud({ 'start.sh': start, 'run.sh': run, 'broker.conf': localBroker('a', 10_911) }, '4.9.7')).toEqual([]);
  const missing = { 'start.sh': 'sh mqbroker -c conf/other.conf\n', 'broker.conf': localBroker('a', 10_911) };
  expect(await loud(missing, '4.9.7')).toEqual(['warning CONFIG_FILE_MISSING start.sh:1']);
});

test('a template says what it leaves open, as notes; what a person is to write is a warning', async () => {
  const template = 'brokerName={{ name }}\nbrokerId={{ id }}\nbrokerRole={{ role }}\nlistenPort={{ port }}\n';
  expect(await loud({ 'templates/broker.conf.j2': template, 'templates/other.conf.j2': template })).toEqual([]);
  const branches = `{% if master %}\nbrokerRole=SYNC_MASTER\n{% else %}\nbrokerRole=SLAVE\nbrokerId=1\n{% endif %}\nbrokerName=a\n`;
  expect(await loud({ 'broker.conf.j2': branches }, '5.3.3')).toEqual([]);
  expect(
    await loud({ 'broker.conf': 'brokerName=a\nbrokerIP1=YOUR HOST IP\nnamesrvAddr=x.x.x.x:9876\nbrokerId=$ID\nbrokerIP2=REPLACE_IP\n' }),
  ).toEqual([
    'warning PLACEHOLDER broker.conf:2',
    'warning PLACEHOLDER broker.conf:3',
    'warning PLACEHOLDER broker.conf:4',
    'warning PLACEHOLDER broker.conf:5',
  ]);
});

test.each([
  ['names of containers as NameServers', 'namesrvAddr=rmq_namesrv:9876;rmqnamesrv-b:9876'],
  ['a NameServer too many semicolons', 'namesrvAddr=10.0.0.1:9876;10.0.0.2:9876;'],
  ['an address of IPv6', 'namesrvAddr=[fe80::1]:9876'],
  ['a host name as address', 'brokerIP1=broker_1'],
  ['a container that advertises the host on purpose', 'brokerIP1=127.0.0.1\nnamesrvAddr=namesrv:9876'],
  ['hours with a blank, from 5.2.0 on', 'deleteWhen=04  '],
  ['several hours', 'deleteWhen=02;04;06'],
  ['an empty value of text', 'haMasterAddress='],
  ['a drive letter', 'storePathRootDir=E:\\\\data\\\\store\nstorePathCommitLog=E:/data/store/commitlog'],
  ['a colon that is escaped', 'storePathRootDir=D\\:/mq/store\nstorePathCommitLog=D\\:\\\\mq\\\\log'],
  ['blanks and signs that are escaped', 'storePathRootDir=/d/my\\ \\#1\\=a\\!\nstorePathCommitLog=/d/\\u4e2d\\u00E9/log'],
  ['a path that goes on in the next line', 'storePathRootDir=/data/\\\n    store\nstorePathCommitLog=/data/log'],
  ['a slave alone', 'brokerRole=SLAVE\nbrokerId=3'],
])('%s', async (_, lines) => {
  expect(await loud({ 'broker.conf': `brokerName=a\n${lines}\n` }, '5.3.3')).toEqual([]);
});

test('files of other programs say nothing', async () => {
  const files = {
    'application.properties': 'rocketmq.name-server=127.0.0.1:9876\nrocketmq.producer.group=g\nserver.port=8080\n',
    'log4j.properties': 'log4j.rootLogger=INFO, stdout\n',
    'server.properties': 'broker.id=0\nlisteners=PLAINTEXT://:9092\nzookeeper.connect=localhost:2181\n',
    'conf/broker.conf': 'clusterName=pulsar\nbrokerServicePort=6650\nmanagedLedgerDefaultEnsembleSize=1\n',
    'mosquitto.conf': 'listener 1883\nallow_anonymous true\npersistence true\n',
    'canal.properties': 'canal.serverMode=rocketMQ\nrocketmq.namesrv.addr=127.0.0.1:9876\n',
    'package.json': '{ "name": "x", "version": "1.0.0" }',
    'plain_acl.yml': 'accounts:\n  - accessKey: RocketMQ\n',
  };
  expect(await lintFiles(files)).toMatchObject({ files: 0, findings: [] });
});

test("a proxy's JSON with comments and a comma too many is read as the proxy does", async () => {
  const text = '{\n  // the cluster\n  "rocketMQClusterName": "DefaultCluster", /* x */\n  "authenticationEnabled": true,\n}\n';
  expect(await lintFiles({ 'rmq-proxy.json': text }, '5.3.3')).toMatchObject({ files: 1, findings: [] });
});
