import { isIP } from 'node:net';
import type { NodeProfile, Role } from '../../profile/profile.js';
import { hostsController, type NodePorts } from '../../rocketmq/ports.js';
import { type SocketAddress, type SocketPurpose, type SocketUser, socketPurposes } from '../../rocketmq/socket-users.js';

/** A node as its firewall sees it. */
export type ReachNode = Pick<NodeProfile, 'id' | 'role' | 'brokerName' | 'brokerId' | 'election' | 'properties' | 'host' | 'advertise'> & {
  ports: NodePorts;
  /** The address that its machine itself has; others may know it under another one. */
  ownAddress: string;
};

/** A port of a node at one of its addresses, and who must get through to it. */
export type PortRow = {
  node: string;
  role: Role;
  host: string | null;
  socket: keyof NodePorts;
  /** `listenPort + 1`, for people. */
  name: string;
  what: string;
  port: number;
  users: SocketUser[];
  /** Addresses that connect to it; null: any, because clients may be anywhere; none: only nodes on the same machine do. */
  from: string[] | null;
  /** Where the users look for it, and where it is. They differ if NAT lies between. */
  publicAddress: string;
  ownAddress: string;
};

/**
 * The ports that a firewall or NAT must pass, node by node. Ports that nobody uses are left out: for example the HA port of a slave.
 * A port is the same inside and outside, because RocketMQ gives clients the port that it listens on.
 */
export function portTable(nodes: readonly ReachNode[]): PortRow[] {
  return nodes.flatMap((node) =>
    socketPurposes(node).flatMap(([socket, purpose]) =>
      audiences(node, purpose, nodes).map(
        ({ address, users, from }): PortRow => ({
          node: node.id,
          role: node.role,
          host: node.host ?? null,
          socket,
          name: purpose.name,
          what: purpose.what,
          port: node.ports[socket] as number,
          users,
          from,
          publicAddress: address,
          ownAddress: node.ownAddress,
        }),
      ),
    ),
  );
}

/** @returns whether something between machines must let it through. */
export const passesFirewall = ({ from }: Pick<PortRow, 'from'>): boolean => from === null || from.length > 0;

/** @returns whether a NAT must translate it. */
export const isTranslated = ({ publicAddress, ownAddress }: Pick<PortRow, 'publicAddress' | 'ownAddress'>): boolean =>
  publicAddress.toLowerCase() !== ownAddress.toLowerCase();

type Audience = { address: string; users: SocketUser[]; from: string[] | null };

/** @returns who uses a socket, by the address at which they look for it. */
function audiences(node: ReachNode, { uses }: SocketPurpose, nodes: readonly ReachNode[]): Audience[] {
  const found = new Map<string, Audience>();
  for (const { at, users } of uses) {
    for (const user of users) {
      const from = whereIs(user, node, nodes);
      if (!from) continue;
      const address = node.advertise[at satisfies SocketAddress];
      const audience = found.get(address) ?? { address, users: [], from: [] };
      audience.users.push(user);
      audience.from = audience.from === null || from === ANYWHERE ? null : [...new Set([...audience.from, ...from])];
      found.set(address, audience);
    }
  }
  return [...found.values()];
}

const ANYWHERE = 'anywhere';

/** @returns the addresses of other machines from which `user` connects to `node`; undefined if the cluster has no such user. */
function whereIs(user: SocketUser, node: ReachNode, nodes: readonly ReachNode[]): readonly string[] | typeof ANYWHERE | undefined {
  if (user === 'clients' || user === 'old clients' || user === 'operators') return ANYWHERE;
  const users = nodes.filter((other) => other.id !== node.id && isUser(user, other, node));
  if (users.length === 0) return undefined;
  const elsewhere = users.filter(({ host }) => host !== node.host);
  // A connection out of NAT comes from the public address, one inside it from the own one.
  const addresses = elsewhere.flatMap(({ ownAddress, advertise }) => [ownAddress, advertise.clients, advertise.replication]);
  // Packet filters take addresses, not names.
  return addresses.every((address) => isIP(address) > 0) ? [...new Set(addresses)] : ANYWHERE;
}

function isUser(user: SocketUser, other: ReachNode, node: ReachNode): boolean {
  const isReplica = other.role === 'broker' && other.brokerName === node.brokerName;
  switch (user) {
    case 'brokers':
      return other.role === 'broker' && (node.role === 'namesrv' || other.election === 'controller');
    case 'proxies':
      return other.role === 'proxy';
    case 'controllers':
      return node.election === 'controller' && isController(other);
    case 'slaves':
      // Of an electing group each may become the master.
      return isReplica && (node.election !== undefined || (node.brokerId === 0 && other.brokerId !== 0));
    default:
      return isController(node) ? isController(other) : isReplica;
  }
}

const isController = (node: ReachNode): boolean => node.role === 'controller' || hostsController(node);
