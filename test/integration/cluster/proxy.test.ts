import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectFailure, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();
const upProxy = (h: ReturnType<typeof harness>, ...more: string[]) => ['proxy', '--rocketmq', h.release('5.5.0'), ...more] as const;

test('a proxy comes up after its broker, takes a send and a pull, is killed, brought back, and goes first', async () => {
  const h = harness();
  await h.up(...upProxy(h));
  const [remoting, grpc] = [h.port('proxy-1') - 1, h.port('proxy-1')];
  expect(await h.node('proxy-1')).toMatchObject({ role: 'proxy', state: 'ready', ports: { listen: grpc, remoting }, brokerName: null });
  const { paths } = { paths: h.home.cluster('proxy').node('proxy-1') };
  expect(JSON.parse(readFileSync(paths.runConfig, 'utf8'))).toMatchObject({
    grpcServerPort: grpc,
    remotingListenPort: remoting,
    rocketMQClusterName: 'DefaultCluster',
  });
  const told = h.events('proxy').map(({ type, node }) => `${type} ${node}`);
  expect(told.indexOf('node-launched proxy-1')).toBeGreaterThan(told.indexOf('node-launched broker-a'));

  expect((await h.run('env', '--json')).json).toMatchObject({
    ROCKETMQ_ENDPOINTS: `127.0.0.1:${grpc}`,
    ROCKETMQ_PROXY_ADDR: `127.0.0.1:${remoting}`,
  });
  const through = ['--namesrv', `127.0.0.1:${remoting}`] as const;
  expect((await h.run('send', 'Test', '-n', '3', ...through, '--json')).code).toBe(0);
  expect((await h.run('consume', 'Test', '-n', '3', ...through)).code).toBe(0);

  const { lines } = await h.run('kill', 'proxies', '--json');
  expect(lines.at(-1)).toMatchObject({ event: 'verdict', role: 'proxy', writable: true, writableOn: ['broker-a'], proxiedBy: [] });
  expect((await h.status()).state).toBe('degraded');
  expect((await h.run('start', 'proxy-1', '--json')).states).toMatchObject({ 'proxy-1': 'ready' });

  expect((await h.run('down')).code).toBe(0);
  const stopped = h.events('proxy').filter(({ type }) => type === 'node-stop-proved');
  expect(stopped[0]?.node).toBe('proxy-1');
  expect(await h.jvms()).toEqual([]);
});

test('a proxy that dies by itself is restarted, and one that finds no broker says so', async () => {
  const h = harness();
  await h.up(...upProxy(h));
  const { pid } = await h.node('proxy-1');
  process.kill(pid as number, 'SIGKILL');
  await until(async () => expect(await h.node('proxy-1')).toMatchObject({ state: 'ready', restarts: 1 }));

  await h.run('stop', 'proxy-1', 'broker-a');
  expectFailure(await h.run('start', 'proxy-1', '--json'), 5, {
    code: 'NODE_GAVE_UP',
    what: expect.stringContaining('proxy-1'),
    next: expect.stringContaining('Start the brokers first'),
  });
  expect((await h.run('start', 'all', '--json')).states).toMatchObject({ 'broker-a': 'ready', 'proxy-1': 'ready' });
});

test('a release without the classes of a proxy is refused before anything starts', async () => {
  const h = harness();
  const modules = ['broker', 'common', 'namesrv'];
  const failed = await h.run(...h.upArgs('proxy', '--rocketmq', h.release('5.1.4', modules), '--json'));
  expectFailure(failed, 31, {
    code: 'UNSUPPORTED',
    why: expect.stringContaining('rocketmq-proxy 5.1.4 was never published'),
    next: expect.stringContaining('rocketmq-all-5.1.4-bin-release.zip'),
  });
  expectFailure(await h.run(...h.upArgs('proxy', '--rocketmq', h.release('5.3.3', modules), '--json')), 12, {
    code: 'RELEASE_INVALID',
    why: expect.stringContaining('rocketmq-proxy-5.3.3.jar'),
    next: expect.stringContaining('--rocketmq 5.3.3'),
  });
  expectFailure(await h.run(...h.upArgs('proxy', '--rocketmq', h.release('4.9.7'), '--json')), 31, { code: 'UNSUPPORTED' });
  expect(await h.jvms()).toEqual([]);
});
