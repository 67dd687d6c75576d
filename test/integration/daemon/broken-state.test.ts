import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Harness, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();

async function endDaemon(h: Harness): Promise<void> {
  const { pid } = await h.hello();
  process.kill(pid, 'SIGKILL');
  await until(() => expect(() => process.kill(pid, 0)).toThrow());
}

const livePids = async (h: Harness) => (await h.jvms()).map(({ pid }) => pid).sort();

test('a torn state file costs a note: nodes are taken over, the last wishes hold, and status, stop and down work', async () => {
  const h = harness();
  await h.up('single');
  const pids = await h.pids();
  await endDaemon(h);
  const { state, journal, root } = h.home.cluster('single');
  truncateSync(state, 100);
  truncateSync(journal, readFileSync(journal).length - 5);
  writeFileSync(h.home.lastCluster, 'sing');

  const status = await h.run('status', '--json');
  expect(status.code).toBe(0);
  expect(status.status.nodes.map(({ id, pid }) => [id, pid])).toEqual(Object.entries(pids));
  expect(status.json.notices).toEqual([
    expect.stringContaining('torn'),
    expect.stringContaining(state),
    expect.stringContaining('cluster.json.bak'),
  ]);
  expect(readdirSync(root).filter((name) => name.startsWith('cluster.json.broken-'))).toHaveLength(1);
  expect((await h.run('ls')).stderr).toContain('note');
  expect(h.events('single').map(({ type }) => type)).toContain('state-recovered');
  expect((await h.run('stop', 'broker-a', '--json')).states).toMatchObject({ 'broker-a': 'stopped' });
  expect((await h.run('down', '--json')).json).toMatchObject({ proof: expect.arrayContaining(['no process left']) });
  expect(h.launches('single')).toEqual({ 'namesrv-1': 1, 'broker-a': 1 });
});

test('without any readable state the pids are named, down ends them, and up finds the old ports, with no daemon restarted', async () => {
  const h = harness();
  // Ports that only the lost state, and the nodes' own files, know of.
  await h.up('single', '--name', 'lost');
  await h.up(
    'single',
    '--name',
    'sound',
    '--set',
    `broker-a.listenPort=${h.port('broker-b')}`,
    '--set',
    `namesrv-1.listenPort=${h.port('namesrv-2')}`,
  );
  const before = Object.fromEntries((await h.status('lost')).nodes.map(({ id, ports }) => [id, ports]));
  const pids = Object.values(await h.pids('lost'));
  await endDaemon(h);
  const paths = h.home.cluster('lost');
  writeFileSync(paths.state, '{');
  rmSync(paths.stateCopy);
  mkdirSync(paths.stateCopy);

  const refused = await h.run('status', '-c', 'lost', '--json');
  expect(refused.error).toMatchObject({ code: 'STATE_UNREADABLE', next: expect.stringContaining('`rmqdev down -c lost`') });
  for (const pid of pids) expect(refused.error.why).toContain(`pid ${pid}`);
  expect((await h.run('status', '-c', 'sound', '--json')).status.nodes).toHaveLength(2);
  const again = ['up', 'single', '--name', 'lost', '--json', '--java', 'x', '--rocketmq', 'x'];
  expect((await h.run(...again)).error).toMatchObject({ code: 'STATE_UNREADABLE' });
  // The next daemon finds neither file, and must not forget what runs.
  await endDaemon(h);
  expect((await h.run('down', '-c', 'lost', '--json')).json).toMatchObject({
    proof: expect.arrayContaining([expect.stringContaining(`broker-a (pid `), 'no process left']),
  });
  const { pid } = await h.hello();
  const up = await h.run(...h.upArgs('2m-noslave', '--name', 'other', '--dry-run', '--json'));
  expect(up.code).toBe(0);
  const args = h.upArgs('single', '--name', 'lost', '--json').filter((arg, i, all) => arg !== '--set' && all[i - 1] !== '--set');
  const second = await h.run(...args);
  expect(second, second.stderr).toMatchObject({ code: 0 });
  expect(Object.fromEntries(second.status.nodes.map(({ id, ports }) => [id, ports]))).toEqual(before);
  expect((await h.hello()).pid).toBe(pid);
  expect((await livePids(h)).length).toBe(4);
});

test('two copies torn at random places through the CLI: status answers or names what is wrong, and down ends every process', async () => {
  const h = harness();
  for (const [at, copyAt] of [
    [0, 1],
    [0.3, 0.7],
  ] as const) {
    await h.up('single');
    await endDaemon(h);
    const { state, stateCopy } = h.home.cluster('single');
    const { length } = readFileSync(state);
    truncateSync(state, Math.floor(length * at));
    truncateSync(stateCopy, Math.floor(length * copyAt));
    const status = await h.run('status', '-c', 'single', '--json');
    expect(status.code).toBe(copyAt === 1 ? 0 : 28);
    expect((await h.run('down', '-c', 'single', '--delete')).code).toBe(0);
    expect(await h.jvms()).toEqual([]);
  }
});
