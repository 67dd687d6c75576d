import type { ConfigRole } from '../../rocketmq/keys.js';

/** One `key=value` of a file, as Java reads it. */
export type Entry = {
  key: string;
  value: string;
  /** The value before Java removes backslashes. */
  raw: string;
  line: number;
  /** The line as in the file. */
  text: string;
  /** False if the line has neither = nor :, so that it is a word and the text after it. */
  hasSeparator: boolean;
};

/** What was seen while the file was read, before any rule judged it. */
export type ReadRemark = {
  kind: 'empty' | 'binary' | 'utf-16' | 'bom' | 'bad-escape' | 'bad-json' | 'unreadable' | 'not-rocketmq' | 'two-roles';
  line: number | null;
  text: string;
  detail: string;
};

export type ConfigFile = {
  /** As the user named it. A file inside another one has its name after the path of that one. */
  path: string;
  /** The file that contains this one: a Compose file, a Kubernetes manifest, a script with here-documents. */
  within?: string;
  /** That file is a manifest of Kubernetes: those of one folder are applied together. */
  isManifest?: boolean;
  /** The file after -c that a container has and that was not given: nothing is known of this node but that it runs. */
  missing?: { config: string; line: number };
  /** Undefined: not a RocketMQ file. */
  role: ConfigRole | undefined;
  /** In the order of the file; a key can occur twice. */
  entries: readonly Entry[];
  remarks: readonly ReadRemark[];
};

/** One process that a start script starts. */
export type Launch = {
  role: ConfigRole;
  /** As written after -c, -bc or -pc, and resolved against the `cd`s before it. */
  config: string | undefined;
  /** The file of the set that it names, if there is one. */
  file: string | undefined;
  namesrvAddr: string | undefined;
  /** Words such as `autoCreateTopicEnable=true` that the start class ignores. */
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

/** A file that starts RocketMQ in containers (compose, Kubernetes, docker run), and the configuration files next to and below it. */
export type Containers = {
  path: string;
  files: readonly string[];
  /** The containers share the network of their host. */
  isOnHostNetwork: boolean;
};

/** A machine of a set that comes in one folder for each host. */
export type SetHost = {
  /** The name of its folder. */
  name: string;
  /** How the other hosts reach it. */
  address: string;
  /** What told the address. */
  source: 'folder' | 'peers' | 'brokerIP' | 'haMasterAddress' | 'hosts file' | 'order of the NameServers' | 'name';
  /** Other names of this address. */
  aliases: readonly string[];
  /** Paths of its configuration files and start scripts. */
  files: readonly string[];
};

/** Files that are meant to run together. */
export type ConfigSet = {
  files: readonly ConfigFile[];
  /** At least two; undefined if the files do not come in one folder for each host. */
  hosts?: readonly SetHost[];
  scripts: readonly StartScript[];
  /** Versions that paths and scripts name. */
  versions: readonly string[];
  containers?: readonly Containers[];
  /** Names of files next to them that were seen but not read, such as plain_acl.yml. */
  otherFiles: readonly string[];
};
