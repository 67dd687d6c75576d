import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan } from '../../../src/contract/events.js';
import { FAKE_JDK, type NodeId, PAIR, useHarness } from '../../support/harness.js';

const harness = useHarness();

const NODES = ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b', 'broker-b-s'] as const;
const each = <T>(value: T) => Object.fromEntries(NODES.map((id) => [id, value]));

test('up 2m2s ends with a table, the namesrvAddr and what to do next; no control characters in a pipe', async () => {
  const h = harness();
  const { stdout, stderr } = await h.up('2m2s');
  for (const id of NODES) {
    const row = stdout.split('\n').find((line) => line.startsWith(`${id} `));
    expect(row).toContain('ready');
    expect(row).toContain(String(h.port(id)));
  }
  expect(stdout.split('\n')).toContain(`namesrvAddr  ${h.namesrvAddr}`);
  expect(stdout).toMatch(/ready after \S+/);
  expect(stdout).toMatch(/Next: .*rmqdev status.*rmqdev logs broker-a -f.*rmqdev kill master-a.*rmqdev down/);
  expect(stderr).toMatch(/^broker-a-s {2}in sync/m);
  expect(`${stdout}${stderr}`.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('up alone takes the rmqdev.yaml of this folder', async () => {
  const h = harness();
  const file = h.profileOf('mine', PAIR);
  copyFileSync(file, join(h.cwd, 'rmqdev.yaml'));
  const args = ['--rocketmq', h.release('4.9.7'), '--java', FAKE_JDK];
  const plan = (await h.run('up', ...args, '--dry-run', '--json')).json;
  expect(plan).toMatchObject({ cluster: basename(h.cwd), profile: 'rmqdev', nodes: [{}, {}, {}] });
  rmSync(join(h.cwd, 'rmqdev.yaml'));
});

test('a release that rmqdev is not tested with: the nearest one is named, also before anything is downloaded', async () => {
  const h = harness();
  const { json } = await h.run('up', 'single', '--rocketmq', '5.5.1', '--java', FAKE_JDK, '--dry-run', '--json');
  expect(json.notices ?? []).toContainEqual(expect.stringMatching(/5\.5\.1 is not installed.*nearest .* is 5\.5\.0$/));
});

test('each project has its own cluster, called as its folder; a second profile file of that name is refused, unless --name says it', async () => {
  const h = harness();
  const yaml = readFileSync(h.profileOf('mine', ['namesrv-1']), 'utf8');
  const [shop, mail, otherShop] = ['a/shop', 'a/my mail', 'b/shop'].map((folder) => {
    mkdirSync(join(h.cwd, folder), { recursive: true });
    writeFileSync(join(h.cwd, folder, 'rmqdev.yaml'), yaml);
    return join(h.cwd, folder);
  }) as [string, string, string];
  await h.up(shop);
  const clusterOf = async (...args: string[]) =>
    (await h.run(...h.upArgs(args[0] as string, '--dry-run', '--json', ...args.slice(1)))).json.cluster;
  expect(await clusterOf(mail)).toBe('my-mail');
  expect(await clusterOf(shop)).toBe('shop');

  const refused = await h.run(...h.upArgs(otherShop));
  expect(refused).toMatchObject({ code: 46, stdout: '' });
  for (const folder of [shop, otherShop]) expect(refused.stderr).toContain(join(folder, 'rmqdev.yaml'));
  expect(refused.stderr).toContain('--name shop-2');
  expect(await clusterOf(otherShop, '--name', 'shop')).toBe('shop');

  renameSync(join(h.cwd, 'a'), join(h.cwd, 'moved'));
  expect(await clusterOf(join(h.cwd, 'moved', 'shop'))).toBe('shop');
});

test('up --json: events, then the status with readyMs; again: nothing; with a changed pair: that pair alone, the slave first', async () => {
  const h = harness();
  const first = await h.up('2m2s', '--json');
  expect(first.stderr).toBe('');
  expect(first.planned).toEqual(each({ change: 'create', changes: [] }));
  const steps = new Set(first.lines.filter(({ event, node }) => event === 'node' && node === 'broker-a').map(({ step }) => step));
  expect([...steps]).toEqual(['starting', 'answering', 'registered', 'in sync', 'ready']);
  for (const line of first.lines.slice(0, -1)) expect(line.event).toEqual(expect.any(String));
  expect(first.json).toMatchObject({ cluster: '2m2s', state: 'ready', namesrvAddr: h.namesrvAddr, readyMs: expect.any(Number) });
  expect(first.json.event).toBeUndefined();
  const before = await h.pids();

  const again = await h.up('2m2s', '--json');
  expect(again.planned).toEqual(each({ change: 'none', changes: [] }));
  expect(await h.pids()).toEqual(before);

  const sizes = ['broker-b', 'broker-b-s'].flatMap((id) => ['--set', `${id}.properties.maxMessageSize=65536`]);
  const dry = await h.run(...h.upArgs('2m2s', ...sizes, '--dry-run'));
  expect(dry.stdout).toMatch(/broker-b, broker-b-s: maxMessageSize .*→ 65536/);
  expect(await h.pids()).toEqual(before);

  const rolled = await h.up('2m2s', ...sizes, '--json');
  const change = { change: 'restart', changes: [expect.stringMatching(/^maxMessageSize .*→ 65536$/)] };
  expect(rolled.planned).toEqual({ ...each({ change: 'none', changes: [] }), 'broker-b': change, 'broker-b-s': change });
  const order = rolled.lines.filter(({ step }) => step === 'stopping' || step === 'ready').map(({ node, step }) => `${node} ${step}`);
  expect(order).toEqual(['broker-b-s stopping', 'broker-b-s ready', 'broker-b stopping', 'broker-b ready']);
  const after = await h.pids();
  expect(after).toEqual({ ...before, 'broker-b': after['broker-b'], 'broker-b-s': after['broker-b-s'] });
  expect(h.launches('2m2s')).toEqual({ ...each(1), 'broker-b': 2, 'broker-b-s': 2 });
  expect(await h.node('broker-b')).toMatchObject({ state: 'ready', restarts: 0, lastExit: { cause: 'stopped-by-user' } });
});

test('nodes that the profile loses are stopped, their data kept until clean; new ones start beside the running', async () => {
  const h = harness();
  h.profileOf('mine', ['namesrv-1', 'broker-a', 'broker-b']);
  await h.up('mine');
  const before = await h.pids();

  h.profileOf('mine', ['namesrv-1', 'broker-a', 'broker-c']);
  const { planned, states } = await h.up('mine', '--json');
  const changes = Object.entries(planned).map(([id, { change }]) => `${id} ${change}`);
  expect(changes).toEqual(['namesrv-1 none', 'broker-a none', 'broker-c create', 'broker-b remove']);
  expect(states).toEqual({ 'namesrv-1': 'ready', 'broker-a': 'ready', 'broker-c': 'ready' });
  expect(await h.pids()).toMatchObject({ 'namesrv-1': before['namesrv-1'], 'broker-a': before['broker-a'] });
  expect((await h.jvms()).map(({ pid }) => pid)).not.toContain(before['broker-b']);
  expect(h.events('mine')).toContainEqual(expect.objectContaining({ type: 'node-removed', node: 'broker-b' }));

  const folder = (id: NodeId) => h.home.cluster('mine').node(id).root;
  const leftovers = [{ path: folder('broker-b'), what: expect.stringContaining('broker-b'), sizeBytes: expect.any(Number) }];
  expect((await h.run('clean', '--dry-run', '--json')).json).toEqual({ removed: false, leftovers, notices: [] });
  expect(existsSync(folder('broker-b'))).toBe(true);
  expect((await h.run('clean', '--json')).json).toEqual({ removed: true, leftovers, notices: [] });
  expect([existsSync(folder('broker-b')), existsSync(folder('broker-a'))]).toEqual([false, true]);
});

test('up --dry-run of a new cluster shows nodes, ports, memory and files, and writes none', async () => {
  const h = harness();
  const { json, code } = await h.run(...h.upArgs('2m2s', '--dry-run', '--json'));
  expect(code).toBe(0);
  const port = h.port('broker-a');
  const plan = json as Plan;
  expect(plan.nodes[2]).toMatchObject({ id: 'broker-a', change: 'create', ports: { listen: port, fast: port - 2, ha: port + 1 } });
  expect(plan.nodes).toHaveLength(6);
  expect(plan.memoryBytes).toBeGreaterThan(0);
  expect(plan.files).toContain(h.home.cluster('2m2s').node('broker-a').config);
  expect(existsSync(h.home.cluster('2m2s').root)).toBe(false);
  expect((await h.run('ls', '--json')).json).toEqual({ clusters: [], broken: [], recovered: [], notices: [] });
});

test('topics and groups of the profile are there on masters and slaves when up returns', async () => {
  const h = harness();
  const topics = 'topics: [Orders, { name: Bills, queues: 2 }]\ngroups: [readers]';
  h.profileOf('shop', ['namesrv-1', 'broker-a', 'broker-a-s'], topics);
  await h.up('shop');
  const { json } = await h.run('kill', 'master-a', '--json');
  expect(json).toMatchObject({ event: 'verdict', readableFrom: 'broker-a-s', missingTopics: [] });
  expect(h.events('shop').find(({ type }) => type === 'up-finished')?.data?.stages).toHaveProperty('topics and groups');
});

test('the JVM gets what the profile says and nothing of the shell; --debug adds a JDWP port to each node', async () => {
  const h = harness();
  const own = ['--set', 'broker-a.jvm=[-Dmine=1]', '--set', 'broker-a.properties.flushDiskType=SYNC_FLUSH', '--heap', 'broker=200m'];
  const env = { NAMESRV_ADDR: '10.0.0.1:9876', JAVA_TOOL_OPTIONS: '-Dstray=1' };
  expect((await h.begin(h.upArgs('single', ...own), { env }).outcome).code).toBe(0);
  const commandOf = async () => {
    const jvm = (await h.jvms()).find(({ command }) => command.includes('BrokerStartup'));
    return jvm?.args ?? jvm?.command.split(' ') ?? [];
  };
  const args = await commandOf();
  expect(args).toContain('-Xmx200m');
  expect(args.indexOf('-Dmine=1')).toBeGreaterThan(args.indexOf('-Xmx200m'));
  const config = readFileSync(h.home.cluster('single').node('broker-a').config, 'utf8');
  expect(config).toMatch(/^# set in the profile.*\nflushDiskType=SYNC_FLUSH$/m);
  expect(config).toContain(`namesrvAddr=127.0.0.1:${h.port('namesrv-1')}\n`);
  expect((await h.node('broker-a')).registeredWith).toEqual([`127.0.0.1:${h.port('namesrv-1')}`]);

  const debugged = await h.up('single', ...own, '--debug', '--json');
  const ports = debugged.status.nodes.map((node) => node.ports.debug);
  expect(ports).toEqual([h.port('namesrv-1') + 7, h.port('broker-a') + 7]);
  expect(await commandOf()).toContain(`-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:${ports[1]}`);
});

test('--no-wait returns while nodes start; wait gives up with 124, or blocks until they are in sync', async () => {
  const h = harness();
  const { json } = await h.up('single', '--no-wait', '--set', 'broker-a.env.FAKE_JVM=mute;forLaunches=1', '--json');
  expect(json.readyMs).toBeNull();
  const early = await h.run('wait', 'broker-a', '--timeout', '100ms', '--json');
  expect(early.code).toBe(124);
  expect(early.error).toMatchObject({ code: 'TIMEOUT', why: expect.stringContaining('broker-a is starting') });
  process.kill((await h.node('broker-a')).pid as number, 'SIGKILL');
  expect((await h.run('wait', '--for', 'in-sync', '--json')).states).toEqual({ 'namesrv-1': 'ready', 'broker-a': 'ready' });
});

test('a 5.x broker that skips its first registration is nudged: it does not wait for its own second one', async () => {
  const h = harness();
  h.profileOf('lazy', ['namesrv-1', 'broker-a', 'broker-a-s'], 'roles: { broker: { env: { FAKE_JVM: lazyRegister } } }');
  const { json, status } = await h.up('lazy', '--rocketmq', h.release('5.5.0'), '--json');
  expect(json).toMatchObject({ state: 'ready', rocketmq: '5.5.0' });
  expect(status.nodes.map((node) => node.inSync)).toEqual([null, true, true]);
});

test('up --trace draws where the start went, with a bar for every node; the answer comes as without it', async () => {
  const h = harness();
  const profile = h.profileOf('traced', PAIR);
  const { stdout, json } = await h.up(profile, '--json', '--trace');
  const file = join(h.home.cluster('traced').root, 'up-trace.svg');
  expect(json, stdout).toMatchObject({ cluster: 'traced', state: 'ready' });
  expect(stdout).toContain(file);
  const page = readFileSync(file, 'utf8');
  for (const id of PAIR) expect(page).toContain(`<title>${id}: `);
  expect(page).toMatch(/<title>broker-a-s: proves a write, /);
});

test('up --trace refuses what is no SVG, or in no folder, before anything starts', async () => {
  const h = harness();
  for (const [args, what] of [
    [['--trace', '2m2s'], '2m2s is not the name of an SVG file'],
    [['--trace', 'no/such/folder/a.svg'], 'there is no folder'],
    [['--trace', '--dry-run'], '--trace and --dry-run do not go together'],
  ] as const) {
    const refused = await h.run(...h.upArgs(h.profileOf('untraced', PAIR)), ...args);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(what);
  }
  expect(existsSync(h.home.cluster('untraced').root)).toBe(false);
});
