import { expect, test } from 'vitest';
import { expectFailure, PAIR, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();

test('a killed master: what happened on one clock, the verdict, and the way back', async () => {
  const h = harness();
  await h.up('2m2s');
  const { pid } = await h.node('broker-a');
  const { lines, code } = await h.run('kill', 'master-a', '--json');
  expect(code).toBe(0);
  expect(lines[0]).toEqual({ event: 'signalled', node: 'broker-a', signal: 'SIGKILL', pid, tMs: 0 });
  expect(lines).toContainEqual({ event: 'exited', node: 'broker-a', code: null, signal: 'SIGKILL', tMs: expect.any(Number) });
  const dropped = lines.filter(({ event }) => event === 'routeChanged');
  expect(dropped.map(({ namesrv }) => namesrv).sort()).toEqual(h.namesrvAddr.split(';'));
  expect(dropped.map(({ master }) => master)).toEqual([null, null]);
  expect(lines.at(-1)).toMatchObject({
    event: 'verdict',
    node: 'broker-a',
    promoted: null,
    writable: false,
    writableOn: ['broker-b'],
    readableFrom: 'broker-a-s',
    routedBy: ['namesrv-1', 'namesrv-2'],
    next: expect.arrayContaining([expect.stringContaining('rmqdev start broker-a')]),
  });
  const times = lines.map(({ tMs }) => Number(tMs));
  expect(times).toEqual(times.toSorted((a, b) => a - b));

  expect((await h.status()).state).toBe('degraded');
  const killed = await h.node('broker-a');
  expect(killed).toMatchObject({ state: 'stopped', pid: null, restarts: 0, liveRole: null });
  expect(killed.lastExit).toMatchObject({ code: null, signal: 'SIGKILL', cause: 'killed-by-user', finding: null });

  expectFailure(await h.run('kill', 'master-a', '--json'), 23, { code: 'NO_ROLE_HOLDER', why: expect.stringContaining('broker-a') });
  expectFailure(await h.run('kill', 'broker-a', '--json'), 37, { code: 'NODE_NOT_RUNNING', what: expect.stringContaining('broker-a') });
  const logs = await h.run('logs', 'master-a', '-n', '1');
  expect(logs.stderr).toContain('nobody is master of broker-a now; taking broker-a');

  expect((await h.run('start', 'master-a', '--json')).states).toMatchObject({ 'broker-a': 'ready' });
  expect(await h.node('broker-a')).toMatchObject({ inSync: true, liveRole: 'master', restarts: 0 });
  expect(h.launches('2m2s')['broker-a']).toBe(2);
});

test('in words, of a killed NameServer: who still routes', async () => {
  const h = harness();
  await h.up('2m-noslave');
  const { stdout } = await h.run('kill', 'namesrv-1');
  expect(stdout).toMatch(/0\.000 s +namesrv-1 \(pid \d+\) was sent SIGKILL\n/);
  expect(stdout).toContain('namesrv-1 is gone (SIGKILL)');
  expect(stdout).toContain('sends still go to broker-a, broker-b');
  expect(stdout).toContain('NameServers that answer: namesrv-2\n');
  expect(stdout).toContain('Next:  rmqdev start namesrv-1 -c 2m-noslave');
  expect((await h.node('broker-a')).registeredWith).toEqual([`127.0.0.1:${h.port('namesrv-2')}`]);
  expect(await h.run('start', 'namesrv-1')).toMatchObject({ code: 0 });
});

test('several nodes at once: the verdicts come when all have ended, and in words they are one', async () => {
  const h = harness();
  await h.up('2m2s');
  const { stdout } = await h.run('kill', 'masters');
  expect(stdout).toContain('  broker-a, broker-b: no new master: nobody takes sends until one is back\n');
  expect(stdout).toContain('no broker of the cluster takes sends');
  expect(stdout.match(/^Next:.*$/gm)).toEqual(['Next:  rmqdev start broker-a broker-b -c 2m2s   rmqdev status -c 2m2s']);
  expect(await h.run('start', 'all')).toMatchObject({ code: 0 });
  const { lines } = await h.run('kill', 'masters', '--json');
  expect(lines.slice(-2)).toMatchObject([
    { event: 'verdict', writableOn: [] },
    { event: 'verdict', writableOn: [] },
  ]);
});

test('kill --restart: the node is back at once, and the status says who killed it', async () => {
  const h = harness();
  h.profileOf('pair', PAIR);
  await h.up('pair');
  const { pid } = await h.node('broker-a');
  const { code } = await h.run('kill', 'broker-a', '--restart', '--json');
  expect(code).toBe(0);
  await until(async () => expect(await h.node('broker-a')).toMatchObject({ state: 'ready', inSync: true }));
  const node = await h.node('broker-a');
  expect(node.pid).not.toBe(pid);
  expect(node).toMatchObject({ restarts: 1, lastExit: { signal: 'SIGKILL', cause: 'killed-by-user' } });
  expect(h.launches('pair')).toEqual({ 'namesrv-1': 1, 'broker-a': 2, 'broker-a-s': 1 });
});

test('a signal that ends nothing leaves the node wanted and running; SIGTERM ends it cleanly', async () => {
  const h = harness();
  await h.up('single');
  const { pid } = await h.node('broker-a');
  const dump = await h.run('kill', 'broker-a', '--signal', 'QUIT', '--timeout', '1s', '--json');
  expect(dump.code).toBe(0);
  await until(async () => expect((await h.run('logs', 'broker-a', '--file', 'stdout')).stdout).toContain('Full thread dump'));
  expect(await h.node('broker-a')).toMatchObject({ state: 'ready', pid });
  // A node that is still wanted may be waited for, and comes back after a crash.
  expect(await h.run('wait', 'broker-a', '--timeout', '20s')).toMatchObject({ code: 0 });
  process.kill(pid as number, 'SIGKILL');
  await until(async () => expect(await h.node('broker-a')).toMatchObject({ state: 'ready', restarts: 1 }));

  const ended = await h.run('kill', 'broker-a', '-s', 'SIGTERM', '--json');
  expect(ended.lines).toContainEqual(expect.objectContaining({ event: 'exited', node: 'broker-a', code: 143 }));
  expect(await h.node('broker-a')).toMatchObject({ state: 'stopped', lastExit: { code: 143, cause: 'killed-by-user' } });
  expectFailure(await h.run('kill', 'namesrv-1', '-s', 'SIGKILLL', '--json'), 2, {
    code: 'USAGE',
    next: expect.stringContaining('SIGKILL'),
  });
});
