import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ARTICLES, folderOf as folder, imported } from '../../support/import-files.js';

const SERVERS = 'namesrvAddr=10.0.0.1:9876;10.0.0.2:9876';
const broker = (name: string, id: number, port: number, more = '') =>
  `brokerName=${name}\nbrokerId=${id}\nbrokerRole=${id === 0 ? 'ASYNC_MASTER' : 'SLAVE'}\nlistenPort=${port}\n${SERVERS}\n${more}`;

type Result = Awaited<ReturnType<typeof imported>>;
const placed = ({ profile }: Result) => profile.nodes.map(({ id, host, listenPort }) => `${id} ${host} ${listenPort}`);
const addresses = ({ hosts }: Result) => Object.fromEntries(hosts.map(({ name, address }) => [name, address]));

test('the two-host article in one folder for each host: crossed slaves, and the ports of the files on both hosts', async () => {
  const result = await imported(join(ARTICLES, 'two-hosts-by-host'));
  expect(addresses(result)).toEqual({ '172-17-160-28': '172.17.160.28', '172-17-160-29': '172.17.160.29' });
  expect(placed(result)).toEqual([
    'namesrv-1 172-17-160-28 9876',
    'namesrv-2 172-17-160-29 9876',
    'broker-a 172-17-160-28 10911',
    'broker-b 172-17-160-29 10911',
    'broker-b-s 172-17-160-28 11911',
    'broker-a-s 172-17-160-29 11911',
  ]);
  const { profile, node, findings, told } = result;
  expect(profile).toMatchObject({ rocketmq: '4.7.0', brokerClusterName: 'rocketmq-cluster', replication: 'sync', flush: 'async' });
  expect(node('broker-a')).toMatchObject({
    brokerName: 'broker-a',
    brokerId: 0,
    advertise: { clients: '172.17.160.28', replication: '172.17.160.28' },
    properties: { flushDiskType: 'SYNC_FLUSH', mappedFileSizeCommitLog: '1073741824', maxMessageSize: '65536' },
  });
  expect(node('broker-a-s')).toMatchObject({ brokerName: 'broker-a', brokerId: 1 });
  // What is right on two hosts is neither found nor changed.
  expect(findings.filter(({ code }) => /PORT|STORE|SLAVE|ADDRESS/.test(code))).toEqual([]);
  expect(told.filter((each) => /namesrvAddr|listenPort|brokerRole/.test(each))).toEqual([]);
});

test('its DLedger group on three hosts: a peer on each, two NameServers as in namesrvAddr', async () => {
  const result = await imported(join(ARTICLES, 'two-hosts-dledger'));
  expect(placed(result)).toEqual([
    'namesrv-1 172-17-160-28 9876',
    'namesrv-2 172-17-160-29 9876',
    'broker-a-n0 172-17-160-28 10911',
    'broker-a-n1 172-17-160-29 11911',
    'broker-a-n2 172-17-160-30 11911',
  ]);
  expect(result.profile.replication).toBe('dledger');
  expect(result.told).toContainEqual(expect.stringMatching(/dLegerPeers=.* → the brokers of the profile that share its brokerName/));
});

test('the NAT article in one folder for each host: public addresses for clients, private ones for replication', async () => {
  const result = await imported(join(ARTICLES, 'nat-by-host'));
  const { node, profile } = result;
  expect(addresses(result)).toEqual({ host1: '202.199.6.118', vm1: '192.168.107.128', vm2: '192.168.107.129', vm3: '192.168.107.130' });
  expect(placed(result)).toEqual([
    'namesrv-1 host1 9876',
    // The comment in /etc/hosts tells which of the three machines behind the public address it is.
    'namesrv-2 vm1 9876',
    'broker-a host1 10911',
    'broker-b vm2 10911',
    'broker-a-s vm1 11913',
    'broker-b-s vm3 12915',
  ]);
  expect(node('broker-a')?.advertise).toEqual({ clients: '202.199.6.118', replication: '202.199.6.118' });
  expect(node('broker-b')?.advertise).toEqual({ clients: '219.216.64.216', replication: '192.168.107.129' });
  expect(node('broker-a-s')?.advertise).toEqual({ clients: '219.216.64.216', replication: '192.168.107.128' });
  expect(profile.rocketmq).toBe('4.9.3');
});

test('without /etc/hosts the names of the NameServers become hosts, and so said', async () => {
  const files = Object.fromEntries(
    Object.entries({ host1: 'broker-a', vm1: 'broker-a-s', vm2: 'broker-b', vm3: 'broker-b-s' }).map(([host, name]) => [
      `${host}/${name}.properties`,
      readFileSync(join(ARTICLES, 'nat/rocketmq-4.9.3/conf/2m-2s-sync', `${name}.properties`)),
    ]),
  );
  const result = await imported(folder(files));
  expect(placed(result).slice(0, 2)).toEqual(['namesrv-1 rocketmq-nameserver1 9876', 'namesrv-2 rocketmq-nameserver2 9876']);
  expect(result.told).toContainEqual(expect.stringMatching(/rocketmq-nameserver1 → host rocketmq-nameserver1$/));
});

test.each(['two-hosts-by-host', 'two-hosts-dledger', 'nat-by-host'])('%s on one machine, if the user wishes', async (article) => {
  const { profile, hosts, findings } = await imported(join(ARTICLES, article), { oneMachine: true });
  expect(hosts).toEqual([]);
  expect(profile.hosts).toBeUndefined();
  expect(profile.nodes.every(({ host }) => host === undefined)).toBe(true);
  expect(findings.some(({ oneMachine }) => oneMachine)).toBe(true);
});

test('folders called like machines: their addresses are those of the NameServers, in order, and so said', async () => {
  const result = await imported(
    folder({
      'vm1/a.conf': broker('a', 0, 10_911),
      'vm1/b-s.conf': broker('b', 1, 11_911),
      'vm2/b.conf': broker('b', 0, 10_911),
      'vm2/a-s.conf': broker('a', 1, 11_911),
    }),
  );
  expect(addresses(result)).toEqual({ vm1: '10.0.0.1', vm2: '10.0.0.2' });
  expect(result.changes.filter(({ key }) => key === null)).toEqual([
    expect.objectContaining({ from: 'host vm1', to: 'hosts.vm1 is 10.0.0.1', why: expect.stringContaining('--set hosts.vm1=') }),
    expect.objectContaining({ from: 'host vm2', to: 'hosts.vm2 is 10.0.0.2' }),
  ]);
});

test('no address anywhere: the host has its name, and how to set it is said', async () => {
  const own = (name: string) => `brokerName=${name}\nbrokerId=0\nlistenPort=10911\n`;
  const result = await imported(
    folder({ 'node1/a.conf': `${own('a')}namesrvAddr=ns.example:9876\n`, 'node2/b.conf': `${own('b')}namesrvAddr=ns.example:9876\n` }),
  );
  expect(addresses(result)).toEqual({ node1: 'node1', node2: 'node2', 'ns-example': 'ns.example' });
  expect(result.changes).toContainEqual(
    expect.objectContaining({ from: 'host node1', why: expect.stringContaining('(--set hosts.node1=…)') }),
  );
});

test('brokers of one host that are reached at different addresses each say it; ports on one host stay apart', async () => {
  const { node } = await imported(
    folder({
      '10.0.0.1/a.conf': broker('a', 0, 10_911, 'brokerIP1=203.0.113.1\n'),
      '10.0.0.1/b.conf': broker('b', 0, 10_912, 'brokerIP1=203.0.113.2\n'),
      '10.0.0.2/c.conf': broker('c', 0, 10_911, 'brokerIP1=127.0.0.1\n'),
    }),
  );
  expect([node('a')?.advertise.clients, node('b')?.advertise.clients, node('c')?.advertise.clients]).toEqual([
    '203.0.113.1',
    '203.0.113.2',
    '10.0.0.2',
  ]);
  expect([node('a')?.listenPort, node('b')?.listenPort, node('c')?.listenPort]).toEqual([10_911, undefined, 10_911]);
});

test('controllers and a proxy on their hosts, a peer without a file at its address, and the scripts of each host', async () => {
  const controlled = (host: number) =>
    `brokerName=a\nenableControllerMode=true\ncontrollerAddr=10.0.0.1:9878;10.0.0.2:9878;10.0.0.3:9878\nlistenPort=10911\nnamesrvAddr=10.0.0.1:9876\nbrokerIP1=10.0.0.${host}\n`;
  const controller = (self: string) =>
    `controllerDLegerGroup=g\ncontrollerDLegerPeers=n0-10.0.0.1:9878;n1-10.0.0.2:9878;n2-10.0.0.3:9878\ncontrollerDLegerSelfId=${self}\n`;
  const result = await imported(
    folder({
      'h1/broker.conf': controlled(1),
      'h1/controller.conf': controller('n0'),
      'h1/rmq-proxy.json': '{"rocketMQClusterName":"DefaultCluster","grpcServerPort":8081}',
      'h2/broker.conf': controlled(2),
      'h2/controller.conf': controller('n1'),
      'h2/start.sh': 'sh mqnamesrv &\nsh mqbroker -c /opt/broker.conf &\n',
    }),
    { rocketmq: '5.3.2' },
  );
  expect(placed(result)).toEqual([
    'namesrv-1 h1 9876',
    'namesrv-2 h2 9876',
    'controller-1 h1 9878',
    'controller-2 h2 9878',
    'controller-3 10-0-0-3 9878',
    'a-n0 h1 10911',
    'a-n1 h2 10911',
    'proxy-1 h1 8081',
  ]);
});
