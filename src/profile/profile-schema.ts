import { z } from 'zod';
import { RESTART_POLICIES } from '../base/node-words.js';
import { parseDurationMs, parseSizeBytes } from '../base/units.js';
import { DEFAULT_ACCOUNT } from '../rocketmq/access-control.js';
import { STARTUPS } from '../rocketmq/jvm-flags.js';
import { BROKER_NAME, DEFAULT_QUEUES, GROUP_MAX_LENGTH, isReservedId, NODE_ID, TOPIC_MAX_LENGTH, TOPIC_OR_GROUP } from './names.js';
import { ROLES } from './profile.js';

/**
 * One profile file, before `extends` is followed: every key may be missing. The `error` of a part completes "expected …".
 * Durations come out as ms, sizes as bytes, texts as strings, topics in their long form.
 */

const DAY_MS = 86_400_000;
const MIN_HEAP_BYTES = 16 * 1_048_576;
const MAX_HEAP_BYTES = 1_024 * 1_073_741_824;

const text = (error: string) =>
  z
    .union([z.string().regex(/\S/, { error }), z.number()], { error })
    .transform(String)
    .pipe(z.string());

const word = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error });

const whole = (min: number, max: number, error: string) => z.int({ error }).min(min, { error }).max(max, { error });

const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: [values.slice(0, -1).join(', '), values.at(-1)].join(' or ') });

const duration = (error: string) =>
  z.union([z.string(), z.number()], { error }).transform((value, context) => {
    const ms = parseDurationMs(value);
    if (ms !== undefined && ms > 0 && ms <= DAY_MS) return ms;
    context.addIssue({ code: 'custom', message: error });
    return z.NEVER;
  });

const HEAP = 'a heap size from 16m to 1024g, such as 512m (a bare number is bytes)';
const heap = z.union([z.string(), z.number()], { error: HEAP }).transform((value, context) => {
  const bytes = parseSizeBytes(value);
  if (bytes !== undefined && bytes >= MIN_HEAP_BYTES && bytes <= MAX_HEAP_BYTES) return bytes;
  context.addIssue({ code: 'custom', message: HEAP });
  return z.NEVER;
});

const BACKOFF = 'the shortest and the longest wait, such as 1s..30s';
const backoff = z.union([z.string(), z.number()], { error: BACKOFF }).transform((value, context) => {
  const [min, max = min, ...rest] = String(value)
    .split('..')
    .map((part) => parseDurationMs(part));
  if (rest.length === 0 && min !== undefined && max !== undefined && min <= max && max <= DAY_MS) return { minMs: min, maxMs: max };
  context.addIssue({ code: 'custom', message: BACKOFF });
  return z.NEVER;
});

const Policy = oneOf(RESTART_POLICIES);

const Restart = z.strictObject(
  {
    policy: Policy.optional().describe('on-crash: after a crash; never: only report it; always: also after an exit with code 0'),
    maxRestarts: whole(0, 1_000, 'a whole number from 0 to 1000')
      .optional()
      .describe('Crashes within `window` after which the node is given up (default 5)'),
    window: duration('a duration up to 24h, such as 60s').optional().describe('Time in which crashes are counted (default 60s)'),
    backoff: backoff.optional().describe('Wait before a restart, doubled each time: shortest..longest (default 1s..30s)'),
  },
  { error: 'a map' },
);

const restart = z.union([Policy, Restart], { error: 'on-crash, never, always, or a map with policy, maxRestarts, window and backoff' });

const address = word(/^[a-zA-Z0-9._:-]+$/, 'a host name or an address, such as 127.0.0.1');

const Advertise = z.strictObject(
  {
    clients: address.optional().describe('Where clients reach the broker (brokerIP1)'),
    replication: address.optional().describe('Where slaves reach their master (brokerIP2)'),
  },
  { error: 'a map' },
);

const advertise = z.union([address, Advertise], { error: 'an address, or a map with clients and replication' });

const Host = z.strictObject(
  {
    address: address.optional().describe('The address of the machine, as it has it and as the other hosts reach it'),
    advertise: advertise
      .optional()
      .describe('Where its nodes are reached instead, by clients and other hosts (clients) and by slaves and peers (replication)'),
  },
  { error: 'a map' },
);

const host = z.union([address, Host], { error: 'an address, such as 192.168.1.20, or a map with address and advertise' });

const hostName = word(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/, 'a letter or digit, then letters, digits, _ and - (at most 63)');

const KEY = 'text of 7 to 256 characters without blanks';
/** Source: acl/.../plain/PlainPermissionManager.java checkPlainAccessConfig: longer than 6. */
const key = text(KEY).pipe(z.string().regex(/^[\x21-\x7e]{7,256}$/, { error: KEY }));

const Acl = z.strictObject(
  {
    accessKey: key.optional().describe(`Name of the account (default ${DEFAULT_ACCOUNT.accessKey})`),
    secretKey: key
      .optional()
      .describe(
        `Its secret (default ${DEFAULT_ACCOUNT.secretKey}); it is stored in files in RMQDEV_HOME, so choose one that you use nowhere else`,
      ),
  },
  { error: 'a map' },
);

const acl = z.union([z.boolean(), Acl], { error: 'true, false, or a map with accessKey and secretKey' });

const STOP = 'a duration up to 24h, such as 30s';
const START = 'a duration up to 24h, such as 60s';

/** Settings that the cluster, a role or a node may give; the narrower one wins. */
const shared = {
  rocketmq: text('a version such as 5.5.0, a directory or a release zip')
    .optional()
    .describe('RocketMQ version, or the directory or zip of a release (default: the newest supported)'),
  java: text('a major version such as 17, or the home of a JDK')
    .optional()
    .describe('Java major version, or the home of a JDK (default: found)'),
  startup: oneOf(STARTUPS)
    .optional()
    .describe('fast: quick to start (C1 compiler, class archive); throughput: quick to run (C2). Default fast'),
  advertise: advertise.optional().describe('The address that brokers give to clients and slaves (default 127.0.0.1)'),
  restart: restart.optional().describe('What happens when a node ends by itself (default on-crash)'),
  stopTimeout: duration(STOP).optional().describe('Time a node has for a clean stop before it is killed'),
  startTimeout: duration(START).optional().describe('Time a node has to become ready'),
};

const roleSettings = {
  heap: heap.optional().describe('-Xmx and -Xms, such as 512m'),
  jvm: z
    .array(word(/^[-@]\S/, 'a JVM option that begins with -'), { error: 'a list of JVM options, such as [-XX:+UseG1GC]' })
    .optional()
    .describe('More JVM options; they come last, so they win'),
  properties: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean()], { error: 'a single value (text, number, true or false)' }).transform(String),
      { error: 'a map of RocketMQ properties' },
    )
    .optional()
    .describe("RocketMQ's own properties for this node, such as flushDiskType: SYNC_FLUSH"),
  env: z
    .record(
      word(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'letters, digits and _'),
      z.union([z.string(), z.number(), z.boolean()], { error: 'a single value' }).transform(String),
      { error: 'a map of environment variables' },
    )
    .optional()
    .describe('Environment variables of the process'),
  ...shared,
};

const ROLE_MAP = 'a map of settings, such as { heap: 512m }';

const jar = text('the path of a jar')
  .optional()
  .describe('Dashboards: the jar to run, as a path from this file (default: the only one in RMQDEV_HOME/dashboard)');

export const NodeFile = z.strictObject(
  {
    role: oneOf(ROLES).optional().describe('What the node is'),
    host: hostName.optional().describe('The machine that runs it, one of `hosts`'),
    brokerName: word(BROKER_NAME, 'letters, digits, . _ and - (at most 127)')
      .optional()
      .describe('Brokers: master and slaves share it. Default: the node id if brokerId is 0; the id without -n0 if an election decides'),
    brokerId: whole(-1, 2_147_483_647, '0 for a master, a whole number above 0 for a slave, or -1 if an election decides')
      .optional()
      .describe('Brokers: 0 is the master (default), above 0 a slave; -1 (the default there) with replication: dledger or controller'),
    listenPort: whole(1_024, 65_533, 'a port from 1024 to 65533')
      .optional()
      .describe(
        'The port to listen on; a broker also takes listenPort-2 and listenPort+1, a proxy (gRPC there) listenPort-1 for remoting. Default: the next free one',
      ),
    jar,
    ...roleSettings,
  },
  { error: 'a map of settings, such as { role: broker }' },
);

const RoleFile = z.strictObject(roleSettings, { error: ROLE_MAP });

type Topic = { name: string; queues?: number | undefined; brokers?: string[] | undefined };

const topicName = word(TOPIC_OR_GROUP, `a topic name of letters, digits, % | _ and - (at most ${TOPIC_MAX_LENGTH})`).max(TOPIC_MAX_LENGTH, {
  error: `a topic name of at most ${TOPIC_MAX_LENGTH} characters`,
});

const topic = z
  .union(
    [
      topicName,
      z.strictObject(
        {
          name: topicName.describe('The name of the topic'),
          queues: whole(1, 65_535, 'a whole number from 1 to 65535')
            .optional()
            .describe(`Read and write queues on each broker (default ${DEFAULT_QUEUES})`),
          brokers: z
            .array(z.string({ error: 'a brokerName' }), { error: 'a list of brokerNames' })
            .min(1, { error: 'a list of brokerNames' })
            .optional()
            .describe('The brokerNames that get it (default: all)'),
        },
        { error: 'a map' },
      ),
    ],
    { error: 'a topic name, or a map with name, queues and brokers' },
  )
  .transform((value): Topic => (typeof value === 'string' ? { name: value } : value));

const GROUP = `a group name of letters, digits, % | _ and - (at most ${GROUP_MAX_LENGTH})`;

const nodeId = word(NODE_ID, 'a letter or digit, then letters, digits, _ and - (at most 63)').refine((id) => !isReservedId(id), {
  error: 'a word that is not a role or a group of nodes',
});

export const ProfileFile = z.strictObject(
  {
    extends: word(/\S/, 'the name or path of a profile').optional().describe('Profile to start from: a name, or a path from this file'),
    description: z.string({ error: 'text' }).optional().describe('One line for `rmqdev profiles`'),
    brokerClusterName: word(BROKER_NAME, 'letters, digits, . _ and - (at most 127)')
      .optional()
      .describe("RocketMQ's name of the cluster (default DefaultCluster)"),
    replication: oneOf(['sync', 'async', 'dledger', 'controller'])
      .optional()
      .describe(
        'sync: SYNC_MASTER waits for its slave; async: ASYNC_MASTER (default); dledger, controller: replicas of a brokerName elect their master',
      ),
    flush: oneOf(['sync', 'async']).optional().describe('sync: SYNC_FLUSH waits for the disk; async: ASYNC_FLUSH (default)'),
    acl: acl
      .optional()
      .describe(
        'true: brokers accept only clients that have an account, in the way of the release (ACL 1.0 before 5.3, users and policies since); or a map with accessKey and secretKey of the account that may do everything',
      ),
    tls: z
      .boolean({ error: 'true or false' })
      .optional()
      .describe('true: NameServers, brokers and controllers take TLS only, with certificates that RocketMQ makes itself (default false)'),
    hosts: z
      .record(hostName, host, { error: 'a map of machines, such as { a: 192.168.1.20, b: 192.168.1.21 }' })
      .optional()
      .describe('The machines of a cluster that runs on several, with the address of each; every node then names its `host`'),
    ...shared,
    roles: z
      .strictObject(
        {
          namesrv: RoleFile.optional().describe('Settings of every NameServer'),
          controller: RoleFile.optional().describe('Settings of every controller'),
          broker: RoleFile.optional().describe('Settings of every broker'),
          proxy: RoleFile.optional().describe('Settings of every proxy'),
          dashboard: RoleFile.extend({ jar }).optional().describe('Settings of every dashboard'),
        },
        { error: 'a map of roles, such as { broker: { heap: 512m } }' },
      )
      .optional()
      .describe('Settings of every node of a role'),
    nodes: z
      .record(nodeId, NodeFile, { error: 'a map of nodes, such as { namesrv-1: { role: namesrv } }' })
      .optional()
      .describe('The nodes by their ids; null removes an inherited node'),
    topics: z.array(topic, { error: 'a list of topics' }).optional().describe('Topics to create once the cluster is ready'),
    groups: z
      .array(word(TOPIC_OR_GROUP, GROUP).max(GROUP_MAX_LENGTH, { error: GROUP }), { error: 'a list of consumer groups' })
      .optional()
      .describe('Consumer groups to create once the cluster is ready'),
  },
  { error: 'a map of settings, such as { extends: single }' },
);

const settled = { restart: Restart.required(), advertise: Advertise.required() };
const SettledHost = Host.required({ address: true });

/** A node with everything merged in and the short forms of restart and advertise expanded. */
export const SettledNode = NodeFile.required({ startup: true }).extend(settled);

/** A whole profile, likewise. */
export const SettledProfile = ProfileFile.required({ brokerClusterName: true, replication: true, flush: true }).extend({
  advertise: settled.advertise,
  restart: settled.restart,
  hosts: z.record(hostName, SettledHost).optional(),
});

/** Keys of `shared`: what a node takes over from the cluster. */
export const SHARED_KEYS: readonly string[] = Object.keys(shared);

export const PROFILE_KEYS: readonly string[] = Object.keys(ProfileFile.shape);
