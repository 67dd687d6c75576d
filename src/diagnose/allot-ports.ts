import { RmqdevError } from '../base/errors.js';
import type { NodeProfile } from '../profile/profile.js';
import { DEBUG_OFFSET, FIRST_PORT, type NodePorts, PORT_STEP, socketsAt } from '../rocketmq/ports.js';
import { type PortHolder, whoHolds } from './port-holder.js';

export type PortWorld = {
  /** @returns the holder of the first of `ports` that is in use, undefined if all are free. */
  holderOf(ports: readonly number[]): Promise<PortHolder | undefined>;
  /** Ports that stopped nodes of other clusters keep for their next start. */
  reserved: ReadonlySet<number>;
};

export type PortRequest = {
  nodes: readonly NodeProfile[];
  /** The ports that each node had so far. A node keeps them if they are free, or if the node itself runs on them. */
  kept: ReadonlyMap<string, NodePorts>;
  /** Nodes that run now: they keep their ports. */
  running: ReadonlySet<string>;
  debug: boolean;
  /** Why a node may get no other ports than those that it wants; undefined if it may. */
  strict: string | undefined;
};

/** The highest listenPort to give out: the ports that a node uses above it must also be valid. */
const LAST_PORT = 65_533;

export type PortAllotment = { ports: Map<string, NodePorts>; notices: string[] };

/**
 * Gives each node its sockets. Nodes that run keep theirs. Then come the profile's wishes, then the ports that a node had,
 * then the first free ports of its role. If a port is in use, the whole node moves, and a notice says so.
 * @throws RmqdevError PORT_IN_USE with `strict`, and if another program holds a NameServer's port: clients would find the wrong cluster.
 */
export async function allotPorts(request: PortRequest, world: PortWorld): Promise<PortAllotment> {
  const ports = new Map<string, NodePorts>();
  const notices: string[] = [];
  /** Which node of this cluster has a port, by this plan or because it still runs there. */
  const taken = new Map<number, string>();
  for (const [id, had] of request.kept) if (request.running.has(id)) for (const port of allOf(had)) taken.set(port, id);
  for (const node of [...request.nodes].sort((a, b) => claimOf(a, request) - claimOf(b, request))) {
    const { wanted, placed, movedBy } = await place(node, request, world, taken);
    ports.set(node.id, placed);
    for (const port of allOf(placed)) taken.set(port, node.id);
    if (movedBy) notices.push(`${movedBy}: ${node.id} moves from ${wanted} to ${placed.listen}`);
  }
  return { ports, notices };
}

/** The order: low first. */
function claimOf(node: NodeProfile, { kept, running }: PortRequest): number {
  const had = kept.get(node.id);
  if (running.has(node.id) && (node.listenPort ?? had?.listen) === had?.listen) return 0;
  if (node.listenPort !== undefined) return 1;
  return had ? 2 : 3;
}

/** @returns the first free ports for `node`, starting at the ones that it wants, and what moved it from those. */
async function place(
  node: NodeProfile,
  { kept, running, debug, strict }: PortRequest,
  world: PortWorld,
  taken: ReadonlyMap<number, string>,
): Promise<{ wanted: number; placed: NodePorts; movedBy: string | undefined }> {
  const had = kept.get(node.id);
  const wanted = node.listenPort ?? had?.listen ?? FIRST_PORT[node.role];
  const isSettled = node.listenPort !== undefined || had !== undefined;
  const own = new Set(running.has(node.id) && had ? allOf(had) : []);
  let movedBy: string | undefined;
  for (let listen = wanted; listen <= LAST_PORT; listen += PORT_STEP[node.role]) {
    const placed = socketsOf(node, listen, debug);
    const sockets = allOf(placed);
    const isWanted = isSettled && listen === wanted;
    const rival = sockets.find((port) => (taken.get(port) ?? node.id) !== node.id);
    if (rival !== undefined && isWanted) {
      movedBy = `port ${rival} is taken by ${taken.get(rival)}`;
      if (strict !== undefined) throw notGiven(node, rival, `${movedBy}, and ${strict}`);
    }
    if (rival !== undefined || (!isWanted && sockets.some((port) => world.reserved.has(port)))) continue;
    const holder = await world.holderOf(sockets.filter((port) => !own.has(port)));
    if (!holder) return { wanted, placed, movedBy };
    if (movedBy !== undefined) continue;
    movedBy = describeHolder(holder);
    refuseIfWrong(node, holder, strict);
  }
  throw noPortLeft(node, wanted);
}

function socketsOf(node: NodeProfile, listen: number, debug: boolean): NodePorts {
  return withDebug(socketsAt(node, listen), debug);
}

function withDebug(ports: NodePorts, debug: boolean): NodePorts {
  const { debug: _, ...rest } = ports;
  return debug ? { ...rest, debug: ports.listen + DEBUG_OFFSET } : rest;
}

export function allOf(ports: NodePorts): number[] {
  return Object.values(ports);
}

/** @returns `port 10911 is held by pid 4242 (java -cp …)`. */
export function describeHolder(holder: PortHolder): string {
  return `port ${holder.port} is held by ${whoHolds(holder)}`;
}

function refuseIfWrong(node: NodeProfile, holder: PortHolder, strict: string | undefined): void {
  if (strict === undefined && (node.role !== 'namesrv' || holder.rmqdevNode)) return;
  const why =
    strict !== undefined
      ? `${describeHolder(holder)}, and ${strict}`
      : `${describeHolder(holder)}; on another port, clients that know the usual one would find the wrong cluster`;
  throw notGiven(node, holder.port, why, holder.pid);
}

function notGiven(node: NodeProfile, port: number, why: string, pid?: number): RmqdevError {
  const choose = `hoose another port: \`--set ${node.id}.listenPort=${port + (port < 50_000 ? 10_000 : -10_000)}\``;
  return new RmqdevError('PORT_IN_USE', {
    what: `${node.id} cannot be given its ports`,
    why,
    next: pid === undefined ? `C${choose}` : `End it (\`kill ${pid}\`), or c${choose}`,
  });
}

function noPortLeft(node: NodeProfile, from: number): RmqdevError {
  return new RmqdevError('PORT_IN_USE', {
    what: `${node.id} cannot be given its ports`,
    why: `none is free from ${from} to ${LAST_PORT}`,
    next: `Choose a start: \`--set ${node.id}.listenPort=20911\``,
  });
}
