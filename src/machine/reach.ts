import { lookup } from 'node:dns/promises';
import { connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../base/clock.js';
import type { AdvertiseFacts, Interface } from '../diagnose/preflight/advertise.js';
import { bounded } from './bounded.js';

const LOOKUP_TIMEOUT_MS = 1_500;
const CONNECT_TIMEOUT_MS = 1_200;

/**
 * What this machine knows about an address that clients would get. If no broker runs, a listener on a free port takes its place;
 * it is closed before this resolves.
 * @param broker a running broker, `name` is for people
 */
export async function advertiseFacts(
  asked: string,
  broker: { name: string; port: number } | undefined,
  clock: Clock,
): Promise<AdvertiseFacts> {
  const interfaces = ownInterfaces();
  const resolved = await bounded(() => lookup(asked), LOOKUP_TIMEOUT_MS, clock);
  const address = resolved.value?.address;
  const none = { asked, address, why: resolved.unknown, interfaces };
  if (broker)
    return { ...none, port: broker.port, listener: broker.name, reached: address ? await reach(address, broker.port, clock) : undefined };
  const { server, port } = await listenAnywhere();
  try {
    const reached = address ? await reach(address, port, clock, server) : undefined;
    return { ...none, port, listener: 'a listener that was opened for this check', reached };
  } finally {
    server.close();
  }
}

/** @returns each address of this machine with the name of its interface. */
export function ownInterfaces(): Interface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) => (addresses ?? []).map(({ address }) => ({ name, address })));
}

function listenAnywhere(): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen({ port: 0, host: '0.0.0.0' }, () => {
      const bound = server.address();
      resolve({ server, port: typeof bound === 'object' && bound !== null ? bound.port : 0 });
    });
  });
}

/** @param server if given, the connection must arrive there: another machine may answer at that address. */
function reach(address: string, port: number, clock: Clock, server?: Server): Promise<AdvertiseFacts['reached']> {
  const since = clock.monotonicMs();
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const settle = (reached: AdvertiseFacts['reached']) => {
      cancel();
      socket.destroy();
      resolve(reached);
    };
    const arrived = () => settle({ ok: true, tookMs: Math.round(clock.monotonicMs() - since) });
    const cancel = clock.after(CONNECT_TIMEOUT_MS, () => settle({ ok: false, why: `there was no answer within ${CONNECT_TIMEOUT_MS} ms` }));
    socket.once('error', (error: NodeJS.ErrnoException) => settle({ ok: false, why: error.code ?? error.message }));
    if (server) server.once('connection', arrived);
    else socket.once('connect', arrived);
  });
}
