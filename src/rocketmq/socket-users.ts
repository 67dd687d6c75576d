import { type NodePorts, portOffsets, type SocketOwner } from './ports.js';

/**
 * Who connects to a socket. `clients` are producers and consumers, `operators` mqadmin, the dashboard and rmqdev on other hosts;
 * `old clients` send to the fast port.
 */
export type SocketUser = 'clients' | 'old clients' | 'brokers' | 'proxies' | 'controllers' | 'slaves' | 'peers' | 'operators';

/** An address of a node: the one for clients (brokerIP1) or the one for replication (brokerIP2). */
export type SocketAddress = 'clients' | 'replication';

/** `users` find the socket at the node's address of the kind `at`. */
export type SocketUse = { at: SocketAddress; users: readonly SocketUser[] };

export type SocketPurpose = { name: string; what: string; uses: readonly SocketUse[] };

const clients = (...users: SocketUser[]): SocketUse => ({ at: 'clients', users });
const replication = (...users: SocketUser[]): SocketUse => ({ at: 'replication', users });

/**
 * What each socket is for. Sources: namesrv/.../processor/DefaultRequestProcessor.java (registrations and routes);
 * client/.../impl/MQClientAPIImpl.java and MixAll.brokerVIPChannel (listenPort - 2 if vipChannelEnabled, the default up to 4.4);
 * broker/.../slave/SlaveSynchronize.java (slaves read the master's tables at its brokerIP1);
 * store/.../ha/DefaultHAClient.java (slaves copy from brokerIP2:haListenPort); openmessaging/dledger DLedgerRpcNettyService.java (peers);
 * controller/.../ControllerManager.java (tells brokers of their role at their brokerIP1);
 * broker/.../out/BrokerOuterAPI.java (brokers ask controllers at controllerAddr); proxy/.../config/ProxyConfig.java.
 */
const PURPOSES: Readonly<Record<string, SocketPurpose>> = {
  'namesrv listen': { name: 'NameServer', what: 'routes and registrations', uses: [clients('clients', 'brokers', 'proxies', 'operators')] },
  'namesrv controller': { name: 'controller', what: 'elections of masters', uses: [clients('brokers'), replication('peers')] },
  'controller listen': { name: 'controller', what: 'elections of masters', uses: [clients('brokers'), replication('peers')] },
  'broker listen': {
    name: 'listenPort',
    what: 'sends, reads and tables',
    uses: [clients('clients', 'proxies', 'slaves', 'controllers', 'operators')],
  },
  'broker fast': { name: 'listenPort - 2', what: 'sends of old clients (vipChannelEnabled)', uses: [clients('old clients')] },
  'broker ha': { name: 'listenPort + 1', what: 'replication to slaves', uses: [replication('slaves')] },
  'broker dledger': { name: 'DLedger', what: 'replication and elections', uses: [replication('peers')] },
  'proxy listen': { name: 'gRPC', what: 'gRPC clients', uses: [clients('clients')] },
  'proxy remoting': { name: 'remoting', what: 'remoting clients through the proxy', uses: [clients('clients')] },
};

/** @returns the sockets that another machine may have to reach, in the order of their ports; JDWP listens on 127.0.0.1 only. */
export function socketPurposes(node: SocketOwner): [socket: keyof NodePorts, purpose: SocketPurpose][] {
  const sockets = Object.entries(portOffsets(node)).sort(([, a], [, b]) => a - b) as [keyof NodePorts, number][];
  const other = { name: node.role, what: `the ${node.role}`, uses: [clients('operators')] };
  return sockets.map(([socket]) => [socket, PURPOSES[`${node.role} ${socket}`] ?? other]);
}
