import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Harness } from '../../support/harness.js';
import { until } from '../../support/until.js';

/** Two homes with a daemon each; the hosts are two loopback addresses of this machine. */
let a: Harness;
let b: Harness;

beforeAll(async () => {
  [a, b] = [await Harness.create(), await Harness.create()];
});

beforeEach(() => {
  const node = (host: Harness, id: Parameters<Harness['port']>[0], rest: string) =>
    `  ${id}: { host: ${host === a ? 'a' : 'b'}, listenPort: ${host.port(id)}, ${rest} }`;
  const yaml = [
    'replication: sync',
    'hosts: { a: 127.0.0.1, b: 127.0.0.2 }',
    'nodes:',
    node(a, 'namesrv-1', 'role: namesrv'),
    node(b, 'namesrv-2', 'role: namesrv'),
    node(a, 'broker-a', 'role: broker'),
    node(b, 'broker-b', 'role: broker, env: { FAKE_JVM: clockAheadMs=3600000 }'),
    node(b, 'broker-a-s', 'role: broker, brokerName: broker-a, brokerId: 1'),
    node(a, 'broker-b-s', 'role: broker, brokerName: broker-b, brokerId: 1'),
  ].join('\n');
  for (const host of [a, b]) host.profile('crossed', yaml);
});

afterEach(async () => {
  await a.clear();
  await b.clear();
});

afterAll(async () => {
  // A node of one host may be asked by the other until both are gone.
  await a[Symbol.asyncDispose]();
  await b[Symbol.asyncDispose]();
});

const remote = async (host: Harness, id: string) => (await host.status()).remoteNodes?.find((node) => node.id === id);

test('each host starts its part; the first says what waits for the second, and both see the whole cluster in the end', async () => {
  const first = await a.up('crossed', '--host', 'a', '--json');
  expect(first.json).toMatchObject({
    host: 'a',
    nodes: [{ id: 'namesrv-1' }, { id: 'broker-a', state: 'ready' }, { id: 'broker-b-s', state: 'starting' }],
    remoteNodes: [
      { id: 'namesrv-2', host: 'b', answers: false },
      { id: 'broker-b', answers: false },
      { id: 'broker-a-s', answers: false },
    ],
  });
  expect(first.lines).toContainEqual(
    expect.objectContaining({
      event: 'notice',
      message: expect.stringMatching(/host b does not answer yet: .*broker-b-s waits for it.*--host b/),
    }),
  );

  const second = await b.up('crossed', '--host', 'b', '--json');
  expect(second.json).toMatchObject({ host: 'b', state: 'ready' });
  await until(async () => expect(await a.status()).toMatchObject({ state: 'ready' }));
  const statuses = [await a.status(), await b.status()];
  const addresses = [`127.0.0.1:${a.port('namesrv-1')}`, `127.0.0.2:${b.port('namesrv-2')}`];
  for (const { namesrvAddr } of statuses) expect(namesrvAddr).toBe(addresses.join(';'));
  await until(async () =>
    expect((await a.status()).nodes.map(({ id, inSync }) => [id, inSync])).toEqual([
      ['namesrv-1', null],
      ['broker-a', true],
      ['broker-b-s', true],
    ]),
  );
  expect((await a.up('crossed', '--json')).lines).toContainEqual(
    expect.objectContaining({
      event: 'notice',
      message: expect.stringMatching(/the clock of host b is about (1h|59m|60m).* ahead of this one/),
    }),
  );
  expect(await remote(a, 'broker-a-s')).toMatchObject({ answers: true, liveRole: 'slave', inSync: true });
  expect((await remote(a, 'broker-b'))?.registeredWith).toHaveLength(2);
});

test('what is on the other host is not touched from here, but the clock of a kill covers it, and it sees what happened here', async () => {
  await a.up('crossed', '--host', 'a');
  await b.up('crossed', '--host', 'b');
  for (const verb of ['kill', 'stop', 'restart', 'pause', 'logs']) {
    const refused = await a.run(verb, 'broker-b');
    expect(refused).toMatchObject({ code: 43 });
    expect(refused.stderr).toContain('broker-b runs on host b (127.0.0.2), and this machine is host a');
    expect(refused.stderr).toContain(`\`rmqdev ${verb} broker-b -c crossed\``);
  }
  // What broker-a-s holds is not known here, and it would follow an empty master without copying anything.
  const reset = await a.run('reset', 'broker-a', '--yes');
  expect(reset).toMatchObject({ code: 30 });
  expect(reset.stderr).toContain('broker-a-s of broker-a is on host b');
  const stopped = await a.run('stop', 'masters');
  expect(stopped.stdout + stopped.stderr).toContain('broker-b is on host b');
  expect(await b.node('broker-b')).toMatchObject({ state: 'ready' });
  expect(await a.node('broker-a')).toMatchObject({ state: 'stopped' });

  await a.up('crossed');
  const killed = await a.run('kill', 'masters', '--json');
  expect(killed.lines).toContainEqual(
    expect.objectContaining({ event: 'notice', message: expect.stringContaining('broker-b is on host b') }),
  );
  expect(killed.lines).toContainEqual(expect.objectContaining({ event: 'routeChanged', namesrv: `127.0.0.2:${b.port('namesrv-2')}` }));
  expect(killed.lines).toContainEqual(
    expect.objectContaining({
      event: 'verdict',
      node: 'broker-a',
      readableFrom: 'broker-a-s',
      writableOn: ['broker-b'],
      routedBy: ['namesrv-1', 'namesrv-2'],
    }),
  );
  await until(async () => expect(await remote(b, 'broker-a')).toMatchObject({ answers: false, registeredWith: [] }));
});

test('a host that goes away and comes back: the other one goes on, and both are in sync again', async () => {
  await a.up('crossed', '--host', 'a');
  await b.up('crossed', '--host', 'b');
  const before = await a.pids();
  await b.run('down');
  await until(async () => expect(await remote(a, 'namesrv-2')).toMatchObject({ answers: false }));
  expect((await a.status()).state).toBe('ready');
  const back = await b.up('crossed', '--json');
  expect(back.json).toMatchObject({ host: 'b', state: 'ready' });
  await until(async () => expect((await a.node('broker-a')).registeredWith).toHaveLength(2));
  await until(async () => expect(await a.node('broker-a')).toMatchObject({ state: 'ready', inSync: true }));
  expect(await a.pids()).toEqual(before);
});

test('a new daemon knows which host it is, and sees the others again', async () => {
  await a.up('crossed', '--host', 'a');
  await b.up('crossed', '--host', 'b');
  const before = await a.pids();
  await a.run('daemon', 'restart');
  await until(async () => expect(await remote(a, 'broker-b')).toMatchObject({ answers: true }));
  expect(await a.status()).toMatchObject({ host: 'a' });
  expect(await a.pids()).toEqual(before);
  expect((await a.up('crossed', '--json')).json).toMatchObject({ host: 'a', state: 'ready' });
});

test('a port that is taken is refused, because the other hosts look for the node there; another host than before too', async () => {
  const taken = await a.run(...a.upArgs('crossed', '--host', 'a', '--set', `broker-a.listenPort=${a.port('broker-b-s')}`));
  expect(taken).toMatchObject({ code: 10 });
  await b.up('crossed', '--host', 'b');
  const elsewhere = await b.run(...b.upArgs('crossed', '--host', 'a'));
  expect(elsewhere).toMatchObject({ code: 41 });
  expect(elsewhere.stderr).toContain('its nodes run as host b');
});
