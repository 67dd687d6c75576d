import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { expectFailure, PAIR, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();

test('two up of one cluster at once: one does it, the other is refused or finds it done; nothing is doubled', async () => {
  const h = harness();
  h.profileOf('pair', PAIR);
  const outcomes = await Promise.all([1, 2].map(() => h.run(...h.upArgs('pair', '--json'))));
  expect(outcomes.some(({ code }) => code === 0)).toBe(true);
  for (const outcome of outcomes.filter(({ code }) => code !== 0)) {
    expect(outcome).toMatchObject({ code: 27 });
    expect(outcome.error).toMatchObject({
      code: 'CLUSTER_BUSY',
      what: expect.stringContaining('pair'),
      next: expect.stringContaining('rmqdev wait'),
    });
  }
  expect(h.launches('pair')).toEqual({ 'namesrv-1': 1, 'broker-a': 1, 'broker-a-s': 1 });
  expect(await h.jvms()).toHaveLength(3);
});

test('two clusters started at once from the same profile get ports and folders of their own', async () => {
  const h = harness();
  const outcomes = await Promise.all(['one', 'two'].map((name) => h.run(...h.upArgs('single', '--name', name, '--json'))));
  expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual(outcomes.map(() => ({ code: 0, stderr: '' })));
  const nodes = (await Promise.all(['one', 'two'].map((name) => h.status(name)))).flatMap((status) => status.nodes);
  expect(nodes.map(({ state }) => state)).toEqual(Array(4).fill('ready'));
  expect(new Set(nodes.flatMap(({ ports }) => Object.values(ports))).size).toBe(8);
});

test('down during an up wins: the up says who ended it, and nothing is left', async () => {
  const h = harness();
  const up = h.begin(h.upArgs('2m-noslave', '--set', 'broker-a.env.FAKE_JVM=mute', '--json'));
  await up.until(({ lines }) => expect(lines).toContainEqual(expect.objectContaining({ node: 'broker-b', step: 'ready' })));
  const down = await h.run('down', '--json');
  expect(down).toMatchObject({ code: 0 });
  const ended = await up.outcome;
  expect(ended.code).toBe(130);
  expect(ended.error).toMatchObject({ code: 'INTERRUPTED', why: expect.stringContaining('down') });
  expect(await h.jvms()).toEqual([]);
  expect((await h.status()).state).toBe('stopped');
});

test('down during the very first steps of an up wins too', async () => {
  const h = harness();
  await h.run('ls');
  const up = h.begin(h.upArgs('single', '--set', 'namesrv-1.env.FAKE_JVM=slowBootMs=60000'));
  await until(() => expect(existsSync(h.home.cluster('single').state)).toBe(true));
  expect(await h.run('down', '-c', 'single')).toMatchObject({ code: 0 });
  expect((await up.outcome).code).toBe(130);
  expect(await h.jvms()).toEqual([]);
});

test('stop during an up takes the node out of it; the up goes on with the others, and does not end as if all were up', async () => {
  const h = harness();
  const up = h.begin(h.upArgs('2m-noslave', '--set', 'broker-a.env.FAKE_JVM=mute', '--json'));
  await up.until(({ lines }) => expect(lines).toContainEqual(expect.objectContaining({ node: 'broker-b', step: 'ready' })));
  expect(await h.run('stop', 'broker-a')).toMatchObject({ code: 0 });
  const outcome = await up.outcome;
  expect(outcome.code).toBe(37);
  expect(outcome.error).toMatchObject({ code: 'NODE_NOT_RUNNING', what: 'broker-a is not up' });
  expect((await h.run('status', '--json')).states).toMatchObject({ 'broker-a': 'stopped', 'broker-b': 'ready' });
});

test('Ctrl-C during an up detaches: it says so, exits with 130, and the nodes come up', async () => {
  const h = harness();
  const up = h.begin(h.upArgs('single', '--set', 'broker-a.env.FAKE_JVM=slowBootMs=1500'));
  await up.until(({ stderr }) => expect(stderr).toContain('broker-a  starting'));
  up.signal('SIGINT');
  const { code, stdout, stderr } = await up.outcome;
  expect(code).toBe(130);
  expect(stdout).toContain('Detached: the start goes on');
  expect(stderr).not.toContain('error');
  expect((await h.run('wait', '--json')).states).toEqual({ 'namesrv-1': 'ready', 'broker-a': 'ready' });
  expect(h.launches('single')).toEqual({ 'namesrv-1': 1, 'broker-a': 1 });
});

test('a change that is under way is named to who wants another', async () => {
  const h = harness();
  // The restart is under way until the node is killed below.
  h.profileOf('pair', PAIR);
  await h.up('pair', '--set', 'broker-a.stopTimeout=10m', '--set', 'broker-a.env.FAKE_JVM=ignoreSigterm;forLaunches=1');
  const pid = (await h.pids())['broker-a'] as number;
  const restart = h.begin(['restart', 'broker-a']);
  await until(() => expect(h.events('pair').some(({ type }) => type === 'node-stopping')).toBe(true));
  expectFailure(await h.run('reset', '--json'), 27, {
    code: 'CLUSTER_BUSY',
    what: expect.stringContaining('reset'),
    why: expect.stringContaining('restart'),
  });
  process.kill(pid, 'SIGKILL');
  expect(await restart.outcome).toMatchObject({ code: 0 });
});
