import { expect, test } from 'vitest';
import { lintCodes, lintFiles } from './lint-files.js';

const SERVERS = 'namesrvAddr=10.0.0.1:9876;10.0.0.2:9876';
const broker = (name: string, id: number, port: number, ...lines: string[]) =>
  [
    `brokerClusterName=c\nbrokerName=${name}\nbrokerId=${id}\nbrokerRole=${id === 0 ? 'ASYNC_MASTER' : 'SLAVE'}\nlistenPort=${port}`,
    ...(lines.some((line) => line.startsWith('namesrvAddr')) ? [] : [SERVERS]),
    `storePathRootDir=/d/${name}`,
    `storePathCommitLog=/d/${name}/commitlog`,
    ...lines,
    '',
  ].join('\n');

/** Two masters on two hosts, each with the slave of the other. */
const CROSSED = {
  'host1/broker-a.conf': broker('a', 0, 10_911),
  'host1/broker-b-s.conf': broker('b', 1, 11_911),
  'host2/broker-b.conf': broker('b', 0, 10_911),
  'host2/broker-a-s.conf': broker('a', 1, 11_911),
};

const codes = (files: Record<string, string>) => lintCodes(files, '4.9.7');

test('crossed slaves on two hosts: equal ports and stores are no clash, and each slave has its master', async () => {
  expect(await codes(CROSSED)).toEqual([]);
  expect((await lintFiles(CROSSED, '4.9.7')).oneMachine.map(({ code }) => code)).toContain('PORT_CONFLICT');
});

test('two masters with one name on two hosts', async () => {
  expect(await codes({ ...CROSSED, 'host2/broker-b.conf': broker('a', 0, 10_911) })).toEqual(
    expect.arrayContaining([
      'error ID_TAKEN host1/broker-a.conf:2 host2/broker-b.conf:2',
      'warning SLAVE_WITHOUT_MASTER host1/broker-b-s.conf:2',
    ]),
  );
});

test('a port of one broker that is the HA port of the other, on one of the hosts', async () => {
  expect(await codes({ ...CROSSED, 'host2/broker-a-s.conf': broker('a', 1, 10_912) })).toEqual([
    'error PORT_CONFLICT host2/broker-a-s.conf:5 host2/broker-b.conf:5',
  ]);
});

test('a NameServer that one broker leaves out; 127.0.0.1 is the own host', async () => {
  const other = broker('a', 1, 11_911, 'namesrvAddr=10.0.0.1:9876;10.0.0.3:9876');
  expect(await codes({ ...CROSSED, 'host2/broker-a-s.conf': other })).toEqual([
    'warning NAMESRV_DIFFERS host1/broker-a.conf:6 host2/broker-a-s.conf:8',
  ]);
  const ips = (files: Record<string, string>) => ({
    '10.0.0.1/a.conf': files['host1/broker-a.conf'] as string,
    '10.0.0.2/b.conf': broker('b', 0, 10_911, 'namesrvAddr=10.0.0.1:9876;127.0.0.1:9876'),
  });
  expect(await codes(ips(CROSSED))).toEqual([]);
});

test("an address of the other host: a file that was copied and not changed, and another peer's id", async () => {
  const copied = {
    ...CROSSED,
    'host1/broker-a.conf': broker('a', 0, 10_911, 'brokerIP1=10.0.0.1'),
    'host2/broker-b.conf': broker('b', 0, 10_931, 'brokerIP1=10.0.0.1'),
  };
  const byAddress = Object.fromEntries(Object.entries(copied).map(([path, text]) => [path.replace('host', '10.0.0.'), text]));
  expect(await codes(byAddress)).toEqual(['error HOST_ADDRESS 10.0.0.2/broker-b.conf:9']);
  const peers = 'enableDLegerCommitLog=true\ndLegerGroup=a\ndLegerPeers=n0-10.0.0.1:40911;n1-10.0.0.2:40911;n2-10.0.0.3:40911';
  const peer = (self: string) => broker('a', 0, 10_911, `${peers}\ndLegerSelfId=${self}`);
  const group = { '10.0.0.1/a.conf': peer('n0'), '10.0.0.2/a.conf': peer('n1'), '10.0.0.3/a.conf': peer('n2') };
  expect(await codes(group)).toEqual([]);
  expect(await codes({ ...group, '10.0.0.3/a.conf': peer('n1') })).toEqual([
    'error DLEDGER_PEERS 10.0.0.2/a.conf:12 10.0.0.3/a.conf:12',
    'error HOST_ADDRESS 10.0.0.3/a.conf:12',
  ]);
  const { '10.0.0.3/a.conf': _, ...two } = group;
  expect(await codes(two)).toEqual(['warning HOST_MISSING 10.0.0.1/a.conf:11', 'warning HOST_MISSING 10.0.0.2/a.conf:11']);
  const differs = { ...group, '10.0.0.3/a.conf': peer('n2').replace('n1-10.0.0.2', 'n1-10.0.0.22') };
  expect(await codes(differs)).toEqual([
    'error DLEDGER_PEERS 10.0.0.1/a.conf:11 10.0.0.3/a.conf:11',
    'warning HOST_MISSING 10.0.0.3/a.conf:11',
  ]);
});

test('the samples of the release that were copied with the folder say nothing', async () => {
  const sample = (name: string, id: number) =>
    `brokerClusterName=DefaultCluster\nbrokerName=${name}\nbrokerId=${id}\nbrokerRole=${id === 0 ? 'SYNC_MASTER' : 'SLAVE'}\ndeleteWhen=04\n`;
  const own = (text: string) => text.replace('brokerClusterName=c\n', 'brokerClusterName=DefaultCluster\n');
  const files = Object.fromEntries(
    ['host1', 'host2'].flatMap((host, i) => [
      ...['broker-a', 'broker-b'].flatMap((name): [string, string][] => [
        [`${host}/conf/2m-2s-async/${name}.properties`, sample(name, 0)],
        [`${host}/conf/2m-2s-async/${name}-s.properties`, sample(name, 1)],
      ]),
      [`${host}/conf/2m-2s-sync/broker-${i === 0 ? 'b' : 'a'}.properties`, sample(i === 0 ? 'broker-b' : 'broker-a', 0)],
      [`${host}/conf/2m-2s-sync/broker-${i === 0 ? 'a' : 'b'}.properties`, own(broker(i === 0 ? 'broker-a' : 'broker-b', 0, 10_911))],
      [`${host}/conf/2m-2s-sync/broker-${i === 0 ? 'b' : 'a'}-s.properties`, own(broker(i === 0 ? 'broker-b' : 'broker-a', 1, 11_911))],
    ]),
  );
  expect(await codes(files)).toEqual([]);
});

test('one folder for each variant of a set-up is no folder for each host', async () => {
  const own = (port: number) => broker('a', 0, port);
  expect(await codes({ 'sync/broker.conf': own(10_911), 'async/broker.conf': own(10_911) })).toEqual([]);
});
