import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RmqdevError } from '../../../src/base/errors.js';
import type { NodePorts } from '../../../src/cluster/spec/node-spec.js';
import { allOf, allotPorts, describeHolder, type PortRequest } from '../../../src/diagnose/allot-ports.js';
import type { PortHolder } from '../../../src/diagnose/port-holder.js';
import { IDS_2M2S, nodeProfile } from '../../fakes/cluster.js';

type Machine = { held?: readonly PortHolder[]; reserved?: readonly number[] };

const STRICT = '--strict-ports allows no other';

const stranger = (port: number): PortHolder => ({ port, pid: 4_242, command: 'nginx -g daemon off;', rmqdevNode: undefined });
const rmqdevNode = (port: number): PortHolder => ({ port, pid: 4_243, command: 'java', rmqdevNode: 'rmqdev node single/namesrv-1' });
const broker = (listen: number): NodePorts => ({ listen, fast: listen - 2, ha: listen + 1 });

function allot(request: Partial<PortRequest>, { held = [], reserved = [] }: Machine = {}) {
  return allotPorts(
    { nodes: IDS_2M2S.map((id) => nodeProfile(id)), kept: new Map(), running: new Set(), debug: false, strict: undefined, ...request },
    { holderOf: async (ports) => held.find(({ port }) => ports.includes(port)), reserved: new Set(reserved) },
  );
}

/** As a person reads it: `broker-a 10911`. */
const listens = (ports: ReadonlyMap<string, NodePorts>) =>
  Object.fromEntries([...ports].map(([id, { listen }]) => [id, listen]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: RmqdevError) => error,
  );

test('on a free machine: NameServers from 9876, brokers from 10911 in steps of 10, with fast and HA port', async () => {
  const { ports, notices } = await allot({});
  expect(Object.fromEntries(ports)).toEqual({
    'namesrv-1': { listen: 9876 },
    'namesrv-2': { listen: 9877 },
    'broker-a': { listen: 10911, fast: 10909, ha: 10912 },
    'broker-a-s': { listen: 10921, fast: 10919, ha: 10922 },
    'broker-b': { listen: 10931, fast: 10929, ha: 10932 },
    'broker-b-s': { listen: 10941, fast: 10939, ha: 10942 },
  });
  expect(notices).toEqual([]);
});

test.each([10909, 10911, 10912])('a stranger on %i moves the whole node, and the notice says who it is', async (port) => {
  const { ports, notices } = await allot({}, { held: [stranger(port)] });
  expect(ports.get('broker-a')).toEqual(broker(10921));
  expect(ports.get('broker-a-s')).toEqual(broker(10931));
  expect(notices).toContain(`port ${port} is held by pid 4242 (nginx -g daemon off;): broker-a moves from 10911 to 10921`);
});

test('with --strict-ports nothing is moved', async () => {
  const error = await errorOf(allot({ strict: STRICT }, { held: [stranger(10912)] }));
  expect(error).toMatchObject({
    code: 'PORT_IN_USE',
    text: {
      what: 'broker-a cannot be given its ports',
      why: 'port 10912 is held by pid 4242 (nginx -g daemon off;), and --strict-ports allows no other',
      next: expect.stringContaining('`kill 4242`'),
    },
  });
});

test('a NameServer is not moved away from a stranger: clients would find the wrong cluster', async () => {
  const error = await errorOf(allot({}, { held: [stranger(9876)] }));
  expect(error).toMatchObject({ code: 'PORT_IN_USE', text: { what: 'namesrv-1 cannot be given its ports' } });
  expect(error?.text.why).toContain('clients that know the usual one would find the wrong cluster');
});

test('a NameServer moves where another cluster of rmqdev holds its port', async () => {
  const { ports, notices } = await allot({}, { held: [rmqdevNode(9876)] });
  expect(listens(ports)).toMatchObject({ 'namesrv-1': 9877, 'namesrv-2': 9878 });
  expect(notices[0]).toBe('port 9876 is held by rmqdev node single/namesrv-1: namesrv-1 moves from 9876 to 9877');
});

test('ports that stopped nodes of other clusters keep are passed over', async () => {
  const { ports, notices } = await allot({}, { reserved: [9876, 9877, 10909, 10911, 10912] });
  expect(listens(ports)).toMatchObject({ 'namesrv-1': 9878, 'namesrv-2': 9879, 'broker-a': 10921 });
  expect(notices).toEqual([]);
});

test('what a node had is kept, also where another cluster would now be passed over', async () => {
  const kept = new Map<string, NodePorts>([
    ['namesrv-1', { listen: 9880 }],
    ['broker-a', broker(12_011)],
  ]);
  const { ports } = await allot({ kept }, { reserved: [9880, 12_011] });
  expect(listens(ports)).toMatchObject({ 'namesrv-1': 9880, 'namesrv-2': 9876, 'broker-a': 12_011, 'broker-a-s': 10911 });
});

test('a node that runs keeps its ports, though they are held: by itself', async () => {
  const kept = new Map([['broker-a', broker(10911)]]);
  const nodes = [nodeProfile('broker-a')];
  const { ports, notices } = await allot({ nodes, kept, running: new Set(['broker-a']) }, { held: [stranger(10911)] });
  expect({ ports: ports.get('broker-a'), notices }).toEqual({ ports: broker(10911), notices: [] });
});

test('a wish of the profile comes before what the node had', async () => {
  const nodes = [nodeProfile('broker-a', { listenPort: 20_911 })];
  const { ports } = await allot({ nodes, kept: new Map([['broker-a', broker(10911)]]), running: new Set(['broker-a']) });
  expect(ports.get('broker-a')).toEqual(broker(20_911));
});

test('a node that comes new into the profile takes no port that an older one has, wherever it stands in the file', async () => {
  const kept = new Map([['broker-a', broker(10911)]]);
  const { ports, notices } = await allot({ nodes: [nodeProfile('broker-0'), nodeProfile('broker-a')], kept });
  expect(listens(ports)).toEqual({ 'broker-0': 10921, 'broker-a': 10911 });
  expect(notices).toEqual([]);
});

test('a wish of the profile is met before the others are served', async () => {
  const { ports, notices } = await allot({ nodes: [nodeProfile('broker-a'), nodeProfile('broker-b', { listenPort: 10912 })] });
  expect(listens(ports)).toEqual({ 'broker-a': 10921, 'broker-b': 10912 });
  expect(notices).toEqual([]);
});

test('a wish for the port of a node that runs moves the node that wishes, and says so', async () => {
  const nodes = [nodeProfile('broker-a'), nodeProfile('broker-b', { listenPort: 10911 })];
  const request = { nodes, kept: new Map([['broker-a', broker(10911)]]), running: new Set(['broker-a']) };
  const { ports, notices } = await allot(request);
  expect(listens(ports)).toEqual({ 'broker-a': 10911, 'broker-b': 10921 });
  expect(notices).toEqual(['port 10911 is taken by broker-a: broker-b moves from 10911 to 10921']);
  expect(await errorOf(allot({ ...request, strict: STRICT }))).toMatchObject({
    code: 'PORT_IN_USE',
    text: { what: 'broker-b cannot be given its ports', why: 'port 10911 is taken by broker-a, and --strict-ports allows no other' },
  });
});

test('a place that a node still runs in is not given to another, though it is about to move', async () => {
  const nodes = [nodeProfile('broker-a', { listenPort: 20_911 }), nodeProfile('broker-b')];
  const { ports } = await allot({ nodes, kept: new Map([['broker-a', broker(10911)]]), running: new Set(['broker-a']) });
  expect(listens(ports)).toEqual({ 'broker-a': 20_911, 'broker-b': 10921 });
});

test('a node that runs moves where the JDWP port that it is to get is taken', async () => {
  const request = {
    nodes: [nodeProfile('broker-a')],
    kept: new Map([['broker-a', broker(10911)]]),
    running: new Set(['broker-a']),
    debug: true,
  };
  const { ports } = await allot(request, { held: [stranger(10918)] });
  expect(ports.get('broker-a')).toEqual({ ...broker(10921), debug: 10928 });
});

test('--debug adds a JDWP port to each node, and moves a node whose own is taken', async () => {
  const { ports } = await allot({ debug: true }, { held: [stranger(10918)] });
  expect(ports.get('namesrv-1')).toEqual({ listen: 9876, debug: 9883 });
  expect(ports.get('broker-a')).toEqual({ ...broker(10921), debug: 10928 });
});

test('without --debug a node loses the JDWP port that it had', async () => {
  const kept = new Map([['broker-a', { ...broker(10911), debug: 10918 }]]);
  const { ports } = await allot({ nodes: [nodeProfile('broker-a')], kept, running: new Set(['broker-a']) });
  expect(ports.get('broker-a')).toEqual(broker(10911));
});

test('where no port is left the error says from where it looked', async () => {
  const error = await errorOf(
    allotPorts(
      { nodes: [nodeProfile('broker-a')], kept: new Map(), running: new Set(), debug: false, strict: undefined },
      { holderOf: async ([port = 0]) => stranger(port), reserved: new Set() },
    ),
  );
  expect(error).toMatchObject({ code: 'PORT_IN_USE', text: { why: 'none is free from 10911 to 65533' } });
});

test.each<[PortHolder, string]>([
  [
    { port: 10911, pid: undefined, command: undefined, rmqdevNode: undefined },
    'port 10911 is held by a process that this user may not see',
  ],
  [{ port: 10911, pid: 7, command: undefined, rmqdevNode: undefined }, 'port 10911 is held by pid 7'],
  [
    { port: 10911, pid: 7, command: `java ${'x'.repeat(200)}`, rmqdevNode: undefined },
    `port 10911 is held by pid 7 (java ${'x'.repeat(52)}…)`,
  ],
])('a holder is named as far as it can be seen', (holder, text) => {
  expect(describeHolder(holder)).toBe(text);
});

/** Nodes with and without wishes, what some of them had, which of those run, and a busy machine. */
const situations = fc.record({
  nodes: fc.array(fc.record({ isNamesrv: fc.boolean(), wish: fc.option(fc.integer({ min: 9_870, max: 10_960 }), { nil: undefined }) }), {
    minLength: 1,
    maxLength: 8,
  }),
  runningCount: fc.nat({ max: 8 }),
  held: fc.array(fc.integer({ min: 9_870, max: 10_960 }), { maxLength: 10 }),
  reserved: fc.array(fc.integer({ min: 9_870, max: 10_960 }), { maxLength: 10 }),
  debug: fc.boolean(),
});

test('whatever is wished for, held and reserved: no two sockets of a plan collide, and none is a stranger’s', async () => {
  await fc.assert(
    fc.asyncProperty(situations, async ({ nodes: wishes, runningCount, held, reserved, debug }) => {
      const nodes = wishes.map(({ isNamesrv, wish }, i) => nodeProfile(`${isNamesrv ? 'namesrv' : 'broker'}-${i}`, { listenPort: wish }));
      const machine = { held: held.map((port) => ({ ...stranger(port), rmqdevNode: 'rmqdev node other/x' })), reserved };
      const first = await allot({ nodes: nodes.map((node) => ({ ...node, listenPort: undefined })) }, machine);
      const running = new Set(nodes.slice(0, runningCount).map(({ id }) => id));
      const { ports } = await allot({ nodes, kept: first.ports, running, debug }, machine);
      expect([...ports.keys()].sort()).toEqual(nodes.map(({ id }) => id).sort());
      const sockets = [...ports.values()].flatMap(allOf);
      expect(new Set(sockets).size).toBe(sockets.length);
      expect(sockets.filter((port) => held.includes(port))).toEqual([]);
      for (const { listen, fast, ha, debug: jdwp } of ports.values()) {
        expect([fast ?? listen - 2, ha ?? listen + 1, jdwp ?? listen + 7]).toEqual([listen - 2, listen + 1, listen + 7]);
      }
    }),
  );
});
