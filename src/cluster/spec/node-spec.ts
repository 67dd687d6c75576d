import type { NodePaths } from '../../base/paths.js';
import type { DashboardJar } from '../../install/dashboard-jar.js';
import type { Account, NodeProfile, Role } from '../../profile/profile.js';
import type { NodePorts } from '../../rocketmq/ports.js';
import type { ElectionMode } from '../../rocketmq/releases.js';
import { addressOf, type Placement, type Reachable } from './placement.js';

/** One line of a generated file, with the reason that people read in the comment above it. */
export type ConfigLine = { key: string; value: string; reason: string };

export type ReleaseRef = { home: string; version: string; source: string };
/** A jar that is not of a release: what a dashboard runs. */
export type JarRef = DashboardJar;
export type JdkRef = { home: string; java: string; major: number; version: string };

export type { NodePorts };

/** A node's place in its cluster: everything that the profile leaves open, decided and saved. */
export type Assignment = { ports: NodePorts; release: ReleaseRef; jdk: JdkRef; jar?: JarRef | undefined };

/** What a node is, wherever it runs. */
export type NodeIdentity = {
  id: string;
  role: Role;
  cluster: string;
  brokerClusterName: string;
  /** Null for a NameServer. */
  brokerName: string | null;
  brokerId: number | null;
  /** Who elects the master of its group; null if the profile fixes it. */
  election: ElectionMode | null;
  /** SYNC_MASTER, ASYNC_MASTER or SLAVE; null for a NameServer, and if an election decides. */
  brokerRole: string | null;
  profile: NodeProfile;
  release: ReleaseRef;
  jdk: JdkRef;
  /** Of a dashboard; null if it runs on another host, and for all other nodes, which run the release. */
  jar: JarRef | null;
  heapBytes: number;
  memoryBytes: number;
  /** ASYNC_FLUSH or SYNC_FLUSH. */
  flushDiskType: string;
  /** The account for requests to its brokers and proxies; null without access control. */
  account: Account | null;
  /** Accepts only TLS. */
  tls: boolean;
  env: Readonly<Record<string, string>>;
  startTimeoutMs: number;
  stopTimeoutMs: number;
};

/** Its addresses and those of its NameServers, as `addressOf` gives them for each user. */
export type NodeAddresses = {
  /** Where rmqdev reaches it. */
  localAddress: string;
  /** What it registers with the NameServers: brokerIP1:listenPort. */
  registeredAddress: string;
  /** brokerIP2: where slaves replicate from. */
  replicationAddress: string;
  /** Where it finds all NameServers of the cluster. */
  namesrvAddrs: readonly string[];
};

/** One node as it must run: what it is, where it is placed, and what its launch needs because of both. Immutable. */
export type NodeSpec = NodeIdentity &
  Placement &
  NodeAddresses & {
    config: readonly ConfigLine[];
    javaArgs: readonly string[];
  };

/** @returns the argument that marks a node's JVM in the process table: its folder, unique on the machine. */
export function nodeMarker(paths: NodePaths): string {
  return `-Drmqdev.node=${paths.root}`;
}

/** @returns the value of `key` in the node's configuration, if it has one. */
export function configured(node: Pick<NodeSpec, 'config'>, key: string): string | undefined {
  return node.config.find((line) => line.key === key)?.value;
}

/** @returns a text for people that a debugger may hold the node; undefined if its JVM accepts no debugger. */
export function debuggerOf(node: Reachable & Pick<NodeSpec, 'javaArgs' | 'env'>): string | undefined {
  if (node.ports.debug !== undefined) return `no answer; a debugger may hold it (JDWP listens on ${addressOf(node, 'host', 'debug')})`;
  const options = [...node.javaArgs, node.env.JAVA_TOOL_OPTIONS ?? '', node.env.JDK_JAVA_OPTIONS ?? ''];
  return options.some((option) => /-agentlib:jdwp|-Xrunjdwp|-Xdebug/.test(option))
    ? 'no answer; a debugger may hold it (JDWP is in its JVM options)'
    : undefined;
}

/** A replica of a group that elects its master: only the NameServers can tell which one that is. */
export function isElected(node: Pick<NodeSpec, 'role' | 'brokerId'>): boolean {
  return node.role === 'broker' && node.brokerId === -1;
}

/** The master of a fixed pair. */
export function isMaster(node: Pick<NodeSpec, 'role' | 'brokerId'>): boolean {
  return node.role === 'broker' && node.brokerId === 0;
}

/** A slave of a fixed pair. */
export function isSlave(node: Pick<NodeSpec, 'role' | 'brokerId'>): boolean {
  return node.role === 'broker' && node.brokerId !== null && node.brokerId > 0;
}
