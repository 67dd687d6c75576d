import { expect, test } from 'vitest';
import { lintCodes, lintFiles, localBroker } from './lint-files.js';

const one = (...lines: string[]) => ({ 'broker.conf': ['brokerName=a', ...lines, ''].join('\n') });

test.each([
  ['equal ports', localBroker('b', 10_911).replaceAll('/d/10911', '/d/b'), 'error PORT_CONFLICT a.conf:2 b.conf:2'],
  ['the HA port of another', localBroker('b', 10_912), 'error PORT_CONFLICT a.conf:2 b.conf:2'],
  ['the fast port of another', localBroker('b', 10_909), 'error PORT_CONFLICT a.conf:2 b.conf:2'],
  [
    'a haListenPort of its own, read from 5.1.1 on',
    localBroker('b', 10_931, 'haListenPort=10911'),
    'error PORT_CONFLICT a.conf:2 b.conf:2',
  ],
])('two brokers of one host: %s', async (_, b, expected) => {
  expect(await lintCodes({ 'a.conf': localBroker('a', 10_911), 'b.conf': b }, '5.3.3')).toEqual([expected]);
});

test('a listenPort that is the DLedger port of another, and a DLedger port that is its own listenPort', async () => {
  const dledger = (port: number) =>
    localBroker('g', 10_931, 'enableDLegerCommitLog=true', 'dLegerGroup=g', 'dLegerSelfId=n0', `dLegerPeers=n0-127.0.0.1:${port}`);
  const files = { 'a.conf': localBroker('a', 10_911), 'g.conf': dledger(10_911) };
  expect(await lintCodes(files, '4.9.7')).toEqual(['error PORT_CONFLICT a.conf:2 g.conf:2']);
  expect(await lintCodes({ 'g.conf': dledger(10_931) }, '4.9.7')).toEqual(['error PORT_CONFLICT g.conf:9 g.conf:2']);
});

test.each([
  ['a privileged port', 'listenPort=80', 'warning PORT_INVALID broker.conf:2', '4.9.7'],
  ['an impossible port', 'listenPort=70000', 'error PORT_INVALID broker.conf:2', '4.9.7'],
  ['a bad role', 'brokerRole=MASTER', 'error VALUE_IGNORED broker.conf:2', '4.9.7'],
  ['a role with a blank, before 5.2.0', 'brokerRole=SYNC_MASTER ', 'error VALUE_BLANK_AT_END broker.conf:2', '4.9.7'],
  ['a wrong type', 'maxMessageSize=4M', 'error VALUE_IGNORED broker.conf:2', '4.9.7'],
  ['a percent sign', 'diskMaxUsedSpaceRatio=75%', 'error VALUE_IGNORED broker.conf:2', '4.9.7'],
  ['a misspelt key', 'brokerIp1=10.0.0.1', 'error KEY_UNKNOWN broker.conf:2', '4.9.7'],
  ['a misspelt dead key', 'storePathConsumerQueue=/d/cq', 'warning KEY_UNKNOWN broker.conf:2', '4.9.7'],
  ['a key of a NameServer', 'clusterTest=true', 'warning KEY_NOT_READ broker.conf:2', '4.9.7'],
  ['a key of a later release', 'slaveReadEnable=true\nenableControllerMode=false', 'warning KEY_NOT_READ broker.conf:3', '4.9.7'],
  ['a comma between NameServers', 'namesrvAddr=a:9876,b:9876', 'error NAMESRV_ADDR_INVALID broker.conf:2', '4.9.7'],
  ['a blank between NameServers', 'namesrvAddr=10.0.0.1:9876; 10.0.0.2:9876', 'error NAMESRV_ADDR_INVALID broker.conf:2', '4.9.7'],
  ['no port', 'namesrvAddr=10.0.0.1', 'error NAMESRV_ADDR_INVALID broker.conf:2', '4.9.7'],
  ['http before the address', 'namesrvAddr=http://10.0.0.1:9876', 'error NAMESRV_ADDR_INVALID broker.conf:2', '4.9.7'],
  ['a full-width semicolon', 'namesrvAddr=10.0.0.1:9876；10.0.0.2:9876', 'error NAMESRV_ADDR_INVALID broker.conf:2', '4.9.7'],
  ['an address for all', 'brokerIP1=0.0.0.0', 'error BROKER_IP_INVALID broker.conf:2', '4.9.7'],
  ['a number too many', 'brokerIP1=192.168.1.300', 'error BROKER_IP_INVALID broker.conf:2', '4.9.7'],
  [
    'a loopback address for clients elsewhere',
    'brokerIP1=localhost\nnamesrvAddr=10.0.0.1:9876',
    'warning BROKER_IP_LOOPBACK broker.conf:2',
    '4.9.7',
  ],
  [
    'a path below the home as shells write it',
    'storePathRootDir=~/store\nstorePathCommitLog=/d/log',
    'warning PATH_RELATIVE broker.conf:2',
    '4.9.7',
  ],
  [
    'backslashes as Windows writes them',
    'storePathRootDir=C:\\rocketmq\\store\nstorePathCommitLog=D\\:/log',
    'error PATH_BACKSLASH broker.conf:2',
    '4.9.7',
  ],
  ['access control that is gone', 'aclEnable=true', 'error ACL_DROPPED broker.conf:2', '5.3.3'],
  ['a disk ratio that 5.x cuts', 'diskSpaceWarningLevelRatio=98', 'warning VALUE_OUT_OF_RANGE broker.conf:2', '5.3.3'],
])('%s', async (_, lines, expected, version) => {
  expect(await lintCodes(one(lines), version)).toEqual([expected]);
});

test('a SYNC_MASTER without a slave among others, on 4.x', async () => {
  const files = { 'a.conf': localBroker('a', 10_911, 'brokerRole=SYNC_MASTER'), 'b.conf': localBroker('b', 10_931) };
  expect(await lintCodes(files, '4.7.0')).toEqual(['warning SYNC_WITHOUT_SLAVE a.conf:6']);
  expect(await lintCodes(files, '5.3.3')).toEqual([]);
});

test('without a release, a rule that holds for some says which', async () => {
  const { findings } = await lintFiles(one('storePathRootDir=/d/store'));
  expect(findings).toMatchObject([{ code: 'COMMITLOG_DEFAULT', severity: 'info', what: expect.stringContaining('up to 4.9.3') }]);
  expect(await lintCodes(one('storePathRootDir=/d/store', 'timerWheelEnable=false'))).toEqual([]);
  expect(await lintCodes(one('storePathRootDir=/d/store'), '4.7.0')).toEqual(['warning COMMITLOG_DEFAULT broker.conf:2']);
  const slave = one('brokerRole=SLAVE', 'brokerId=1', 'haMasterAddress=10.0.0.1:10912');
  expect(await lintCodes(slave)).toEqual(['warning HA_MASTER_ADDRESS broker.conf:4']);
  expect(await lintCodes(slave, '4.9.7')).toEqual([]);
});

test('controllers whose peers disagree, and a broker that goes to none of them', async () => {
  const controller = (self: string, last: string) =>
    `controllerDLegerGroup=g\ncontrollerDLegerSelfId=${self}\ncontrollerDLegerPeers=n0-10.0.0.1:9878;n1-${last}\n`;
  const files = { 'c/n0.conf': controller('n0', '10.0.0.2:9878'), 'c/n1.conf': controller('n1', '10.0.0.3:9878') };
  expect(await lintCodes(files, '5.3.3')).toEqual(['error CONTROLLER_PEERS c/n0.conf:3 c/n1.conf:3']);
  const broker = { 'broker.conf': 'brokerName=a\nenableControllerMode=true\ncontrollerAddr=10.0.0.1:9877\n' };
  expect(await lintCodes({ 'c/n0.conf': controller('n0', '10.0.0.2:9878'), ...broker }, '5.3.3')).toEqual([
    'warning CONTROLLER_PEERS broker.conf:3',
  ]);
});

test('brokers that share one store are one finding; so are those that advertise one address', async () => {
  const broker = (name: string) => `brokerName=${name}\nbrokerIP1=10.0.0.1\nstorePathRootDir=/d\nstorePathCommitLog=/d/commitlog\n`;
  const files = { 'a.conf': broker('a'), 'b.conf': broker('b'), 'c.conf': broker('c') };
  expect(await lintCodes(files, '4.9.7')).toEqual([
    'error PORT_CONFLICT a.conf:null b.conf:null c.conf:null',
    'error ADDRESS_SHARED a.conf:2 b.conf:2 c.conf:2',
    'error STORE_SHARED a.conf:3 b.conf:3 c.conf:3',
  ]);
});

test('addresses that are none of this machine are said apart, each once', async () => {
  const lines = localBroker('a', 10_911, 'brokerIP1=203.0.113.7', 'brokerIP2=203.0.113.7');
  const { findings, oneMachine } = await lintFiles({ 'a.conf': lines }, '4.9.7', ['198.51.100.1']);
  expect(findings).toEqual([]);
  expect(oneMachine).toMatchObject([{ code: 'ADDRESS_ELSEWHERE', at: [{ line: 6 }, { line: 7 }] }]);
  expect((await lintFiles({ 'a.conf': lines }, '4.9.7', ['203.0.113.7'])).oneMachine).toEqual([]);
});

test.each([
  ['10.0.0.5:9876,10.0.0.6:9876', 'Write 10.0.0.5:9876;10.0.0.6:9876'],
  ['http://mq.local:9876', 'Write mq.local:9876'],
  ['mq.local', 'Write mq.local:9876'],
  ['???', 'Write 192.168.0.1:9876;192.168.0.2:9876'],
])('namesrvAddr=%s: the advice is made of its own addresses', async (value, next) => {
  const { findings } = await lintFiles(one(`namesrvAddr=${value}`), '4.9.7');
  expect(findings.find(({ code }) => code === 'NAMESRV_ADDR_INVALID')?.next).toBe(next);
});

// A terminal went back to the first column and wrote over the line.
test('what Java makes of single backslashes is shown without control characters', async () => {
  const { findings } = await lintFiles(one('storePathRootDir=D:\\rocketmq\\new'), '4.7.0');
  const texts = findings
    .flatMap(({ what, why, next }) => [what, why, next])
    .join('\n\n')
    .split('\n\n');
  expect(texts.filter((text) => /\p{Cc}/u.test(text))).toEqual([]);
  expect(texts.some((text) => text.includes('D:\\rocketmq\\new'))).toBe(true);
});
