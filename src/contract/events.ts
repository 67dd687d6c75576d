import { z } from 'zod';
import { NodeState } from './status.js';

/** One line of a cluster's journal. `seq` grows by one within a cluster. */
export const JournalEvent = z.object({
  seq: z.int(),
  at: z.string().describe('ISO 8601, UTC'),
  cluster: z.string(),
  node: z.string().nullable(),
  type: z.string().describe('a kebab-case word, e.g. node-ready, node-crashed, up-started'),
  message: z.string().describe('for people'),
  data: z.record(z.string(), z.unknown()).optional(),
});
export type JournalEvent = z.infer<typeof JournalEvent>;

export const PlannedNode = z.object({
  id: z.string(),
  role: z.string(),
  rocketmq: z.string(),
  java: z.int(),
  ports: z.record(z.string(), z.int()),
  heapBytes: z.int(),
  memoryBytes: z.int().describe('expected resident size'),
  folder: z.string(),
  change: z.enum(['create', 'start', 'restart', 'remove', 'none']),
  changes: z.array(z.string()).describe('what differs from the running node, one sentence each'),
});
export type PlannedNode = z.infer<typeof PlannedNode>;

export const Plan = z.object({
  cluster: z.string(),
  profile: z.string(),
  profileFile: z.string(),
  rocketmq: z.string(),
  releaseSource: z.string(),
  java: z.object({ version: z.int(), home: z.string() }),
  namesrvAddr: z.string(),
  host: z.string().optional().describe('which of the hosts of the profile this machine is; absent if the profile has none'),
  remoteNodes: z
    .array(z.object({ id: z.string(), host: z.string(), address: z.string() }))
    .optional()
    .describe('what the other hosts run; absent if the profile has no hosts'),
  nodes: z.array(PlannedNode),
  memoryBytes: z.int(),
  files: z.array(z.string()).describe('files that would be written'),
  notices: z.array(z.string()),
});
export type Plan = z.infer<typeof Plan>;

/** Progress of everything that changes nodes: `up`, `start`, `stop`, `restart`, `down`. */
export const ProgressItem = z.discriminatedUnion('event', [
  z.object({ event: z.literal('plan'), plan: Plan }),
  z.object({ event: z.literal('notice'), message: z.string() }),
  z.object({ event: z.literal('stage'), stage: z.string(), tMs: z.number() }),
  z.object({
    event: z.literal('install'),
    version: z.string(),
    message: z.string(),
    receivedBytes: z.int().nullable(),
    totalBytes: z.int().nullable(),
  }),
  z.object({
    event: z.literal('node'),
    node: z.string(),
    state: NodeState,
    step: z.string().describe('starting, registered, in sync, ready, stopping, stopped …'),
    reason: z.string().nullable(),
    tMs: z.number().describe('ms since the change of this node began'),
  }),
]);
export type ProgressItem = z.infer<typeof ProgressItem>;

/** What `kill` reports, on one clock: ms since the signal. */
export const KillItem = z.discriminatedUnion('event', [
  z.object({ event: z.literal('signalled'), node: z.string(), signal: z.string(), pid: z.int(), tMs: z.number() }),
  z.object({ event: z.literal('exited'), node: z.string(), code: z.int().nullable(), signal: z.string().nullable(), tMs: z.number() }),
  z.object({ event: z.literal('notice'), node: z.string(), message: z.string(), tMs: z.number() }),
  z.object({ event: z.literal('routeChanged'), node: z.string(), namesrv: z.string(), master: z.string().nullable(), tMs: z.number() }),
  z.object({
    event: z.literal('verdict'),
    node: z.string(),
    role: z.string(),
    tMs: z.number(),
    promoted: z.string().nullable(),
    actingMaster: z
      .string()
      .nullable()
      .describe('slaveActingMaster: the slave that NameServers list as 0 meanwhile, without write permission'),
    writable: z.boolean().describe('a send to the killed node’s brokerName (NameServer killed: to any broker) works'),
    writableOn: z.array(z.string()).describe('nodes of the cluster that accepted a send'),
    readableFrom: z.string().nullable().describe('a node that answered a pull of the killed broker’s messages'),
    missingTopics: z.array(z.string()).describe('topics of the killed master that readableFrom does not know'),
    routedBy: z.array(z.string()).describe('NameServers that still answer'),
    routeUnknownOn: z.array(z.string()).describe('NameServers that could not be asked whether they still list the node'),
    proxiedBy: z.array(z.string()).describe('proxies that still answer'),
    controllers: z
      .object({
        leader: z.string().nullable().describe('null: until there is one, no master can be elected'),
        answering: z.array(z.string()).describe('controllers that answer'),
        total: z.int(),
        needed: z.int().describe('how many must be alive to elect a leader'),
      })
      .nullable()
      .describe('the leader of the controllers now, also of those inside NameServers; null: the cluster has no controllers'),
    next: z.array(z.string()).describe('commands that bring it back'),
  }),
]);
export type KillItem = z.infer<typeof KillItem>;
