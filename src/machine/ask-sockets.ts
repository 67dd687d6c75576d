import { lookup } from 'node:dns/promises';
import { realpath } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Clock } from '../base/clock.js';
import { asError, systemCode } from '../base/errors.js';
import type { Interface } from '../diagnose/preflight/advertise.js';
import type { Answer, HopFacts } from '../diagnose/reach/hops.js';
import { isTranslated, type PortRow, type ReachNode } from '../diagnose/reach/port-table.js';
import type { Profile } from '../profile/profile.js';
import { getBrokerConfig } from '../remoting/broker-api.js';
import { RemotingClient } from '../remoting/client.js';
import { getControllerMetadata } from '../remoting/controller-api.js';
import { http2Answers } from '../remoting/http2-port.js';
import { getClusterInfo, getTopicRoute } from '../remoting/namesrv-api.js';
import { ResponseError } from '../remoting/response.js';
import { hostsController } from '../rocketmq/ports.js';
import { bounded } from './bounded.js';

const CONNECT_MS = 1_200;
const ANSWER_MS = 1_500;
const LOOKUP_MS = 1_500;
/** A forwarder without a target (Docker, VMware, VirtualBox) accepts a connection and then closes it. */
const STAYS_OPEN_MS = 150;

export type AskRequest = {
  profile: Pick<Profile, 'acl' | 'tls' | 'brokerClusterName'>;
  nodes: readonly ReachNode[];
  rows: readonly PortRow[];
  /** The store of each node that this machine runs, by its id: a broker of that name with another store is a stranger. */
  stores: ReadonlyMap<string, string>;
  isHere: (row: PortRow) => boolean;
  interfaces: readonly Interface[];
  clock: Clock;
};

/** Asks every port of the table at the address where others look for it, and at its own. It is told who answers as far as the protocol tells it. */
export async function hopFacts({ profile, nodes, rows, stores, isHere, interfaces, clock }: AskRequest): Promise<HopFacts[]> {
  using client = new RemotingClient({
    reach: () => ({
      ...(profile.acl ? { credentials: profile.acl } : {}),
      ...(profile.tls ? { tls: { isVerified: false } } : {}),
    }),
  });
  const names = new Map(
    await Promise.all(
      [...new Set(rows.map(({ publicAddress }) => publicAddress))].map(
        async (name) => [name, await bounded(() => lookup(name), LOOKUP_MS, clock)] as const,
      ),
    ),
  );
  return await Promise.all(
    rows.map(async (row): Promise<HopFacts> => {
      const node = nodes.find(({ id }) => id === row.node) as ReachNode;
      const found = names.get(row.publicAddress);
      const here = isHere(row);
      const store = here ? stores.get(row.node) : undefined;
      const ask = (host: string) => whoAnswers({ client, row, node, nodes, profile, store, clock }, host);
      const own = here ? '127.0.0.1' : isTranslated(row) ? row.ownAddress : undefined;
      const [atPublic, atOwn] = await Promise.all([
        found?.value ? ask(row.publicAddress) : ({ kind: 'silent', why: 'the name cannot be resolved' } as const),
        own === undefined ? undefined : ask(own),
      ]);
      return {
        row,
        isHere: here,
        resolved: found?.value ? { address: found.value.address } : { why: found?.unknown ?? '' },
        isOwnInterface: interfaces.some(({ address }) => address === found?.value?.address),
        atPublic,
        atOwn,
      };
    }),
  );
}

type Question = {
  client: RemotingClient;
  row: PortRow;
  node: ReachNode;
  nodes: readonly ReachNode[];
  profile: AskRequest['profile'];
  store: string | undefined;
  clock: Clock;
};

async function whoAnswers(question: Question, host: string): Promise<Answer> {
  const { row, clock } = question;
  const connected = await connection(host, row.port, clock);
  if (connected !== undefined) return { kind: 'silent', why: connected };
  const address = `${host.includes(':') ? `[${host}]` : host}:${row.port}`;
  const asked = await bounded(() => identify(question, address, AbortSignal.timeout(ANSWER_MS)), ANSWER_MS + 100, clock);
  return asked.value ?? { kind: 'stranger', who: `something that does not answer as RocketMQ's ${row.role} does (${asked.unknown})` };
}

/** @returns why there is no connection that stays open; undefined if there is one. */
function connection(host: string, port: number, clock: Clock): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (why: string | undefined) => {
      cancel();
      socket.destroy();
      resolve(why);
    };
    let cancel = clock.after(CONNECT_MS, () => settle(`there was no answer within ${CONNECT_MS} ms`));
    socket.once('connect', () => {
      cancel();
      cancel = clock.after(STAYS_OPEN_MS, () => settle(undefined));
    });
    socket.once('close', () => settle('the connection was accepted and closed at once, as a forwarder without a target does'));
    socket.on('error', (error) => settle(systemCode(error) ?? asError(error).message));
    socket.on('data', () => {});
  });
}

/** Asks with what each socket speaks. HA and DLedger speak a protocol in which a question could do harm: there a connection must do. */
async function identify(question: Question, address: string, signal: AbortSignal): Promise<Answer> {
  const { client, row, node, nodes, profile } = question;
  try {
    if (row.socket === 'ha' || row.socket === 'dledger') return { kind: 'open' };
    if (row.role === 'broker') return await brokerThere(question, address, signal);
    if (row.role === 'controller' || (row.socket === 'controller' && hostsController(node))) {
      await getControllerMetadata(client, address, signal);
      return { kind: 'ours' };
    }
    if (row.role === 'namesrv') return namesrvThere(nodes, await getClusterInfo(client, address, signal));
    if (row.role === 'proxy' && row.socket === 'listen') await http2Answers(address, signal);
    else if (row.role === 'proxy') await getTopicRoute(client, address, profile.brokerClusterName, signal);
    return { kind: 'open' };
  } catch (error) {
    // It speaks the protocol, and refuses the question.
    if (error instanceof ResponseError) return { kind: 'open' };
    throw error;
  }
}

async function brokerThere({ client, node, store }: Question, address: string, signal: AbortSignal): Promise<Answer> {
  const config = await getBrokerConfig(client, address, signal);
  const [name, port, folder, registers] = ['brokerName', 'listenPort', 'storePathRootDir', 'brokerIP1'].map((key) => config.get(key));
  const isNamesake = name === node.brokerName && (port === undefined || Number(port) === node.ports.listen);
  if (!isNamesake) return { kind: 'stranger', who: `it is broker ${name} with listenPort ${port}` };
  if (store !== undefined && folder !== undefined && (await real(folder)) !== (await real(store)))
    return { kind: 'stranger', who: `it is another ${name}, with the store ${folder}` };
  return { kind: 'ours', registers };
}

/** One folder may be reached over several paths. */
const real = (path: string): Promise<string> => realpath(path).catch(() => path);

/** A NameServer has no name of its own: what it knows tells whose it is. A new one knows nothing. */
function namesrvThere(nodes: readonly ReachNode[], { brokers }: Awaited<ReturnType<typeof getClusterInfo>>): Answer {
  const own = new Set(nodes.map(({ brokerName }) => brokerName));
  const known = [...brokers.keys()];
  if (known.length === 0 || known.some((name) => own.has(name))) return { kind: 'ours' };
  return { kind: 'stranger', who: `it is a NameServer of other brokers: ${known.slice(0, 3).join(', ')}` };
}
