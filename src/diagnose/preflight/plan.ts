import type { NodeRole } from '../../rocketmq/releases.js';

/** One node as it will run, as far as the checks before a start need it. */
export type PreflightNode = {
  id: string;
  role: NodeRole;
  /** RocketMQ's version. */
  release: string;
  /** The release it ran on before; undefined if it never ran or this is not known. */
  releaseBefore: string | undefined;
  memoryBytes: number;
  /** The profile's own JVM options. */
  jvm: readonly string[];
  store: string;
  /** The node's effective configuration. */
  properties: ReadonlyMap<string, string>;
  /** `none`: it runs and goes on; `restart`: it runs and will be restarted. */
  change: 'start' | 'restart' | 'none';
};

export type PreflightPlan = {
  cluster: string;
  /** RMQDEV_HOME. */
  home: string;
  nodes: readonly PreflightNode[];
};
