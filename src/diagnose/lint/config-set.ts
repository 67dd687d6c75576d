import type { ConfigRole } from '../../rocketmq/keys.js';

/** One `key=value` of a file, as Java reads it. */
export type Entry = {
  key: string;
  value: string;
  /** The value before backslashes were taken away. */
  raw: string;
  line: number;
  /** The line as people see it. */
  text: string;
  /** False where the line has neither = nor :, so that it is a word and what follows it. */
  hasSeparator: boolean;
};

/** What was seen while a file was read, before anybody asked what it means. */
export type ReadRemark = {
  kind: 'empty' | 'binary' | 'utf-16' | 'bom' | 'bad-escape' | 'bad-json' | 'unreadable' | 'not-rocketmq' | 'two-roles';
  line: number | null;
  text: string;
  detail: string;
};

export type ConfigFile = {
  /** As the user named it. */
  path: string;
  /** Undefined: nothing of RocketMQ. */
  role: ConfigRole | undefined;
  /** In the order of the file; a key may come twice. */
  entries: readonly Entry[];
  remarks: readonly ReadRemark[];
};

/** One process that a start script starts. */
export type Launch = {
  role: ConfigRole;
  /** As written after -c, -bc or -pc, and resolved against the `cd`s before it. */
  config: string | undefined;
  /** The file of the set that it names, where there is one. */
  file: string | undefined;
  namesrvAddr: string | undefined;
  /** Words such as `autoCreateTopicEnable=true` that the start class passes over. */
  ignored: readonly string[];
  line: number;
  text: string;
};

export type StartScript = {
  path: string;
  launches: readonly Launch[];
  /** -Xmx as written, by the kind of node that the script is for. */
  heaps: readonly { role: 'namesrv' | 'broker' | undefined; text: string; line: number }[];
};

/** A file that starts RocketMQ in containers (compose, Kubernetes, docker run), and the configuration files beside and below it. */
export type Containers = {
  path: string;
  files: readonly string[];
  /** They share the network of their host. */
  isOnHostNetwork: boolean;
};

/** Files that are meant to run together. */
export type ConfigSet = {
  files: readonly ConfigFile[];
  scripts: readonly StartScript[];
  /** Versions that paths and scripts name. */
  versions: readonly string[];
  containers?: readonly Containers[];
  /** Names of files beside them that were seen but not read, such as plain_acl.yml. */
  otherFiles: readonly string[];
};
