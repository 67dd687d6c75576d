import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireFileLock } from '../../../src/base/file-lock.js';
import { freshHarness, type Harness, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();

const storeOf = (h: Harness, cluster: string) => h.home.cluster(cluster).node('broker-a').store;

/** Somebody has moved a store to a larger disk, or shares it: two folders are one. */
function share(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  symlinkSync(from, to);
}

async function isHeld(file: string): Promise<boolean> {
  await using lock = await acquireFileLock(file, { wait: false });
  return lock === undefined;
}

async function killDaemon(h: Harness): Promise<void> {
  const { pid } = await h.hello();
  process.kill(pid, 'SIGKILL');
  await until(() => expect(() => process.kill(pid, 0)).toThrow());
}

/** Two daemons that do not know each other, and one store: the second JVM would truncate it under the first. */
test('a store is locked by its JVM: against another home, also after its daemon was killed, until the JVM is gone', async () => {
  const h = harness();
  await h.up('single');
  const { pid } = await h.node('broker-a');
  const lock = join(storeOf(h, 'single'), 'rmqdev.lock');
  expect(JSON.parse(readFileSync(lock, 'utf8'))).toMatchObject({ pid, node: 'single/broker-a', home: h.home.root });
  await killDaemon(h);
  expect(await isHeld(lock)).toBe(true);

  const other = await freshHarness();
  share(storeOf(h, 'single'), storeOf(other, 'single'));
  const refused = await other.run(...other.upArgs('single', '--json'));
  expect(refused.error).toMatchObject({ code: 'STORE_IN_USE', why: expect.stringContaining(`pid ${pid}`) });
  expect((await other.jvms()).filter(({ command }) => command.includes('BrokerStartup'))).toEqual([]);

  await h.run('stop', 'broker-a');
  await until(async () => expect(await isHeld(lock)).toBe(false));
  await other.up('single');
});

test('two clusters of one daemon cannot share a store either: whoever comes second is told who holds it', async () => {
  const h = harness();
  await h.up('single');
  await h.run('stop', 'broker-a');
  share(storeOf(h, 'single'), storeOf(h, 'second'));
  const brokerB = ['--set', `broker-a.listenPort=${h.port('broker-b')}`, '--set', `namesrv-1.listenPort=${h.port('namesrv-2')}`];
  await h.up('single', '--name', 'second', ...brokerB);
  const { pid } = await h.node('broker-a', 'second');
  const refused = await h.run('start', 'broker-a', '-c', 'single', '--json');
  expect(refused.error).toMatchObject({
    code: 'STORE_IN_USE',
    what: `broker-a cannot be started on the store ${storeOf(h, 'single')}`,
    why: `pid ${pid} runs there, as node second/broker-a of ${h.home.root}`,
    next: expect.stringContaining('`rmqdev stop broker-a -c second`'),
  });
  expect(refused.code).toBe(29);
  expect(await h.node('broker-a', 'second')).toMatchObject({ pid, state: 'ready', restarts: 0 });
});

test('a broker that somebody started by hand holds RocketMQ’s own lock', async () => {
  const h = harness();
  const store = storeOf(h, 'single');
  mkdirSync(store, { recursive: true });
  await using _ = await acquireFileLock(join(store, 'lock'), { wait: true });
  const refused = await h.run(...h.upArgs('single', '--json'));
  expect(refused.error).toMatchObject({ code: 'STORE_IN_USE', why: expect.stringContaining(join(store, 'lock')) });
  // Looking has taken nothing away from whoever holds it.
  expect(await isHeld(join(store, 'lock'))).toBe(true);
  expect(existsSync(join(store, 'abort'))).toBe(false);
});
