import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ARTICLES, folderOf, imported } from '../../support/import-files.js';

const PEERS = 'n0-127.0.0.1:40911;n1-127.0.0.1:40912;n2-127.0.0.1:40913';
const peer = (self: string, port: number, more = '') =>
  `brokerName=RaftNode00\nlistenPort=${port}\nnamesrvAddr=127.0.0.1:9876\nenableDLegerCommitLog=true\ndLegerGroup=RaftNode00\ndLegerPeers=${PEERS}\ndLegerSelfId=${self}\n${more}`;
const replica = (port: number, more = '') =>
  `brokerName=broker-a\nbrokerId=-1\nbrokerRole=SLAVE\nenableControllerMode=true\ncontrollerAddr=127.0.0.1:9878;127.0.0.1:9868\nlistenPort=${port}\n${more}`;

test('the DLedger part of two-hosts: three hosts become three peers, and what the article keeps of part one is said', async () => {
  const { profile, nodes, told, node } = await imported(join(ARTICLES, 'two-hosts-dledger'));
  expect(nodes).toEqual(['namesrv-1', 'namesrv-2', 'broker-a-n0', 'broker-a-n1', 'broker-a-n2']);
  expect(profile).toMatchObject({ rocketmq: '4.7.0', replication: 'dledger', brokerClusterName: 'rocketmq-cluster' });
  expect(node('broker-a-n1')).toMatchObject({ brokerName: 'broker-a', brokerId: -1, election: 'dledger', listenPort: 11_911 });
  expect(node('broker-a-n1')?.properties).toMatchObject({ sendMessageThreadPoolNums: '4', maxMessageSize: '65536' });
  expect(told).toEqual(
    expect.arrayContaining([
      'broker-a-s.properties:7 brokerId=1 → brokerId -1',
      'broker-a-s.properties:44 brokerRole=SLAVE → no brokerRole',
      expect.stringMatching(/^broker-a\.properties:50 dLegerPeers=.* → the brokers of the profile that share its brokerName$/),
    ]),
  );
});

test('the ports of DLedger peers are kept where P-2, P and P+5 are free, and other names of a group are said', async () => {
  const { nodes, node, told } = await imported(
    folderOf({
      'broker-n0.conf': peer('n0', 30_911),
      'broker-n1.conf': peer('n1', 30_921).replace('brokerName=RaftNode00', 'brokerName=RaftNode01'),
      'broker-n2.conf': peer('n2', 30_916).replace('dLegerGroup=RaftNode00', 'dLegerGroup=RaftNode00 '),
    }),
  );
  expect(nodes).toEqual(['namesrv-1', 'RaftNode00-n0', 'RaftNode00-n1', 'RaftNode00-n2']);
  expect([30_911, 30_921, undefined]).toEqual(nodes.slice(1).map((id) => node(id)?.listenPort));
  expect(told).toContain('broker-n1.conf:1 brokerName=RaftNode01 → brokerName RaftNode00');
  expect(told).toContain('broker-n2.conf:2 listenPort=30916 → the next free port');
});

test('a brokerName other than dLegerGroup stays, two files of one id are told apart, another letter becomes n', async () => {
  const { node, nodes, told } = await imported(
    folderOf({
      'a.conf': peer('n0', 30_911, 'preferredLeaderId=x2\n').replace('dLegerGroup=RaftNode00', 'dLegerGroup=raft'),
      'b.conf': peer('n1', 30_921).replace('dLegerGroup=RaftNode00', 'dLegerGroup=raft'),
      'c.conf': peer('n1', 30_931).replace('dLegerGroup=RaftNode00', 'dLegerGroup=raft'),
    }),
    { rocketmq: '4.9.7' },
  );
  expect(nodes.slice(1)).toEqual(['RaftNode00-n0', 'RaftNode00-n1', 'RaftNode00-n2']);
  expect(node('RaftNode00-n0')?.properties).toMatchObject({ preferredLeaderId: 'n2' });
  expect(told).toContain('a.conf:5 dLegerGroup=raft → dLegerGroup RaftNode00');
  expect(told).toContain('c.conf:7 dLegerSelfId=n1 → dLegerSelfId n2');
});

test('peers that only dLegerPeers tells of are made, with the settings of the first', async () => {
  const { nodes, node, told } = await imported(folderOf({ 'broker-n1.conf': peer('n1', 30_911, 'maxMessageSize=65536\n') }));
  expect(nodes.slice(1)).toEqual(['RaftNode00-n0', 'RaftNode00-n1', 'RaftNode00-n2']);
  expect(nodes.slice(1).map((id) => node(id)?.properties.maxMessageSize)).toEqual(['65536', '65536', '65536']);
  expect(told).toContain(`broker-n1.conf:6 dLegerPeers=${PEERS} → RaftNode00-n2 as well`);
});

test('two groups are two brokerNames, also where the files call them alike', async () => {
  const group = (name: string, first: number) =>
    Object.fromEntries(
      ['n0', 'n1', 'n2'].map((self, i) => [
        `${name}-${self}.conf`,
        peer(self, first + 10 * i).replace('dLegerGroup=RaftNode00', `dLegerGroup=${name}`),
      ]),
    );
  const { profile } = await imported(folderOf({ ...group('one', 30_911), ...group('two', 30_951) }));
  const names = profile.nodes.flatMap(({ brokerName }) => brokerName ?? []);
  expect(names).toEqual([...Array(3).fill('RaftNode00'), ...Array(3).fill('RaftNode00-2')]);
});

test('controller mode: replicas of one brokerName, a controller for each file, their ports and keys kept', async () => {
  const controller = (self: string) =>
    `controllerDLegerGroup=group1\ncontrollerDLegerPeers=n0-127.0.0.1:9878;n1-127.0.0.1:9868;n2-127.0.0.1:9858\ncontrollerDLegerSelfId=${self}\nscanInactiveMasterInterval=3000\n`;
  const { profile, nodes, node, told } = await imported(
    folderOf({
      'controllers/controller-n0.conf': controller('n0'),
      'controllers/controller-n1.conf': controller('n1'),
      'controllers/controller-n2.conf': controller('n2'),
      'n0/broker.conf': replica(30_911, 'allAckInSyncStateSet=true\n'),
      'n1/broker.conf': replica(30_921).replace('brokerRole=SLAVE', 'brokerRole=SYNC_MASTER'),
      'rmq-proxy.json': '{"rocketMQClusterName":"DefaultCluster"}',
    }),
  );
  expect(nodes).toEqual(['namesrv-1', 'controller-1', 'controller-2', 'controller-3', 'broker-a-n0', 'broker-a-n1', 'proxy-1']);
  expect(profile.replication).toBe('controller');
  expect([1, 2, 3].map((n) => node(`controller-${n}`)?.listenPort)).toEqual([9_878, 9_868, 9_858]);
  expect(node('controller-2')?.properties).toEqual({ scanInactiveMasterInterval: '3000' });
  expect(node('broker-a-n0')).toMatchObject({ brokerId: -1, listenPort: 30_911, properties: { allAckInSyncStateSet: 'true' } });
  expect(told).toContain('broker.conf:3 brokerRole=SYNC_MASTER → no brokerRole');
  expect(told).toContain('rmq-proxy.json:1 rocketMQClusterName=DefaultCluster → the brokerClusterName of the profile');
});

test('a proxy: its gRPC port and its own settings are kept; where it listens, whom it serves and its mode are the profile’s', async () => {
  const { node, told } = await imported(
    folderOf({
      'broker.conf': 'brokerClusterName=c1\nbrokerName=a\nbrokerId=0\nlistenPort=30911\nnamesrvAddr=127.0.0.1:9876\n',
      'rmq-proxy.json':
        '{\n"rocketMQClusterName": "c1",\n"proxyMode": "LOCAL",\n"grpcServerPort": 18081,\n"remotingListenPort": 18090,\n"grpcShutdownTimeSeconds": 5\n}\n',
    }),
  );
  expect(node('proxy-1')).toMatchObject({ role: 'proxy', listenPort: 18_081, properties: { grpcShutdownTimeSeconds: '5' } });
  expect(told).toContain('rmq-proxy.json:3 proxyMode=LOCAL → CLUSTER');
  expect(told).toContain('rmq-proxy.json:5 remotingListenPort=18090 → listenPort - 1');
});

test('a release without proxies leaves the file out, and says so', async () => {
  const { nodes, told } = await imported(
    folderOf({
      'rocketmq-4.9.7/broker.conf': 'brokerName=a\nbrokerId=0\nlistenPort=30911\nnamesrvAddr=127.0.0.1:9876\n',
      'rocketmq-4.9.7/rmq-proxy.json': '{"rocketMQClusterName":"c1"}',
    }),
  );
  expect(nodes).toEqual(['namesrv-1', 'a']);
  expect(told).toContain('rmq-proxy.json:null a proxy → left out');
});

test('a controller inside the NameServer becomes a process of its own, and so said', async () => {
  const { nodes, node, told } = await imported(
    folderOf({
      'namesrv.conf':
        'listenPort=9876\nenableControllerInNamesrv=true\ncontrollerDLegerPeers=n0-127.0.0.1:9878\ncontrollerDLegerSelfId=n0\n',
      'broker-n0.conf': replica(30_911).replace(';127.0.0.1:9868', ''),
    }),
  );
  expect(nodes).toEqual(['namesrv-1', 'controller-1', 'broker-a-n0']);
  expect([node('namesrv-1')?.properties, node('controller-1')?.listenPort]).toEqual([{}, 9_878]);
  expect(told).toContain('namesrv.conf:2 enableControllerInNamesrv=true → controller-1');
});

test('controllers that only brokers tell of are made; without a broker that asks for one they are left out', async () => {
  const { nodes } = await imported(folderOf({ 'broker-n0.conf': replica(30_911) }));
  expect(nodes).toEqual(['namesrv-1', 'controller-1', 'controller-2', 'broker-a-n0']);
  const { nodes: fixed, told } = await imported(
    folderOf({ 'broker-a.conf': 'brokerName=broker-a\nbrokerId=0\n', 'controller.conf': 'controllerDLegerGroup=g\n' }),
  );
  expect(fixed).toEqual(['namesrv-1', 'broker-a']);
  expect(told).toContain('controller.conf:null a controller → left out');
});

test.each([
  [
    'a DLedger group beside a fixed pair',
    { 'a.conf': 'brokerName=broker-a\nbrokerId=0\n', 'b.conf': peer('n0', 30_911) },
    {
      code: 'UNSUPPORTED',
      text: { why: expect.stringMatching(/a\.conf is a fixed master or slave, .*b\.conf:4 is a peer of a DLedger group/) },
    },
  ],
  [
    'a DLedger group of 4.4.0',
    { 'rocketmq-all-4.4.0/a.conf': peer('n0', 30_911) },
    { code: 'UNSUPPORTED', text: { next: 'Add --rocketmq 4.5.1 or newer' } },
  ],
  [
    'both ways in one file',
    { 'a.conf': peer('n0', 30_911, 'enableControllerMode=true\n') },
    { code: 'NOT_IMPORTABLE', text: { next: 'Take one of them away: line 4 or 8' } },
  ],
  [
    'a group of two peers',
    { 'a.conf': peer('n0', 30_911).replace(';n2-127.0.0.1:40913', '') },
    { code: 'NOT_IMPORTABLE', text: { what: expect.stringMatching(/RaftNode00 .*has 2 peers, n0 and n1$/) } },
  ],
  [
    'a broker container',
    { 'c.conf': 'listenPort=10811\nbrokerConfigPaths=/a.conf:/b.conf\n', 'a.conf': 'brokerName=a\n' },
    { code: 'UNSUPPORTED', text: { next: expect.stringContaining('brokerConfigPaths') } },
  ],
])('%s: refused', async (_, files, expected) => {
  await expect(imported(folderOf(files))).rejects.toMatchObject(expected);
});
