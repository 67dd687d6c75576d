import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { PAIR, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();

const never = () => {};
const orders = (order: string) => `roles: { namesrv: { env: { FAKE_JVM: "${order}" } }, broker: { env: { FAKE_JVM: "${order}" } } }`;

test('stop of a node during its own restart wins: the restart does not bring it back', async () => {
  const h = harness();
  // Each stop takes a second, each start too: the stop comes while the first one is under way.
  h.profileOf('pair', PAIR, orders('slowStopMs=1000'));
  await h.up('pair');
  const restart = h.begin(['restart', 'broker-a']);
  await until(async () => expect((await h.node('broker-a')).state).toBe('stopping'));
  await h.client.stream('stop', { cluster: 'pair', selectors: ['broker-a'], timeoutMs: 30_000 }, never);
  await restart.outcome;
  expect(await h.node('broker-a')).toMatchObject({ state: 'stopped', lastExit: { cause: 'stopped-by-user' } });
  expect(h.launches('pair')['broker-a']).toBe(1);
});

test('stop of a node before its turn in an up wins, and the up does not say that all is up', async () => {
  const h = harness();
  h.profileOf('pair', PAIR, orders('slowBootMs=1500'));
  const up = h.begin(h.upArgs('pair'));
  await until(async () => expect((await h.node('namesrv-1').catch(() => undefined))?.state).toBe('starting'));
  await h.client.stream('stop', { cluster: 'pair', selectors: ['broker-a-s'], timeoutMs: 30_000 }, never);
  expect(await up.outcome).toMatchObject({ code: 37, stderr: expect.stringContaining('broker-a-s is not up') });
  expect(await h.node('broker-a-s')).toMatchObject({ state: 'stopped', pid: null });
  expect(await h.node('broker-a')).toMatchObject({ state: 'ready' });
  expect(h.launches('pair')['broker-a-s']).toBeUndefined();
});

test('stop and down heed --timeout: they say what still closes, and it goes on', async () => {
  const h = harness();
  h.profileOf('slow', ['namesrv-1', 'broker-a', 'broker-b'], orders('slowStopMs=2500'));
  await h.up('slow');
  const { pid } = await h.node('broker-a');
  const stop = await h.run('stop', 'broker-a', '--timeout', '500ms', '--json');
  expect(stop.error).toMatchObject({ code: 'TIMEOUT', why: expect.stringContaining(`broker-a (pid ${pid})`) });
  expect(stop.code).toBe(124);
  expect(await h.run('wait', 'broker-a', '--for', 'stopped')).toMatchObject({ code: 0 });
  const down = await h.run('down', '--timeout', '500ms', '--json');
  expect(down.error).toMatchObject({ code: 'TIMEOUT', why: expect.stringContaining('broker-b') });
  await until(async () => expect(await h.jvms()).toEqual([]));
});

test('down --delete during a down does not wait for what that waits for', async () => {
  const h = harness();
  h.profileOf('stubborn', ['namesrv-1', 'broker-a'], `stopTimeout: 1h\n${orders('ignoreSigterm')}`);
  await h.up('stubborn');
  const first = h.begin(['down', '-c', 'stubborn', '--json']);
  await until(async () => expect((await h.node('broker-a')).state).toBe('stopping'));
  const second = await h.run('down', '--delete', '-c', 'stubborn', '--json');
  expect(second).toMatchObject({ code: 0, json: { cluster: 'stubborn', deleted: h.home.cluster('stubborn').root } });
  expect(await first.outcome).toMatchObject({ code: expect.any(Number) });
  expect({ left: readdirSync(h.home.clusters), jvms: await h.jvms() }).toEqual({ left: [], jvms: [] });
});
