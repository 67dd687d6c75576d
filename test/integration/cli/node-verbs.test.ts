import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isPortFree } from '../../../src/process/port-probe.js';
import { expectFailure, PAIR, useHarness } from '../../support/harness.js';

const harness = useHarness();

test('stop and start: clean, repeatable, and in sync again; wait knows what nobody is starting', async () => {
  const h = harness();
  h.profileOf('pair', PAIR);
  await h.up('pair');
  const before = await h.pids();
  const stopped = await h.run('stop', 'slaves', '--json');
  expect(stopped.status.state).toBe('degraded');
  expect(stopped.status.nodes).toMatchObject([
    { id: 'namesrv-1', pid: before['namesrv-1'] },
    { id: 'broker-a', pid: before['broker-a'], state: 'ready' },
    { id: 'broker-a-s', pid: null, state: 'stopped', registeredWith: [], lastExit: { code: 143, cause: 'stopped-by-user' } },
  ]);
  const store = h.home.cluster('pair').node('broker-a-s').store;
  expect(existsSync(join(store, 'abort'))).toBe(false);
  expect(await h.run('stop', 'broker-a-s')).toMatchObject({ code: 0 });
  expectFailure(await h.run('wait', 'broker-a-s', '--json'), 37, {
    code: 'NODE_NOT_RUNNING',
    next: expect.stringContaining('rmqdev start broker-a-s'),
  });
  expect(await h.run('wait', 'broker-a-s', '--for', 'stopped')).toMatchObject({ code: 0 });

  const started = await h.run('start', 'broker-a-s', '--json');
  expect(started.status.nodes[2]).toMatchObject({ state: 'ready', inSync: true, restarts: 0 });
  const pids = await h.pids();
  expect(await h.run('start', 'all')).toMatchObject({ code: 0, stdout: expect.stringContaining('Already running: all.') });
  expect(await h.pids()).toEqual(pids);
  expect(h.launches('pair')).toEqual({ 'namesrv-1': 1, 'broker-a': 1, 'broker-a-s': 2 });
});

test('restart rolls: one at a time, the slave first, each ready before the next', async () => {
  const h = harness();
  h.profileOf('pair', PAIR);
  await h.up('pair');
  const before = await h.pids();
  const seq = h.events('pair').length;
  const { code, stdout } = await h.run('restart', 'brokers');
  expect(code).toBe(0);
  expect(stdout).toContain('Restarted brokers.');
  const steps = h
    .events('pair')
    .slice(seq)
    .filter(({ type }) => ['node-stopping', 'node-ready'].includes(type));
  expect(steps.map(({ node, type }) => `${node} ${type}`)).toEqual([
    'broker-a-s node-stopping',
    'broker-a-s node-ready',
    'broker-a node-stopping',
    'broker-a node-ready',
  ]);
  const after = await h.pids();
  expect(after['namesrv-1']).toBe(before['namesrv-1']);
  for (const id of ['broker-a', 'broker-a-s']) expect(after[id]).not.toBe(before[id]);
});

test('a paused node keeps its pid, is waited for in vain, does not delay a status, and is ready after resume', async () => {
  const h = harness();
  await h.up('single');
  const { pid } = await h.node('broker-a');
  const paused = await h.run('pause', 'broker-a', '--json');
  expect(paused.status.nodes[1]).toMatchObject({ state: 'paused', pid });
  expect(await h.run('pause', 'broker-a')).toMatchObject({ code: 0 });
  expect(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout).toMatch(/^T/);
  expect((await h.run('wait', '--timeout', '300ms', '--json')).error).toMatchObject({
    code: 'TIMEOUT',
    why: expect.stringContaining('broker-a is paused'),
  });
  expect((await h.run('status')).stdout).toMatch(/broker-a +.*paused/);
  expect(await h.run('resume', 'broker-a')).toMatchObject({ code: 0 });
  expect((await h.run('wait', '--timeout', '30s', '--json')).status.nodes[1]).toMatchObject({ state: 'ready', pid, restarts: 0 });
  expect(await h.run('pause', 'broker-a')).toMatchObject({ code: 0 });
  // A frozen process takes its SIGTERM once it goes on.
  expect((await h.run('stop', 'broker-a', '--json')).status.nodes[1]).toMatchObject({ state: 'stopped', lastExit: { code: 143 } });
  expectFailure(await h.run('pause', 'broker-a', '--json'), 37, { code: 'NODE_NOT_RUNNING' });
});

test('a master is not reset without the slave that would then hold more than it, and nothing is touched', async () => {
  const h = harness();
  h.profileOf('pair', PAIR);
  await h.up('pair');
  const before = await h.pids();
  expectFailure(await h.run('reset', 'broker-a', '--json'), 30, {
    code: 'STORE_INCOMPATIBLE',
    next: expect.stringContaining('`rmqdev reset broker-a broker-a-s -c pair`'),
  });
  expect(await h.pids()).toEqual(before);
  expect(await h.run('reset', 'broker-a', 'broker-a-s')).toMatchObject({ code: 0 });
});

test('reset gives fresh stores on the same ports; what was stopped stays so', async () => {
  const h = harness();
  h.profileOf('pair', PAIR);
  await h.up('pair');
  const before = await h.status();
  await h.run('stop', 'broker-a-s');
  const { status, states } = await h.run('reset', '--json');
  expect(states).toEqual({ 'namesrv-1': 'ready', 'broker-a': 'ready', 'broker-a-s': 'stopped' });
  expect(status.nodes.map(({ ports }) => ports)).toEqual(before.nodes.map(({ ports }) => ports));
  expect(h.launches('pair')).toEqual({ 'namesrv-1': 1, 'broker-a': 1 });
  expect(existsSync(h.home.cluster('pair').node('broker-a-s').store)).toBe(false);
});

test('down proves that nothing is left and keeps the data; up finds it on the same ports; --delete keeps none', async () => {
  const h = harness();
  await h.up('single');
  const ports = (await h.status()).nodes.flatMap((node) => Object.values(node.ports));
  const down = await h.run('down', '--json');
  expect(down.json).toMatchObject({ cluster: 'single', deleted: null, tookMs: expect.any(Number) });
  expect(down.json.proof).toEqual(['no process left', expect.stringMatching(/^no port left/), 'every store closed cleanly']);
  expect(await h.jvms()).toEqual([]);
  for (const port of ports) expect(await isPortFree(port)).toBe(true);
  expect((await h.run('status', '--json')).json).toMatchObject({ state: 'stopped' });
  expect((await h.run('down')).stdout).toContain('single is down');

  const again = await h.up('single', '--json');
  expect(again.status.nodes.flatMap((node) => Object.values(node.ports))).toEqual(ports);
  const storeLog = join(h.home.cluster('single').node('broker-a').logs, 'store.log');
  expect(readFileSync(storeLog, 'utf8')).toContain('last shutdown normally');

  const deleted = await h.run('down', '--delete');
  expect(deleted.stdout).toContain(`Deleted ${h.home.cluster('single').root}`);
  expect(existsSync(h.home.cluster('single').root)).toBe(false);
  expectFailure(await h.run('status', '--json'), 19, { code: 'CLUSTER_NOT_FOUND', next: expect.stringContaining('rmqdev up') });
  // Nor does the next daemon find one.
  expect(await h.run('daemon', 'restart')).toMatchObject({ code: 0 });
  expect((await h.run('ls', '--json')).json).toEqual({ clusters: [], broken: [], recovered: [], notices: [] });
});

test('events -f: what is kept, then what happens, without a gap; Ctrl-C ends it quietly', async () => {
  const h = harness();
  await h.up('single');
  const follow = h.begin(['events', '-f', '--json']);
  await follow.until(({ lines }) => expect(lines.at(-1)).toMatchObject({ type: 'up-finished' }));
  await h.run('pause', 'broker-a');
  await h.run('resume', 'broker-a');
  await follow.until(({ lines }) => expect(lines.at(-1)).toMatchObject({ type: 'node-ready', node: 'broker-a' }));
  follow.signal('SIGINT');
  const { code, stderr, lines } = await follow.outcome;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(lines).toEqual(h.events('single'));
  expect(lines.map(({ type }) => type)).toEqual(expect.arrayContaining(['node-paused', 'node-unready']));
});
