import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Harness, PAIR, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();

/** Ends the daemon without a chance to say goodbye, and waits until it is gone. */
async function killDaemon(h: Harness): Promise<void> {
  const { pid } = await h.hello();
  process.kill(pid, 'SIGKILL');
  await until(() => expect(() => process.kill(pid, 0)).toThrow());
}

test('after kill -9 of the daemon the next command takes over every node: same pids, nothing restarted, wishes kept', async () => {
  const h = harness();
  await h.up('2m2s');
  await h.run('stop', 'broker-b-s');
  await h.run('pause', 'broker-b');
  const before = await h.status();
  await killDaemon(h);

  const { status, states, code, stderr } = await h.run('status', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const kept = ({ id, pid, restarts, startedAt, ports }: (typeof before.nodes)[number]) => ({ id, pid, restarts, startedAt, ports });
  expect(status.nodes.map(kept)).toEqual(before.nodes.map(kept));
  expect(states).toMatchObject({ 'broker-b': 'paused', 'broker-b-s': 'stopped' });
  await until(async () => expect((await h.node('broker-a-s')).state).toBe('ready'));
  const adopted = h.events('2m2s').filter(({ type }) => type === 'node-adopted');
  expect(adopted.map(({ node }) => node)).toEqual(['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b']);
  expect(h.launches('2m2s')).toEqual(Object.fromEntries(before.nodes.map(({ id }) => [id, 1])));

  // What is nobody's child is stopped, killed and restarted like any other.
  expect((await h.run('kill', 'master-a', '--json')).lines.at(-1)).toMatchObject({ event: 'verdict', readableFrom: 'broker-a-s' });
  expect(await h.node('broker-a')).toMatchObject({ state: 'stopped', lastExit: { code: null, signal: null, cause: 'killed-by-user' } });
  await h.run('resume', 'broker-b');
  expect((await h.run('restart', 'broker-b', '--json')).states).toMatchObject({ 'broker-b': 'ready' });
  expect((await h.run('down', '--json')).json).toMatchObject({ proof: expect.arrayContaining(['no process left']) });
});

test('a node that died while no daemon watched is restarted once; one that was killed by the user stays down', async () => {
  const h = harness();
  h.profileOf('pair', PAIR);
  await h.up('pair');
  await h.run('kill', 'broker-a-s');
  const { pid } = await h.node('broker-a');
  await killDaemon(h);
  process.kill(pid as number, 'SIGKILL');
  expect(await h.run('wait', 'broker-a')).toMatchObject({ code: 0 });
  expect(await h.node('broker-a')).toMatchObject({ state: 'ready', restarts: 1, lastExit: { code: null, signal: null, cause: 'crashed' } });
  expect(await h.node('broker-a-s')).toMatchObject({ state: 'stopped' });
  expect(h.launches('pair')).toEqual({ 'namesrv-1': 1, 'broker-a': 2, 'broker-a-s': 1 });
});

test('daemon status, restart and stop: nodes keep running, and status starts nothing', async () => {
  const h = harness();
  await h.run('daemon', 'stop');
  expect(await h.run('daemon', 'status', '--json')).toMatchObject({ code: 0, stdout: 'null\n' });
  expect((await h.run('daemon', 'stop')).stdout).toBe('No daemon runs.\n');
  await h.up('single');
  const pids = await h.pids();
  const first = await h.hello();
  const asked = await h.run('daemon', 'status', '--json');
  expect(asked.json).toEqual({ pid: first.pid, version: first.version, socket: h.home.socket, notices: [] });

  const restarted = await h.run('daemon', 'restart', '--json');
  expect(restarted.json).toMatchObject({ socket: h.home.socket, notices: [] });
  expect(restarted.json.pid).not.toBe(first.pid);
  expect(await h.pids()).toEqual(pids);

  expect((await h.run('daemon', 'stop')).stdout).toContain('nodes keep running');
  expect((await h.jvms()).map(({ pid }) => pid).sort()).toEqual(Object.values(pids).sort());
  expect((await h.run('daemon', 'status')).stdout).toContain('No daemon runs');
  expect((await h.run('wait', '--json')).states).toEqual({ 'namesrv-1': 'ready', 'broker-a': 'ready' });
  expect(await h.pids()).toEqual(pids);
  expect(h.launches('single')).toEqual({ 'namesrv-1': 1, 'broker-a': 1 });
});

test('a newer daemon takes over what an older one wrote down: without the copy, the journal’s number and what was found out about exits', async () => {
  const h = harness();
  h.profileOf('pair', PAIR);
  await h.up('pair');
  await h.run('kill', 'broker-a-s');
  const pids = await h.pids();
  await h.run('daemon', 'stop');
  const { state, stateCopy } = h.home.cluster('pair');
  const value = JSON.parse(readFileSync(state, 'utf8'));
  delete value.seq;
  for (const { snapshot } of Object.values<{ snapshot: { lastExit: Record<string, unknown> | null } }>(value.nodes)) {
    delete snapshot.lastExit?.notBefore;
    delete snapshot.lastExit?.finding;
  }
  writeFileSync(state, JSON.stringify(value));
  rmSync(stateCopy);
  const status = await h.run('status', '--json');
  expect({ code: status.code, notices: status.json.notices, stderr: status.stderr }).toEqual({ code: 0, notices: [], stderr: '' });
  expect(await h.pids()).toEqual(pids);
  expect(await h.node('broker-a-s')).toMatchObject({ state: 'stopped', lastExit: { cause: 'killed-by-user', notBefore: null } });
});
