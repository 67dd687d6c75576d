import type { ElectionMode, NodeRole } from './releases.js';

/**
 * Every role has `listen` (of a proxy: the gRPC port). A broker also has `fast` (listen - 2) and `ha` (listen + 1), in DLedger mode
 * `dledger` (listen + 5) instead of `ha`; a proxy also has `remoting` (listen - 1); a NameServer with a controller in it also has
 * `controller` (listen + 20). Each has `debug` if JDWP is on.
 */
export type NodePorts = {
  listen: number;
  fast?: number;
  ha?: number;
  dledger?: number;
  remoting?: number;
  controller?: number;
  debug?: number;
};

/** How people call a socket, and where it lies beside listenPort. */
export type SocketWords = { name: string; beside?: string };

const SOCKET_WORDS: Readonly<Record<keyof NodePorts, SocketWords>> = {
  listen: { name: 'listenPort' },
  fast: { name: 'the fast port', beside: 'listenPort - 2' },
  ha: { name: 'the HA port', beside: 'listenPort + 1' },
  dledger: { name: 'the DLedger port' },
  remoting: { name: 'the remoting port' },
  controller: { name: 'the controller port' },
  debug: { name: 'the debug port' },
};

/** @param socket a key of NodePorts */
export function socketWordsOf(socket: string, role: NodeRole | null): SocketWords {
  if (socket === 'listen' && role === 'proxy') return { name: 'the gRPC port' };
  if (socket === 'listen' && role === 'dashboard') return { name: 'the port of its web page' };
  return SOCKET_WORDS[socket as keyof NodePorts] ?? { name: `the ${socket} port` };
}

/**
 * The sockets of each role, relative to its listenPort. A node always opens all of them, on the wildcard address.
 * Sources: remoting/.../NettyRemotingServer.java; broker/.../BrokerController.java (fast port, P-2);
 * store/.../ha/HAService.java and DefaultHAService.java (HA, P+1); proxy/.../config/ProxyConfig.java (gRPC 8081, remoting 8080).
 * A dashboard has one, for the browser.
 */
export const PORT_OFFSETS = {
  namesrv: { listen: 0 },
  broker: { listen: 0, fast: -2, ha: 1 },
  controller: { listen: 0 },
  proxy: { listen: 0, remoting: -1 },
  dashboard: { listen: 0 },
} as const satisfies Record<NodeRole, { listen: 0 } & Record<string, number>>;

/**
 * A peer of a DLedger group replicates over its own port, and opens none for HA. This port is our choice: below JDWP's.
 * Source: broker/.../BrokerController.java initialize, store/.../dledger/DLedgerCommitLog.java (dLegerPeers).
 */
const DLEDGER_OFFSETS = { listen: 0, fast: -2, dledger: 5 } as const;

/**
 * A controller inside a NameServer has its own port. It is our choice: above the NameServers and controllers, which begin at 9876.
 * Source: namesrv/.../NamesrvStartup.java, distribution/conf/controller/cluster-3n-namesrv-plugin.
 */
const CONTROLLER_IN_NAMESRV = { listen: 0, controller: 20 } as const;

/** What decides which sockets a node opens. */
export type SocketOwner = {
  role: NodeRole;
  election?: ElectionMode | undefined;
  /** As in the profile. */
  properties?: Readonly<Record<string, string>>;
};

/** A NameServer that runs a controller too. Source: common/.../namesrv/NamesrvConfig.java. */
export function hostsController({ role, properties }: SocketOwner): boolean {
  return role === 'namesrv' && properties?.enableControllerInNamesrv?.trim().toLowerCase() === 'true';
}

/** @returns the sockets of a node, relative to its listenPort. */
export function portOffsets(node: SocketOwner): Readonly<Record<string, number>> {
  if (hostsController(node)) return CONTROLLER_IN_NAMESRV;
  return node.role === 'broker' && node.election === 'dledger' ? DLEDGER_OFFSETS : PORT_OFFSETS[node.role];
}

/** @returns the sockets of a node that listens on `listen`. */
export function socketsAt(node: SocketOwner, listen: number): NodePorts {
  return Object.fromEntries(Object.entries(portOffsets(node)).map(([name, offset]) => [name, listen + offset])) as NodePorts;
}

/**
 * The port of the first node of a role: RocketMQ's own default; for a controller the port of its sample file. Older dashboards have 8080,
 * which is a proxy's remoting port.
 */
export const FIRST_PORT: Readonly<Record<NodeRole, number>> = {
  namesrv: 9876,
  broker: 10911,
  controller: 9878,
  proxy: 8081,
  dashboard: 8082,
};

/** The distance to the next node of the role. Brokers: P-2 to P+1, DLedger P+5 and JDWP P+7 must not meet a neighbour's. */
export const PORT_STEP: Readonly<Record<NodeRole, number>> = { namesrv: 1, broker: 10, controller: 1, proxy: 10, dashboard: 1 };

/** JDWP, relative to listenPort. */
export const DEBUG_OFFSET = 7;
