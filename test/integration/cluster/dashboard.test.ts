import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeDashboardJar, writeJar } from '../../support/dashboard-jar.js';
import { expectFailure, type Harness, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();
const at = (h: Harness) => ['--set', `dashboard-1.listenPort=${h.port('dashboard-1')}`] as const;
const jarIn = (h: Harness, name: string, options?: Parameters<typeof writeDashboardJar>[1]) =>
  writeDashboardJar(join(h.cwd, name), options);
const settingsOf = (h: Harness) => {
  const { root } = h.home.cluster('single').node('dashboard-1');
  return readFileSync(join(root, 'run', 'application.properties'), 'utf8');
};

test('--dashboard adds a node that starts last, lists the brokers, is kept, killed, restarted and removed', async () => {
  const h = harness();
  const jar = await jarIn(h, 'rocketmq-dashboard-2.1.0.jar');
  const up = await h.up('single', '--dashboard', 'rocketmq-dashboard-2.1.0.jar', ...at(h));
  expect(up.stdout).toContain(`http://127.0.0.1:${h.port('dashboard-1')}`);
  expect(await h.node('dashboard-1')).toMatchObject({
    role: 'dashboard',
    state: 'ready',
    ports: { listen: h.port('dashboard-1') },
    jar: { path: jar, title: 'RocketMQ dashboard 2.1.0' },
  });
  expect(settingsOf(h)).toContain(`rocketmq.config.namesrvAddrs[0]=127.0.0.1:${h.port('namesrv-1')}\n`);
  const launched = h.events('single').filter(({ type }) => type === 'node-launched');
  expect(launched.at(-1)?.node).toBe('dashboard-1');
  expect((await h.run('logs', 'dashboard-1')).stdout).toContain('Started App');

  // The option is not repeated: the node stays, and so does its jar.
  await h.up('single', ...at(h));
  expect((await h.node('dashboard-1')).jar?.path).toBe(jar);

  const { pid } = await h.node('dashboard-1');
  process.kill(pid as number, 'SIGKILL');
  await until(async () => expect(await h.node('dashboard-1')).toMatchObject({ state: 'ready', restarts: 1 }));

  const { lines } = await h.run('kill', 'dashboards', '--json');
  expect(lines.at(-1)).toMatchObject({ event: 'verdict', role: 'dashboard', writable: true, writableOn: ['broker-a'] });
  expect((await h.status()).state).toBe('ready');
  expect((await h.run('start', 'dashboard-1', '--json')).states).toMatchObject({ 'dashboard-1': 'ready' });

  await h.up('single', '--no-dashboard');
  expect((await h.status()).nodes.map(({ id }) => id)).toEqual(['namesrv-1', 'broker-a']);
});

test('a cluster is ready without its dashboard, whose trouble is told', async () => {
  const h = harness();
  await jarIn(h, 'd.jar');
  const broken = ['--set', 'dashboard-1.env.FAKE_JVM=exitAtBoot=1', '--set', 'dashboard-1.restart=never'];
  const up = await h.up('single', '--dashboard', 'd.jar', ...at(h), ...broken);
  expect(up.stderr).toContain('dashboard-1 did not come up');
  expect(up.stdout).toMatch(/single +ready/);
  expect(await h.status()).toMatchObject({ state: 'ready' });
  expect(await h.node('dashboard-1')).toMatchObject({ state: 'failed' });
  expect((await h.run('wait')).code).toBe(0);
  expectFailure(await h.run('start', 'dashboard-1', '--json'), 5, { code: 'NODE_GAVE_UP', what: expect.stringContaining('dashboard-1') });
});

test('an open port is not enough: without the brokers in its API it is not ready, and says why', async () => {
  const h = harness();
  await jarIn(h, 'd.jar');
  const mute = [
    '--set',
    'dashboard-1.env.FAKE_JVM=listsNothing',
    '--set',
    'dashboard-1.startTimeout=2s',
    '--set',
    'dashboard-1.restart=never',
  ];
  const up = await h.up('single', '--dashboard', 'd.jar', ...at(h), ...mute);
  expect(up.stderr).toContain('it cannot list the brokers: it was told to fail');
  expect((await h.status()).state).toBe('ready');
});

test('a daemon that comes later takes the dashboard over; an end by somebody else is told apart from a crash', async () => {
  const h = harness();
  await jarIn(h, 'old.jar', { generation: 'dashboard-1', version: '1.0.0', java: 8 });
  await h.up('single', '--dashboard', 'old.jar', ...at(h));
  expect(settingsOf(h)).toContain(`rocketmq.config.namesrvAddr=127.0.0.1:${h.port('namesrv-1')}\n`);
  const { pid } = await h.node('dashboard-1');
  await h.run('daemon', 'restart');
  await until(async () => expect(await h.node('dashboard-1')).toMatchObject({ state: 'ready', pid }));
  process.kill(pid as number, 'SIGTERM');
  await until(async () =>
    expect(await h.node('dashboard-1')).toMatchObject({ state: 'stopped', lastExit: { cause: 'stopped-from-outside' } }),
  );

  // The jar is the user's file, and may be gone at the next start.
  rmSync(join(h.cwd, 'old.jar'));
  expectFailure(await h.run('start', 'dashboard-1', '--json'), 47, {
    code: 'DASHBOARD_NOT_FOUND',
    what: expect.stringContaining('dashboard-1'),
  });
});

test('what is not a dashboard is refused before anything starts', async () => {
  const h = harness();
  const up = (jar: string, ...more: string[]) => h.run(...h.upArgs('single', '--dashboard', jar, '--json', ...more));
  expectFailure(await up('missing.jar'), 47, { code: 'DASHBOARD_NOT_FOUND', next: expect.stringContaining('rmqdev help dashboard') });
  mkdirSync(join(h.cwd, 'target'));
  await writeJar(join(h.cwd, 'target', 'other.jar'), { 'META-INF/MANIFEST.MF': Buffer.from('Main-Class: demo.Main\n') });
  expectFailure(await up('target'), 48, { code: 'DASHBOARD_INVALID', why: expect.stringContaining('other.jar') });
  expectFailure(await up('target/other.jar'), 48, {
    code: 'DASHBOARD_INVALID',
    why: expect.stringMatching(/Start-Class org\.apache\.rocketmq\.console\.App or org\.apache\.rocketmq\.dashboard\.App.*demo\.Main/),
  });
  writeFileSync(join(h.cwd, 'text.jar'), 'not a zip');
  expectFailure(await up('text.jar'), 48, { code: 'DASHBOARD_INVALID', why: expect.stringContaining('not a jar') });
  await jarIn(h, 'future.jar', { java: 99 });
  expectFailure(await up('future.jar'), 16, { code: 'JAVA_UNSUITABLE', why: expect.stringContaining('Java 99') });
  await jarIn(h, 'console.jar', { generation: 'console', version: '1.0.0', java: 8 });
  expectFailure(await up('console.jar', '--set', 'acl=true'), 31, {
    code: 'UNSUPPORTED',
    why: expect.stringContaining('rocketmq.config.accessKey'),
  });
  await jarIn(h, 'd.jar');
  expectFailure(await up('d.jar', '--set', 'dashboard-1.properties.server.port=1'), 10, {
    code: 'PROFILE_INVALID',
    why: expect.stringContaining('listenPort'),
  });
  expect(existsSync(h.home.cluster('single').root)).toBe(false);
});

test('RMQDEV_HOME/dashboard: its only jar is taken, and of two none', async () => {
  const h = harness();
  expectFailure(await h.run(...h.upArgs('single', '--json', '--dashboard')), 47, {
    code: 'DASHBOARD_NOT_FOUND',
    next: expect.stringContaining('rmqdev help dashboard'),
  });
  mkdirSync(h.home.dashboards);
  const jar = await writeDashboardJar(join(h.home.dashboards, 'a.jar'));
  await h.up('single', ...at(h), '--dashboard');
  expect((await h.node('dashboard-1')).jar?.path).toBe(jar);
  await writeDashboardJar(join(h.home.dashboards, 'b.jar'));
  expectFailure(await h.run(...h.upArgs('single', ...at(h), '--json')), 47, {
    code: 'DASHBOARD_NOT_FOUND',
    why: expect.stringContaining('a.jar, b.jar'),
  });
  rmSync(h.home.dashboards, { recursive: true });
});

test('help dashboard says how to get the jar', async () => {
  const h = harness();
  const { stdout } = await h.run('help', 'dashboard');
  expect(stdout).toContain('git clone');
  expect(stdout).toContain('rmqdev up 2m2s --dashboard');
  expectFailure(await h.run('help', 'dashbord', '--json'), 2, { code: 'USAGE', next: expect.stringContaining('help dashboard') });
  expect(await h.jvms()).toEqual([]);
});
