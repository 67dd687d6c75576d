import type { RestartPolicy } from '../base/node-words.js';
import type { Startup } from '../rocketmq/jvm-flags.js';
import type { ElectionMode, NodeRole } from '../rocketmq/releases.js';

export type ProfileSource = 'shipped' | 'user' | 'here';

/** An effective profile: one cluster as the user wants it, with `extends` followed, defaults filled in and `--set` applied. */
export type Profile = {
  /** The profile's name: the file's name without `.yaml`, or the alias it was asked for by. */
  name: string;
  /** The YAML file it was read from. */
  file: string;
  /** Where it was found; undefined in the state of a cluster from before 2026-12. */
  source?: ProfileSource | undefined;
  description: string;
  /** A version (`4.9.7`), or the path of a directory or release zip; undefined: the newest supported one. */
  rocketmq: string | undefined;
  /** A major version (`17`) or a JDK's home; undefined: found. */
  java: string | undefined;
  brokerClusterName: string;
  /** sync: SYNC_MASTER waits for its slave; async: ASYNC_MASTER; dledger, controller: replicas elect their master. */
  replication: 'sync' | 'async' | ElectionMode;
  /** sync: SYNC_FLUSH, async: ASYNC_FLUSH. */
  flush: 'sync' | 'async';
  /** Where nodes say they are to be reached (brokerIP1) and replicated from (brokerIP2); rmqdev itself probes the local address. */
  advertise: Advertise;
  /** Only clients that have an account are accepted; this one may do everything. Undefined: no access control. */
  acl?: Account | undefined;
  /** NameServers, brokers and controllers take TLS only, and speak it among themselves. */
  tls?: boolean;
  /** The machines that run it, in the order of the file; none: everything runs on this one. */
  hosts?: readonly HostProfile[] | undefined;
  /** What `--dashboard` named, which a later `up` without it keeps: a path, or an empty text for the jar in RMQDEV_HOME/dashboard. */
  dashboard?: string | undefined;
  /** In the order of the file. Ids are unique. */
  nodes: readonly NodeProfile[];
  topics: readonly TopicProfile[];
  groups: readonly GroupProfile[];
};

/** A machine of a cluster that runs on several: `address` is where the others reach it. */
export type HostProfile = { name: string; address: string };

export type Account = { accessKey: string; secretKey: string };

/** Host names or addresses: `clients` becomes brokerIP1, `replication` brokerIP2. */
export type Advertise = { clients: string; replication: string };

export const ROLES = ['namesrv', 'controller', 'broker', 'proxy', 'dashboard'] as const satisfies readonly NodeRole[];
export type Role = (typeof ROLES)[number];

/** One node, role settings and cluster settings already merged in. */
export type NodeProfile = {
  id: string;
  role: Role;
  /** Brokers only. */
  brokerName: string | undefined;
  /** Brokers only: 0 for a master, above 0 for a slave, -1 if an election decides. */
  brokerId: number | undefined;
  /** Brokers that elect their master only. */
  election: ElectionMode | undefined;
  rocketmq: string | undefined;
  java: string | undefined;
  /** -Xmx in bytes; undefined: the default of role and release. */
  heapBytes: number | undefined;
  /** More JVM options, appended last (the last one wins). */
  jvm: readonly string[];
  /** Properties of the role's own file, as strings. */
  properties: Readonly<Record<string, string>>;
  env: Readonly<Record<string, string>>;
  /** Dashboards only: the path of the jar; undefined: the only one in RMQDEV_HOME/dashboard. */
  jar?: string | undefined;
  /** Wanted listenPort; undefined: allotted. */
  listenPort: number | undefined;
  restart: RestartPolicy;
  stopTimeoutMs: number | undefined;
  startTimeoutMs: number | undefined;
  startup: Startup;
  /** Its machine, by its name in `hosts`; undefined if the profile has none. */
  host?: string | undefined;
  /** The narrowest of node, role, host and cluster; else the address of its host, or 127.0.0.1. */
  advertise: Advertise;
};

export type TopicProfile = { name: string; queues: number; brokers: readonly string[] | undefined };
export type GroupProfile = { name: string };

/**
 * Where a value was written, for errors and warnings. `file` is absolute; lines and columns count from 1.
 * Line 0 means that there is no file: `file` is then the option as typed (`--set broker.heap=512m`), or `default`.
 */
export type SourcePlace = { file: string; line: number; column?: number };

/** Where a value stands in a profile: keys, and places in lists. */
export type Path = readonly PropertyKey[];

/** Something that makes a profile unusable. `isName`: what is wrong is a name that rmqdev or RocketMQ cannot use. */
export type ProfileProblem = { place: SourcePlace; path: Path; message: string; isName?: boolean };

/** Something about a profile that does not stop it. */
export type ProfileWarning = { message: string; place: SourcePlace | undefined };
