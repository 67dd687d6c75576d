import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { hopChecks } from '../../../src/diagnose/reach/hops.js';
import { portTable, type ReachNode } from '../../../src/diagnose/reach/port-table.js';
import { hopFacts } from '../../../src/machine/ask-sockets.js';
import { RequestCode } from '../../../src/remoting/codes.js';
import { formatConfigText } from '../../../src/remoting/config-text.js';
import { socketsAt } from '../../../src/rocketmq/ports.js';
import { nodeProfile } from '../../fakes/cluster.js';
import { PortBlock } from '../../support/port-block.js';
import { FrameServer } from '../remoting/frame-server.js';

/** Addresses of this machine that stand for two machines: nobody listens on them but who is bound there. */
const PUBLIC = '127.0.0.2';
const OWN = '127.0.0.3';

/** A pair of which the master is asked, on ports of its own. */
async function pair(): Promise<{ nodes: ReachNode[]; port: number }> {
  const block = await PortBlock.claim();
  onTestFinished(() => block[Symbol.asyncDispose]());
  const port = block.at(13);
  const at = (id: string, listen: number, host: string): ReachNode => {
    const node = nodeProfile(id, { host, advertise: { clients: PUBLIC, replication: PUBLIC } });
    return { ...node, ports: socketsAt(node, listen), ownAddress: OWN };
  };
  return { nodes: [at('broker-a', port, 'a'), at('broker-a-s', port + 10, 'b')], port };
}

/** A broker that tells its configuration. */
async function broker(host: string, port: number, config: Readonly<Record<string, string>> = {}): Promise<void> {
  const text = formatConfigText({ brokerName: 'broker-a', brokerIP1: PUBLIC, ...config });
  const answers: Record<number, { body: Buffer }> = {
    [RequestCode.GET_BROKER_CONFIG]: { body: Buffer.from(text) },
    [RequestCode.GET_BROKER_CLUSTER_INFO]: { body: Buffer.from(config.clusterInfo ?? '{}') },
  };
  const server = await FrameServer.listen(({ code }, answer) => answer(answers[code] ?? { code: 3 }), port, undefined, host);
  onTestFinished(() => server[Symbol.asyncDispose]());
}

/** A program that takes connections, and does with them what it is told. */
async function program(host: string, port: number, connected: (socket: Socket) => void = () => {}): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    connected(socket);
  });
  server.listen(port, host);
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
}

async function judge(
  nodes: readonly ReachNode[],
  { isHere = false, stores = {} }: { isHere?: boolean; stores?: Record<string, string> } = {},
) {
  const facts = await hopFacts({
    profile: { brokerClusterName: 'DefaultCluster', tls: false },
    nodes,
    rows: portTable(nodes).filter(({ node }) => node === nodes[0]?.id),
    stores: new Map(Object.entries(stores)),
    isHere: () => isHere,
    interfaces: [],
    clock: systemClock,
  });
  const [check] = hopChecks(facts);
  return { summary: check?.summary, findings: (check?.findings ?? []).filter(({ code }) => code !== 'ADVERTISE_LOCAL_ONLY') };
}

test('every port answers: who is asked is the broker itself', async () => {
  const { nodes, port } = await pair();
  for (const each of [port - 2, port]) await broker(PUBLIC, each, { listenPort: String(port) });
  await program(PUBLIC, port + 1);
  expect(await judge(nodes)).toEqual({ summary: `broker-a at ${PUBLIC}: ${port - 2}, ${port}, ${port + 1} answer`, findings: [] });
});

test('NAT that passes P and P-2 but not P+1', async () => {
  const { nodes, port } = await pair();
  for (const each of [port - 2, port]) for (const host of [PUBLIC, OWN]) await broker(host, each, { listenPort: String(port) });
  await program(OWN, port + 1);
  expect((await judge(nodes)).findings).toMatchObject([
    { code: 'ADVERTISE_PORT_CLOSED', what: `port ${port + 1} of broker-a (listenPort + 1: replication to slaves) does not get through` },
  ]);
});

test('a forwarder that accepts the connection and has no target is no answer', async () => {
  const { nodes, port } = await pair();
  for (const each of [port - 2, port]) await broker(PUBLIC, each, { listenPort: String(port) });
  await program(PUBLIC, port + 1, (socket) => socket.destroy());
  expect((await judge(nodes)).findings).toMatchObject([{ code: 'ADVERTISE_PORT_CLOSED', why: expect.stringContaining('closed at once') }]);
});

test('the wrong address: another broker answers there', async () => {
  const { nodes, port } = await pair();
  for (const each of [port - 2, port]) await broker(PUBLIC, each, { brokerName: 'broker-x', listenPort: '10911' });
  await program(PUBLIC, port + 1);
  expect((await judge(nodes)).findings).toMatchObject([
    { code: 'ADVERTISE_STRANGER' },
    { code: 'ADVERTISE_STRANGER', what: `${PUBLIC}:${port} is not broker-a: it is broker broker-x with listenPort 10911` },
  ]);
});

test('a namesake with another store is not the broker of this machine', async () => {
  const { nodes, port } = await pair();
  for (const each of [port - 2, port]) await broker(PUBLIC, each, { listenPort: String(port), storePathRootDir: '/theirs' });
  await program(PUBLIC, port + 1);
  const { findings } = await judge(nodes, { isHere: true, stores: { 'broker-a': '/ours' } });
  expect(findings[0]).toMatchObject({ code: 'ADVERTISE_STRANGER', what: expect.stringContaining('with the store /theirs') });
});

test('a port held by a program that speaks something else', async () => {
  const { nodes, port } = await pair();
  await program(PUBLIC, port, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await program(PUBLIC, port - 2);
  expect((await judge(nodes)).findings.map(({ code }) => code)).toContain('ADVERTISE_STRANGER');
});

test('hairpin: the own address answers, the public one does not', async () => {
  const { nodes, port } = await pair();
  for (const each of [port - 2, port]) await broker(OWN, each, { listenPort: String(port) });
  await program(OWN, port + 1);
  expect((await judge(nodes)).findings).toMatchObject([{ code: 'ADVERTISE_HAIRPIN', severity: 'warning' }]);
});

test('a NameServer of other brokers is a stranger; one that knows ours, or nobody yet, is not', async () => {
  const { nodes, port } = await pair();
  const namesrv: ReachNode = {
    ...nodeProfile('namesrv-1', { host: 'a', advertise: { clients: PUBLIC, replication: PUBLIC } }),
    ports: { listen: port },
    ownAddress: OWN,
  };
  const info = (name: string) =>
    JSON.stringify({ brokerAddrTable: { [name]: { cluster: 'c', brokerName: name, brokerAddrs: { 0: `${PUBLIC}:1` } } } });
  await broker(PUBLIC, port, { clusterInfo: info('broker-z') });
  expect((await judge([namesrv, ...nodes])).findings).toMatchObject([
    { what: expect.stringContaining('NameServer of other brokers: broker-z') },
  ]);
  await broker(PUBLIC, port + 5, { clusterInfo: info('broker-a') });
  expect((await judge([{ ...namesrv, ports: { listen: port + 5 } }, ...nodes])).findings).toEqual([]);
  await broker(PUBLIC, port + 6);
  expect((await judge([{ ...namesrv, ports: { listen: port + 6 } }, ...nodes])).findings).toEqual([]);
});

test('a name that is none', async () => {
  const { nodes } = await pair();
  const named = nodes.map((node) => ({ ...node, advertise: { clients: 'nowhere.invalid', replication: 'nowhere.invalid' } }));
  expect((await judge(named)).findings).toMatchObject([{ code: 'ADVERTISE_UNRESOLVED' }]);
});
