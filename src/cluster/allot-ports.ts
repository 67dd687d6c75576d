import { RmqdevError } from '../base/errors.js';
import type { NodeProfile } from '../profile/profile.js';
import { DEBUG_OFFSET, FIRST_PORT, PORT_OFFSETS, PORT_STEP } from '../rocketmq/ports.js';
import type { NodePorts } from './node-spec.js';

/** Who holds a port, as far as can be known. `rmqdevNode` names a node of another cluster of rmqdev. */
export type PortHolder = { port: number; pid: number | undefined; command: string | undefined; rmqdevNode: string | undefined };

export type PortWorld = {
  /** @returns the holder of the first of `ports` that is taken, undefined where all are free. */
  holderOf(ports: readonly number[]): Promise<PortHolder | undefined>;
  /** Ports that stopped nodes of other clusters keep for tomorrow. */
  reserved: ReadonlySet<number>;
};

export type PortRequest = {
  nodes: readonly NodeProfile[];
  /** What each node had so far; it is kept where it is free, or where the node itself runs. */
  kept: ReadonlyMap<string, NodePorts>;
  /** Nodes that run now: their ports are theirs. */
  running: ReadonlySet<string>;
  debug: boolean;
  strict: boolean;
};

export type PortAllotment = { ports: Map<string, NodePorts>; notices: string[] };

/**
 * Gives each node its sockets. A wish of the profile comes first, then what it had, then the first free place in its role's row.
 * A taken place moves the whole node and says so.
 * @throws RmqdevError PORT_IN_USE with `strict`, and where a stranger holds a NameServer's port: clients would find the wrong cluster.
 */
export async function allotPorts(request: PortRequest, world: PortWorld): Promise<PortAllotment> {
  const ports = new Map<string, NodePorts>();
  const notices: string[] = [];
  const taken = new Set<number>();
  const take = (id: string, value: NodePorts) => {
    ports.set(id, value);
    for (const port of allOf(value)) taken.add(port);
  };
  for (const node of request.nodes) {
    const kept = request.kept.get(node.id);
    const wishKept = node.listenPort === undefined || node.listenPort === kept?.listen;
    if (kept && wishKept && request.running.has(node.id)) take(node.id, withDebug(kept, request.debug));
  }
  for (const node of request.nodes) {
    if (ports.has(node.id)) continue;
    const kept = request.kept.get(node.id);
    const wanted = node.listenPort ?? kept?.listen ?? FIRST_PORT[node.role];
    const isSettled = node.listenPort !== undefined || kept !== undefined;
    let listen = wanted;
    let conflict: PortHolder | undefined;
    for (;;) {
      const candidate = socketsOf(node, listen, request.debug);
      const list = allOf(candidate);
      const inPlan = list.some((port) => taken.has(port) || (!(isSettled && listen === wanted) && world.reserved.has(port)));
      const holder = inPlan ? undefined : await world.holderOf(list);
      if (!inPlan && holder === undefined) {
        take(node.id, candidate);
        break;
      }
      if (holder && conflict === undefined) {
        conflict = holder;
        refuseIfWrong(node, holder, request.strict);
      }
      listen += PORT_STEP[node.role];
      if (listen > 65_500) throw noPortLeft(node, wanted);
    }
    if (conflict) notices.push(`${describeHolder(conflict)}: ${node.id} moves from ${wanted} to ${listen}`);
  }
  return { ports, notices };
}

function socketsOf(node: NodeProfile, listen: number, debug: boolean): NodePorts {
  const offsets = Object.entries(PORT_OFFSETS[node.role]).map(([name, offset]) => [name, listen + offset]);
  return withDebug(Object.fromEntries(offsets) as NodePorts, debug);
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
  if (holder.rmqdevNode) return `port ${holder.port} is held by ${holder.rmqdevNode}`;
  const who =
    holder.pid === undefined
      ? 'a process that this user may not see'
      : `pid ${holder.pid}${holder.command ? ` (${shorten(holder.command)})` : ''}`;
  return `port ${holder.port} is held by ${who}`;
}

function shorten(command: string): string {
  return command.length > 60 ? `${command.slice(0, 57)}…` : command;
}

function refuseIfWrong(node: NodeProfile, holder: PortHolder, strict: boolean): void {
  if (!strict && (node.role !== 'namesrv' || holder.rmqdevNode)) return;
  throw new RmqdevError('PORT_IN_USE', {
    what: `${node.id} cannot be given its ports`,
    why: strict
      ? `${describeHolder(holder)}, and --strict-ports allows no other`
      : `${describeHolder(holder)}; on another port, clients that know the usual one would find the wrong cluster`,
    next: holder.pid
      ? `End it (\`kill ${holder.pid}\`), or choose another port: \`--set ${node.id}.listenPort=${holder.port + 10_000}\``
      : `Choose another port: \`--set ${node.id}.listenPort=${holder.port + 10_000}\``,
  });
}

function noPortLeft(node: NodeProfile, from: number): RmqdevError {
  return new RmqdevError('PORT_IN_USE', {
    what: `${node.id} cannot be given its ports`,
    why: `none is free from ${from} to 65500`,
    next: `Choose a start: \`--set ${node.id}.listenPort=20911\``,
  });
}
