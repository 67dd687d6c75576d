/** Topics and groups that RocketMQ creates for itself, and reserved words. */

/** A broker refuses to create these. Source: common/.../topic/TopicValidator.java `SYSTEM_TOPIC_SET` (5.3.3), `SYSTEM_TOPIC_PREFIX`. */
const RESERVED_TOPICS: ReadonlySet<string> = new Set([
  'TBW102',
  'SCHEDULE_TOPIC_XXXX',
  'BenchmarkTest',
  'RMQ_SYS_TRANS_HALF_TOPIC',
  'RMQ_SYS_TRANS_OP_HALF_TOPIC',
  'RMQ_SYS_TRACE_TOPIC',
  'TRANS_CHECK_MAX_TIME_TOPIC',
  'SELF_TEST_TOPIC',
  'OFFSET_MOVED_EVENT',
  'CHECKPOINT_TOPIC',
]);
const RESERVED_PREFIX = 'rmq_sys_';

export const isReservedTopic = (topic: string): boolean => RESERVED_TOPICS.has(topic) || topic.startsWith(RESERVED_PREFIX);

/** A broker creates these for itself. Sources: broker/.../topic/TopicConfigManager.java, common/.../MixAll.java. */
const SYSTEM_TOPIC = /^(?:RMQ_SYS_|%SYS%|TopicForDLQ|DefaultHeartBeatSyncerTopic$)|_REPLY_TOPIC$/;

/** Source: broker/.../subscription/SubscriptionGroupManager.java `init`, common/.../MixAll.java. */
const SYSTEM_GROUPS: ReadonlySet<string> = new Set([
  'TOOLS_CONSUMER',
  'FILTERSRV_CONSUMER',
  'SELF_TEST_C_GROUP',
  'CLIENT_INNER_PRODUCER',
  '__MONITOR_CONSUMER',
  'CID_RMQ_SYS_TRANS',
  'DEFAULT_CONSUMER',
  'SCHEDULE_CONSUMER',
]);
/** rmqdev's own: brokers that create groups by themselves keep a group for each client that pulls once. */
export const PROBE_GROUP = 'rmqdev-probe';
export const PRODUCER_GROUP = 'rmqdev-producer';
const OWN_GROUPS: ReadonlySet<string> = new Set([PROBE_GROUP, PRODUCER_GROUP]);
const SYSTEM_GROUP = /^(?:CID_ONSAPI_|CID_ONS-HTTP-PROXY|CID_RMQ_SYS_|CID_SYS_|CID_DefaultHeartBeat|%SYS%)/;

/**
 * Shown only on request, never deleted here.
 * @param clusterAndBrokers names that are topics too: the cluster's and each broker's
 */
export const isSystemTopic = (topic: string, clusterAndBrokers: ReadonlySet<string> = new Set()): boolean =>
  isReservedTopic(topic) || SYSTEM_TOPIC.test(topic) || clusterAndBrokers.has(topic);

/** The retry topic and the dead letter topic of a group. */
export const isGroupTopic = (topic: string): boolean => /^%(?:RETRY|DLQ)%/.test(topic);

/** Shown only on request; rmqdev's own are among them. */
export const isSystemGroup = (group: string): boolean => SYSTEM_GROUPS.has(group) || OWN_GROUPS.has(group) || SYSTEM_GROUP.test(group);
