import { z } from 'zod';
import { EXIT_CAUSES, NODE_STATES, type NodeExitRecord } from '../base/node-words.js';

/** What users see about a cluster and its nodes. Field names are API: `--json` prints these objects. */

export const NodeState = z.enum(NODE_STATES);
export type NodeState = z.infer<typeof NodeState>;

export const ExitCause = z.enum(EXIT_CAUSES);
export type ExitCause = z.infer<typeof ExitCause>;

export const ExitRecord = z.object({
  at: z.string().describe('when the end was seen: ISO 8601, UTC'),
  notBefore: z.string().nullable().describe('if no daemon was running: the end was between this time and `at`'),
  code: z.int().nullable().describe('exit status; null if a signal ended it or the node was adopted'),
  signal: z.string().nullable(),
  cause: ExitCause,
  finding: z.string().nullable().describe('a code of explain; null where none was found'),
  detail: z.string().nullable().describe('the line that tells most, for people'),
} satisfies Record<keyof Omit<NodeExitRecord, 'adopted'>, z.ZodType>);
export type ExitRecord = z.infer<typeof ExitRecord>;

export const JavaInfo = z.object({ version: z.int().describe('major version'), home: z.string() });

export const Ports = z
  .record(z.string(), z.int())
  .describe(
    'listen (of a proxy: gRPC; of a dashboard: HTTP); brokers also fast and ha, or dledger; proxies also remoting; debug if JDWP is on',
  );

export const NodeStatus = z.object({
  id: z.string(),
  role: z.string(),
  brokerName: z.string().nullable(),
  brokerId: z.int().nullable(),
  liveRole: z
    .enum(['master', 'slave', 'leader', 'follower'])
    .nullable()
    .describe('as the NameServers have it now; null if the node is not registered'),
  state: NodeState,
  reason: z.string().nullable().describe('why it is not ready'),
  pid: z.int().nullable(),
  address: z.string().describe('host:port at which it is asked on this machine'),
  startedAt: z.string().nullable(),
  restarts: z.int(),
  rocketmq: z.string(),
  java: JavaInfo,
  jar: z.object({ path: z.string(), title: z.string() }).optional().describe('what a dashboard runs; absent for other nodes'),
  ports: Ports,
  rssBytes: z.int().nullable(),
  cpuPercent: z.number().nullable(),
  heapBytes: z.int(),
  registeredWith: z.array(z.string()),
  inSync: z.boolean().nullable().describe('slave: lag 0; master: at least one slave in sync; null: no replication, or not known'),
  lagBytes: z
    .int()
    .nullable()
    .describe('slaves: commit log bytes behind the master; below 0: ahead of it, so their stores do not belong together'),
  diskBytes: z.int().nullable().describe('size of the node folder in bytes'),
  configDrift: z.array(z.string()).describe('keys whose value in the running copy is no longer ours'),
  pendingChanges: z
    .array(z.string())
    .describe('changes that take effect at its next launch, because it still runs with older settings; empty if nothing differs'),
  lastExit: ExitRecord.nullable(),
});
export type NodeStatus = z.infer<typeof NodeStatus>;

/** A node that another host runs, as NameServers and the node itself tell it: no daemon of this host supervises it. */
export const RemoteNodeStatus = NodeStatus.pick({ id: true, role: true, brokerName: true, brokerId: true, liveRole: true }).extend({
  host: z.string().describe('the host that runs it, by its name in the profile'),
  answers: z.boolean().describe('it answered when it was asked last, at most 2 s ago while nodes run here'),
  address: z.string().describe('host:port at which it is asked from here'),
  ...NodeStatus.pick({ registeredWith: true, inSync: true, lagBytes: true }).shape,
});
export type RemoteNodeStatus = z.infer<typeof RemoteNodeStatus>;

export const ClusterState = z
  .enum(['stopped', 'starting', 'ready', 'degraded', 'failed'])
  .describe(
    'starting: a command that starts nodes (up, start, restart, reset) is running, or a node that it started has not been ready yet; else stopped: all nodes are stopped; ready: all are ready, apart from dashboards; failed: no master is ready; degraded: anything else. A node that crashed and restarts by its policy does not count as starting',
  );
export type ClusterState = z.infer<typeof ClusterState>;

export const ClusterStatus = z.object({
  cluster: z.string(),
  profile: z.string(),
  state: ClusterState,
  rocketmq: z.string(),
  rocketmqHome: z.string().describe('folder of the release'),
  java: JavaInfo,
  measuredAt: z.string(),
  namesrvAddr: z.string(),
  nodes: z.array(NodeStatus),
  host: z.string().optional().describe('which of the hosts of the profile this machine is; absent if the profile has none'),
  remoteNodes: z.array(RemoteNodeStatus).optional().describe('the nodes of the other hosts; absent if the profile has no hosts'),
  notices: z
    .array(z.string())
    .optional()
    .describe(
      'what was wrong with the cluster’s files and is repaired, and what a node could not load from its store at its last launch; absent if there was nothing',
    ),
});
export type ClusterStatus = z.infer<typeof ClusterStatus>;

export const ClusterSummary = z.object({
  cluster: z.string(),
  profile: z.string(),
  state: ClusterState,
  rocketmq: z.string(),
  nodes: z.int(),
  running: z.int(),
  namesrvAddr: z.string(),
  diskBytes: z.int().nullable(),
  folder: z.string(),
});
export type ClusterSummary = z.infer<typeof ClusterSummary>;
