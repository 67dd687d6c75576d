import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClusterStatus } from '../../../src/contract/status.js';
import type { Outcome } from '../../support/cli-process.js';
import { expectFailure, Harness } from '../../support/harness.js';

/** Commands that only look: all of them share one cluster. */
let h: Harness;
beforeAll(async () => {
  h = await Harness.create();
  await h.up('2m2s', '--rocketmq', h.release('5.5.0'));
});
afterAll(() => h[Symbol.asyncDispose]());

const ids = ({ status }: Outcome) => status.nodes.map((node) => node.id);

test('status --json has every field that scripts rely on, measured now', async () => {
  const before = Date.now();
  const { status } = await h.run('status', '--json');
  expect(ClusterStatus.parse(status)).toEqual(status);
  expect(status).toMatchObject({ cluster: '2m2s', profile: '2m2s', state: 'ready', rocketmq: '5.5.0', namesrvAddr: h.namesrvAddr });
  expect(status.java).toMatchObject({ version: 17, home: expect.stringContaining('fake-jdk') });
  expect(Date.parse(status.measuredAt)).toBeGreaterThanOrEqual(before);
  const [namesrv, , master, slave] = status.nodes;
  const common = { state: 'ready', reason: null, restarts: 0, rocketmq: '5.5.0', java: status.java, configDrift: [], lastExit: null };
  expect(namesrv).toMatchObject({
    ...common,
    id: 'namesrv-1',
    role: 'namesrv',
    brokerName: null,
    brokerId: null,
    liveRole: null,
    inSync: null,
  });
  const registered = { registeredWith: h.namesrvAddr.split(';'), inSync: true };
  expect(master).toMatchObject({
    ...common,
    ...registered,
    id: 'broker-a',
    role: 'broker',
    brokerName: 'broker-a',
    brokerId: 0,
    liveRole: 'master',
  });
  const slaveFields = { id: 'broker-a-s', brokerName: 'broker-a', brokerId: 1, liveRole: 'slave', lagBytes: 0 };
  expect(slave).toMatchObject({ ...common, ...registered, ...slaveFields });
  const port = h.port('broker-a');
  expect(master?.ports).toEqual({ listen: port, fast: port - 2, ha: port + 1 });
  const living = new Map((await h.jvms()).map(({ pid, command }) => [pid, command]));
  for (const node of status.nodes) {
    expect(living.get(node.pid as number)).toContain(`/nodes/${node.id} `);
    expect(Date.parse(node.startedAt as string)).toBeLessThanOrEqual(before);
    for (const amount of ['rssBytes', 'diskBytes', 'heapBytes'] as const) expect(node[amount], amount).toBeGreaterThan(0);
  }
});

test('selectors: id, live role, brokerName, glob, group; several at once', async () => {
  const cases: [string[], string[]][] = [
    [['broker-a'], ['broker-a']],
    [['master-a'], ['broker-a']],
    [['slave-broker-b'], ['broker-b-s']],
    [['*-s'], ['broker-a-s', 'broker-b-s']],
    [['masters'], ['broker-a', 'broker-b']],
    [
      ['slave-b', 'namesrvs'],
      ['namesrv-1', 'namesrv-2', 'broker-b-s'],
    ],
  ];
  for (const [selectors, expected] of cases) expect(ids(await h.run('status', ...selectors, '--json'))).toEqual(expected);
});

test('what does not exist: an error with the nearest name', async () => {
  expectFailure(await h.run('status', 'brocker-a', '--json'), 22, { code: 'SELECTOR_UNKNOWN', next: 'Did you mean broker-a?' });
  expectFailure(await h.run('status', '-c', '2m2', '--json'), 19, { code: 'CLUSTER_NOT_FOUND', next: expect.stringContaining('2m2s') });
});

test('ls, env, versions, profiles', async () => {
  const listed = await h.run('ls', '--json');
  const folder = h.home.cluster('2m2s').root;
  expect(listed.json).toMatchObject({ clusters: [{ cluster: '2m2s', state: 'ready', nodes: 6, running: 6, rocketmq: '5.5.0', folder }] });
  expect((await h.run('ls')).stdout).toMatch(/^2m2s +2m2s +ready +6\/6 +5\.5\.0/m);

  expect((await h.run('env')).stdout).toBe(`export NAMESRV_ADDR='${h.namesrvAddr}'\n`);
  expect((await h.run('env', '--format', 'dotenv')).stdout).toBe(`NAMESRV_ADDR=${h.namesrvAddr}\n`);
  expect((await h.run('env', '--format', 'spring')).stdout).toBe(`rocketmq.name-server=${h.namesrvAddr}\n`);
  expect((await h.run('env', '--json')).json).toEqual({ NAMESRV_ADDR: h.namesrvAddr });

  const versions = (await h.run('versions', '--json')).json;
  expect(versions).toMatchObject({ installed: [], default: '5.5.0' });
  expect(versions.supported).toContain('4.9.7');

  h.profile('mine', 'extends: single\ndescription: my own\n');
  h.profile('broken', 'nodess: {}\n');
  const { profiles } = (await h.run('profiles', '--json')).json;
  expect(profiles).toContainEqual(
    expect.objectContaining({ name: 'mine', description: 'my own', nodes: 2, source: 'user', problem: null }),
  );
  expect(profiles).toContainEqual(expect.objectContaining({ name: '2m2s-sync', aliases: ['2m2s'], nodes: 6, source: 'shipped' }));
  expect(profiles).toContainEqual(expect.objectContaining({ name: 'broken', problem: expect.stringContaining('broken.yaml:1') }));
  const { stdout } = await h.run('profiles');
  expect(stdout).toMatch(/^2m2s-sync, 2m2s +6 +shipped +Two masters/m);
  expect(stdout).toMatch(/^broken +- +user +.*did you mean "nodes"/m);
});

test('profile show prints the effective profile with what the command line changes', async () => {
  h.profile('shown', 'extends: single\nnodes:\n  broker-a: { heap: 300m }\n');
  const { stdout, code } = await h.run('profile', 'show', 'shown', '--set', 'broker-a.properties.flushDiskType=SYNC_FLUSH');
  expect(code).toBe(0);
  expect(stdout).toMatch(/heap: .*# .*shown\.yaml:3/);
  expect(stdout).toMatch(/flushDiskType: SYNC_FLUSH .*# --set/);
  const { json } = await h.run('profile', 'show', 'shown', '--json');
  const broker = expect.objectContaining({ id: 'broker-a', heapBytes: 300 * 1_048_576 });
  expect(json).toMatchObject({ profile: { nodes: expect.arrayContaining([broker]) } });
});

test('events: everything so far, newest last; of one node; only the last ones', async () => {
  const { lines: all } = await h.run('events', '--json');
  expect(all).toEqual(h.events('2m2s'));
  expect(all[0]).toMatchObject({ seq: 1, type: 'up-started', cluster: '2m2s', node: null });
  expect(all.map(({ seq }) => seq)).toEqual(all.map((_, i) => i + 1));
  const ofOne = (await h.run('events', 'broker-b', '-n', '1', '--json')).lines;
  expect(ofOne).toMatchObject([{ node: 'broker-b', type: 'node-ready' }]);
  expect((await h.run('events', 'broker-b')).stdout).toContain('broker-b is ready');
});

test('wait and clean have nothing to do on a healthy cluster', async () => {
  expect((await h.run('wait', 'all', '--for', 'in-sync', '--timeout', '20s')).code).toBe(0);
  expect((await h.run('clean', '--dry-run')).stdout).toBe('Nothing to clean.\n');
});

test('completion scripts are accepted by their shells and complete nodes and profiles', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, code } = await h.run('completion', shell);
    expect(code).toBe(0);
    const parsed = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' });
    if (parsed.error) continue; // that shell is not installed here
    expect({ shell, status: parsed.status, stderr: parsed.stderr }).toEqual({ shell, status: 0, stderr: '' });
  }
  const complete = async (...words: string[]) => (await h.run('--get-yargs-completions', 'rmqdev', ...words)).stdout.split('\n');
  expect(await complete('st')).toEqual(expect.arrayContaining([expect.stringMatching(/^status/), expect.stringMatching(/^start/)]));
  expect(await complete('kill', 'bro')).toEqual(expect.arrayContaining(['broker-a', 'broker-b-s']));
  expect(await complete('pause', 'mas')).toContain('masters');
  expect(await complete('topic', 'show', '2')).not.toContain('2m2s');
  expect(await complete('up', '2')).toEqual(expect.arrayContaining(['2m2s', '2m-noslave']));
});

test('--help has examples; --version is that of the package', async () => {
  expect((await h.run('kill', '--help')).stdout).toContain('rmqdev kill master-a');
  expect((await h.run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
