import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { currentPlatform } from '../../../src/process/current-platform.js';
import { expectFailure, type Harness, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();

const platform = currentPlatform();
const FAKE = 'broker-a.env.FAKE_JVM';
const QUICK = ['--set', 'restart={backoff: 10ms..20ms, maxRestarts: 2}'];

/** What broker-a left running beside itself on the order `fork`. */
const forkedBy = (h: Harness) => Number(readFileSync(join(h.home.cluster('single').node('broker-a').root, 'fork.pid'), 'utf8'));

test('a node that never comes up is given up: exit code, reason, its last words; the others keep running', async () => {
  const h = harness();
  const boot = 'stdoutAtBoot=java.lang.IllegalStateException: no luck;exitAtBoot=253';
  const up = await h.run(...h.upArgs('single', ...QUICK, '--set', `${FAKE}=${boot}`, '--json'));
  expect(up.code).toBe(5);
  expect(up.error).toMatchObject({ code: 'NODE_GAVE_UP', what: expect.stringMatching(/^broker-a did not come up: .*exit status 253/) });
  expect(up.error.why).toContain('no luck');
  expect(up.error.next).toContain('rmqdev explain broker-a');
  expect(h.launches('single')).toMatchObject({ 'broker-a': 3 });
  const node = await h.node('broker-a');
  expect(node).toMatchObject({ state: 'failed', pid: null, restarts: 2, lastExit: { code: 253, signal: null, cause: 'crashed' } });
  expect(node.reason).toContain('crashed 3 times before it was ever ready');
  expect(await h.status()).toMatchObject({ state: 'failed', nodes: [{ id: 'namesrv-1', state: 'ready' }, {}] });
  expect((await h.run('logs', 'broker-a', '--file', 'stdout')).stdout).toContain('no luck');
  expectFailure(await h.run('wait', 'namesrv-1', 'broker-a', '--json'), 5, {
    code: 'NODE_GAVE_UP',
    why: expect.stringContaining('no luck'),
  });

  // The user mends it and tries again.
  expect((await h.up('single', '--json')).states).toMatchObject({ 'broker-a': 'ready' });
});

test('a node that crashes again and again after it was ready is given up within its policy', async () => {
  const h = harness();
  await h.up('single', '--set', 'restart={backoff: 10ms..20ms, maxRestarts: 2, window: 1h}', '--set', `${FAKE}=exitOn=SIGUSR2:3`);
  for (let crash = 1; crash <= 3; crash += 1) {
    await until(async () => expect(await h.node('broker-a')).toMatchObject({ state: 'ready', restarts: crash - 1 }));
    process.kill((await h.node('broker-a')).pid as number, 'SIGUSR2');
  }
  await until(async () => expect((await h.node('broker-a')).state).toBe('failed'));
  expect(h.launches('single')).toMatchObject({ 'broker-a': 3 });
  expect((await h.node('broker-a')).reason).toMatch(/exit status 3; not restarted: it crashed 3 times within /);
  const crashes = h.events('single').filter(({ type }) => type === 'node-crashed');
  expect(crashes.map(({ node, data }) => [node, data?.code])).toEqual(Array(3).fill(['broker-a', 3]));
});

test('a node that ignores SIGTERM is killed with all it started after its stop time-out, and the event says so', async () => {
  const h = harness();
  await h.up('single', '--set', 'broker-a.stopTimeout=300ms', '--set', `${FAKE}=ignoreSigterm;fork`);
  const forked = forkedBy(h);
  expect(await platform.startTime(forked)).toBeDefined();
  expect(await h.run('stop', 'broker-a')).toMatchObject({ code: 0 });
  expect(await h.node('broker-a')).toMatchObject({ state: 'stopped', lastExit: { signal: 'SIGKILL', cause: 'stopped-by-user' } });
  await until(async () => expect(await platform.startTime(forked)).toBeUndefined());
  const told = h.events('single').find(({ type }) => type === 'node-stop-proved');
  expect(told).toMatchObject({
    node: 'broker-a',
    data: { how: 'killed' },
    message: expect.stringContaining('killed after its stop time-out'),
  });
  expect((await h.run('down')).stdout).toContain('not closed cleanly: broker-a');
});

test('what a killed node had started is gone with it', async () => {
  const h = harness();
  await h.up('single', '--set', `${FAKE}=fork`);
  const forked = forkedBy(h);
  expect(await h.run('kill', 'broker-a')).toMatchObject({ code: 0 });
  await until(async () => expect(await platform.startTime(forked)).toBeUndefined());
});

test('a slow boot is waited for', async () => {
  const h = harness();
  const { lines, states } = await h.up('single', '--set', `${FAKE}=slowBootMs=1200`, '--json');
  expect(states).toMatchObject({ 'broker-a': 'ready' });
  const ready = lines.find(({ node, step }) => node === 'broker-a' && step === 'ready');
  expect(ready?.tMs).toBeGreaterThanOrEqual(1_200);
});

test('a mute node: up gives up waiting with 124 and says whom for; a status does not wait for it; down ends it', async () => {
  const h = harness();
  const up = await h.run(...h.upArgs('2m-noslave', '--timeout', '2s', '--set', `${FAKE}=mute`, '--json'));
  expect(up.code).toBe(124);
  expect(up.error).toMatchObject({
    code: 'TIMEOUT',
    what: expect.stringContaining('2m-noslave'),
    why: expect.stringContaining('broker-a is starting'),
  });
  await until(async () => expect((await h.node('broker-b')).state).toBe('ready'));
  const { states, status } = await h.run('status', '--json');
  expect(states).toEqual({ 'namesrv-1': 'ready', 'namesrv-2': 'ready', 'broker-a': 'starting', 'broker-b': 'ready' });
  expect(status.state).toBe('starting');
  expect(await h.run('down')).toMatchObject({ code: 0 });
});

test('a node that falls silent while it runs loses its readiness, and has it back when it answers', async () => {
  const h = harness();
  await h.up('single');
  const { pid } = await h.node('broker-a');
  process.kill(pid as number, 'SIGSTOP');
  try {
    await until(async () => expect(await h.node('broker-a')).toMatchObject({ state: 'unready', pid, reason: expect.stringMatching(/\S/) }));
    expect((await h.status()).state).toBe('failed');
  } finally {
    process.kill(pid as number, 'SIGCONT');
  }
  await until(async () => expect(await h.node('broker-a')).toMatchObject({ state: 'ready', pid, restarts: 0 }));
});

test('a node that is stopping and does not end is ended by a kill; the stop that waited says how', async () => {
  const h = harness();
  await h.up('single', '--set', 'broker-a.stopTimeout=1h', '--set', `${FAKE}=ignoreSigterm`);
  const stop = h.begin(['stop', 'broker-a']);
  await until(async () => expect((await h.node('broker-a')).state).toBe('stopping'));
  expect(await h.run('kill', 'broker-a')).toMatchObject({ code: 0 });
  expect(await stop.outcome).toMatchObject({ code: 0 });
  expect(await h.node('broker-a')).toMatchObject({ state: 'stopped', lastExit: { signal: 'SIGKILL', cause: 'killed-by-user' } });
  const told = h.events('single').find(({ type }) => type === 'node-stop-proved');
  expect(told).toMatchObject({ data: { how: 'killed' }, message: expect.stringContaining('was killed by the user while it stopped') });
});
