import { ROLES } from './profile.js';

/** Node ids: they name folders, selectors and the first part of `--set`. */
export const NODE_ID = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/;

/** brokerName and brokerClusterName: RocketMQ lists them beside topics (127 characters); dots occur in host names, its own default. */
export const BROKER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,126}$/;

/** Topics and consumer groups. Source: common/.../topic/TopicValidator.java `isTopicOrGroupIllegal` (a bit map of this pattern). */
export const TOPIC_OR_GROUP = /^[%|a-zA-Z0-9_-]+$/;

/** Source: common/.../topic/TopicValidator.java `TOPIC_MAX_LENGTH` (4.4.0 and 4.5.1 still allow 255). */
export const TOPIC_MAX_LENGTH = 127;

/** Source: client/.../Validators.java `CHARACTER_MAX_LENGTH`. */
export const GROUP_MAX_LENGTH = 255;

/** Read and write queues of a new topic on each broker, as `mqadmin updateTopic`. Source: tools/.../command/topic/UpdateTopicSubCommand.java. */
export const DEFAULT_QUEUES = 8;

/** @returns n of an id that ends in `-n<n>`, as replicas that elect their master are numbered; undefined if it does not. */
export function peerNumber(id: string): number | undefined {
  const digits = /-n(\d{1,4})$/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** @returns n of a controller's id, which ends in `-<n>`; undefined if it does not. */
export function controllerNumber(id: string): number | undefined {
  const digits = /-(\d{1,4})$/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Selectors that name a group of nodes. */
export const NODE_GROUPS = ['all', 'masters', 'slaves', 'brokers', 'namesrvs', 'controllers', 'proxies', 'dashboards'] as const;
export type NodeGroup = (typeof NODE_GROUPS)[number];

/** Words that mean something else where a node id could stand: roles (`--set broker.heap=…`) and groups of nodes. */
const RESERVED_IDS: ReadonlySet<string> = new Set([...ROLES, ...NODE_GROUPS]);

export const isReservedId = (id: string): boolean => RESERVED_IDS.has(id);
