import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import {
  createTopic,
  getBrokerConfig,
  getHaStatus,
  getMaxOffset,
  getRuntimeInfo,
  getTopicConfigs,
  pullMessages,
  sendMessage,
  updateBrokerConfig,
} from '../../../src/remoting/broker-api.js';
import { RemotingClient } from '../../../src/remoting/client.js';
import { getClusterInfo, getNamesrvConfig, getTopicList, getTopicRoute } from '../../../src/remoting/namesrv-api.js';
import { until } from '../../support/until.js';
import { FakeCluster, type FakeNode, freePorts } from './fake-cluster.js';

const { signal } = new AbortController();
const message = (topic: string, text: string) => ({ topic, queueId: 0, body: Buffer.from(text), producerGroup: 'producers' });

async function pair(cluster: FakeCluster, master: Record<string, string | number> = {}) {
  const [nsPort = 0, masterPort = 0, slavePort = 0] = await freePorts(3);
  const namesrvAddr = `127.0.0.1:${nsPort}`;
  const broker = { brokerName: 'broker-a', brokerClusterName: 'c', namesrvAddr, registerNameServerPeriod: 200 };
  const namesrv = cluster.launch('namesrv', 'namesrv-1', { listenPort: nsPort });
  await until(() => expect(namesrv.stdout).toContain(`The Name Server boot success. serializeType=JSON, address 0.0.0.0:${nsPort}`));
  const launchMaster = (environment?: NodeJS.ProcessEnv): FakeNode =>
    cluster.launch(
      'broker',
      'broker-a',
      { ...broker, brokerId: 0, brokerRole: 'SYNC_MASTER', listenPort: masterPort, ...master },
      environment,
    );
  const launchSlave = (): FakeNode =>
    cluster.launch('broker', 'broker-a-s', { ...broker, brokerId: 1, brokerRole: 'SLAVE', listenPort: slavePort });
  return { namesrv, namesrvAddr, launchMaster, launchSlave, masterAddr: `127.0.0.1:${masterPort}`, slaveAddr: `127.0.0.1:${slavePort}` };
}

test('a NameServer, a master and its slave: registered, written to, replicated, read, stopped', async () => {
  await using cluster = new FakeCluster();
  using client = new RemotingClient();
  const { namesrvAddr, launchMaster, launchSlave, masterAddr, slaveAddr } = await pair(cluster);
  const master = launchMaster();
  await until(() =>
    expect(master.stdout).toContain(
      `The broker[broker-a, ${masterAddr}] boot success. serializeType=JSON and name server is ${namesrvAddr}`,
    ),
  );
  expect((await sendMessage(client, masterAddr, message('broker-a', 'no slave yet'), signal)).code).toBe(11);
  const slave = launchSlave();
  await until(async () => {
    const route = await getTopicRoute(client, namesrvAddr, 'broker-a', signal);
    expect(route?.brokerDatas[0]?.brokerAddrs).toEqual(
      new Map([
        [0, masterAddr],
        [1, slaveAddr],
      ]),
    );
    expect((await getHaStatus(client, masterAddr, signal)).inSyncSlaveNums).toBe(1);
  });

  expect(await sendMessage(client, masterAddr, { ...message('Test', 'hello'), tags: 'TagA' }, signal)).toMatchObject({
    code: 0,
    queueId: 0,
    queueOffset: 0,
  });
  const { commitLogMaxOffset } = await getRuntimeInfo(client, masterAddr, signal);
  expect(commitLogMaxOffset).toBeGreaterThan(0);
  await until(async () => expect((await getRuntimeInfo(client, slaveAddr, signal)).commitLogMaxOffset).toBe(commitLogMaxOffset));
  const pull = { topic: 'Test', queueId: 0, offset: 0, maxMessages: 32, consumerGroup: 'readers' };
  for (const address of [masterAddr, slaveAddr]) {
    const { messages } = await pullMessages(client, address, pull, signal);
    expect(messages).toMatchObject([{ topic: 'Test', body: Buffer.from('hello'), tags: 'TagA', queueOffset: 0 }]);
  }
  expect((await pullMessages(client, masterAddr, { ...pull, offset: 1 }, signal)).code).toBe(19);
  await expect(sendMessage(client, slaveAddr, message('Test', 'to a slave'), signal)).rejects.toMatchObject({ code: 14 });

  await createTopic(client, masterAddr, { topic: 'Made', readQueueNums: 2, writeQueueNums: 2 }, signal);
  expect(await getTopicList(client, namesrvAddr, signal)).toEqual(expect.arrayContaining(['broker-a', 'c', 'TBW102', 'Test', 'Made']));
  await until(async () =>
    expect((await getTopicConfigs(client, slaveAddr, signal)).get('Made')).toMatchObject({ readQueueNums: 2, perm: 6 }),
  );
  expect((await getClusterInfo(client, namesrvAddr, signal)).clusters).toEqual(new Map([['c', ['broker-a']]]));
  expect((await getNamesrvConfig(client, namesrvAddr, signal)).get('listenPort')).toBe(namesrvAddr.split(':')[1]);
  expect((await getBrokerConfig(client, slaveAddr, signal)).get('brokerRole')).toBe('SLAVE');

  expect(existsSync(master.path('store', 'abort'))).toBe(true);
  expect(await master.stop()).toEqual({ code: 143, signal: null });
  expect(existsSync(master.path('store', 'abort'))).toBe(false);
  expect((await getTopicRoute(client, namesrvAddr, 'broker-a', signal))?.brokerDatas[0]?.brokerAddrs).toEqual(new Map([[1, slaveAddr]]));
  expect(await slave.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  await until(async () => expect(await getTopicRoute(client, namesrvAddr, 'broker-a', signal)).toBeUndefined());
  expect(existsSync(slave.path('store', 'abort'))).toBe(true);
  expect(master.read('logs', 'rocketmqlogs', 'broker.log')).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d INFO brokerOutApi_thread_1 - register broker\[0]to name server/m,
  );

  const again = launchMaster();
  await until(() => expect(again.stdout).toContain('boot success'));
  expect(await getMaxOffset(client, masterAddr, { topic: 'Test', queueId: 0 }, signal)).toBe(1);
  expect(again.read('launches.log').match(/^launch \d+$/gm)).toHaveLength(2);
  expect(again.read('logs', 'rocketmqlogs', 'store.log')).toContain('last shutdown normally');
});

test('a SYNC_MASTER that wants two replicas answers 12 without its slave', async () => {
  await using cluster = new FakeCluster();
  using client = new RemotingClient();
  const { launchMaster, masterAddr } = await pair(cluster, { inSyncReplicas: 2, slaveTimeout: 50 });
  const master = launchMaster();
  await until(() => expect(master.stdout).toContain('boot success'));
  expect((await sendMessage(client, masterAddr, message('broker-a', 'x'), signal)).code).toBe(12);
});

test('a lazy broker is registered by the nudge, which rewrites its file', async () => {
  await using cluster = new FakeCluster();
  using client = new RemotingClient();
  const { namesrvAddr, launchMaster, masterAddr } = await pair(cluster, { lazyRegister: 'true', registerNameServerPeriod: 60_000 });
  const master = launchMaster();
  await until(() => expect(master.stdout).toContain('boot success'));
  expect(await getTopicRoute(client, namesrvAddr, 'broker-a', signal)).toBeUndefined();
  await updateBrokerConfig(client, masterAddr, { brokerPermission: '6' }, signal);
  expect((await getTopicRoute(client, namesrvAddr, 'broker-a', signal))?.brokerDatas).toHaveLength(1);
  expect(master.read('node.conf')).toContain('brokerPermission=6\n');
});

test('a busy port ends a broker with 255 and leaves the one that holds it alone', async () => {
  await using cluster = new FakeCluster();
  using client = new RemotingClient();
  const { launchMaster, masterAddr } = await pair(cluster);
  const holder = launchMaster();
  await until(() => expect(holder.stdout).toContain('boot success'));
  const second = cluster.launch('broker', 'broker-b', { brokerName: 'broker-b', listenPort: masterAddr.split(':')[1] as string });
  expect((await second.exit).code).toBe(255);
  expect(second.stderr).toContain('java.net.BindException: Address already in use');
  expect((await getRuntimeInfo(client, masterAddr, signal)).brokerVersionDesc).toMatch(/^V\d/);
});

test('orders come from the environment or the file', async () => {
  await using cluster = new FakeCluster();
  using client = new RemotingClient();
  const { launchMaster, masterAddr } = await pair(cluster);
  const failing = launchMaster({ FAKE_JVM: 'stdoutAtBoot=out of luck;exitAtBoot=253;forLaunches=1' });
  expect(await failing.exit).toEqual({ code: 253, signal: null });
  expect(failing.stdout).toBe('out of luck\n');

  const crashing = launchMaster({ FAKE_JVM: 'exitOn=SIGUSR2:3;floodLinesPerSecond=1000' });
  await until(() => expect(crashing.stdout).toContain('flood line 50\n'));
  await until(() => expect(existsSync(crashing.path('store', 'abort'))).toBe(true));
  crashing.process.kill('SIGUSR2');
  expect(await crashing.exit).toEqual({ code: 3, signal: null });
  expect(existsSync(crashing.path('store', 'abort'))).toBe(true);

  const stubborn = launchMaster({ FAKE_JVM: 'ignoreSigterm;mute;fork;forLaunches=9' });
  await until(() => expect(stubborn.stdout).toContain('boot success'));
  using deadline = systemClock.deadline(100);
  await expect(getRuntimeInfo(client, masterAddr, deadline.signal)).rejects.toThrow('no answer within 100 ms');
  const forked = Number(stubborn.read('fork.pid'));
  expect(() => process.kill(forked, 0)).not.toThrow();
  stubborn.process.kill('SIGTERM');
  await until(() => expect(stubborn.stdout).toContain('SIGTERM ignored\n'));
  expect(await stubborn.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  process.kill(forked, 'SIGKILL');
});

test('java itself: settings, an unknown class, a class archive', async () => {
  const java = fileURLToPath(new URL('../../fakes/fake-jdk/bin/java', import.meta.url));
  expect(spawnSync(java, ['-XshowSettings:properties', '-version'], { encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('    java.version = 17.0.0\n'),
  });
  expect(spawnSync(java, ['-cp', 'x', 'org.example.None'], { encoding: 'utf8' })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('Could not find or load main class org.example.None'),
  });
  expect(readFileSync(fileURLToPath(new URL('../../fakes/fake-jdk/release', import.meta.url)), 'utf8')).toContain('JAVA_VERSION="17.0.0"');
  await using cluster = new FakeCluster();
  const archive = `${cluster.root}/classes.jsa`;
  const list = `${cluster.root}/classes.lst`;
  const node = [`-Duser.home=${cluster.root}`, `-XX:DumpLoadedClassList=${list}`, 'org.apache.rocketmq.namesrv.NamesrvStartup'];
  expect(() => execFileSync(java, node, { env: { ...process.env, FAKE_JVM: 'archiveMs=1;exitAtBoot=1' } })).toThrow();
  execFileSync(java, ['-Xshare:dump', `-XX:SharedClassListFile=${list}`, `-XX:SharedArchiveFile=${archive}`]);
  expect(existsSync(archive)).toBe(true);
});
