import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The longest path that a Unix socket may have on every platform (macOS: 104 bytes with the final NUL). */
export const MAX_SOCKET_PATH_BYTES = 103;

/** All files of rmqdev, below one folder (`RMQDEV_HOME`, default `~/.rmqdev`). */
export class HomePaths {
  readonly root: string;
  constructor(root: string) {
    this.root = resolve(root);
  }

  static fromEnvironment(env: NodeJS.ProcessEnv): HomePaths {
    return new HomePaths(env.RMQDEV_HOME || join(homedir(), '.rmqdev'));
  }

  get socket(): string {
    return join(this.root, 'daemon.sock');
  }
  /** The real folder of the socket, with mode 0700, in a home that others may enter. Then `socket` is a link into it. */
  get privateFolder(): string {
    return join(this.root, 'run');
  }
  get daemonLock(): string {
    return join(this.root, 'daemon.lock');
  }
  get daemonLog(): string {
    return join(this.root, 'daemon.log');
  }
  get releases(): string {
    return join(this.root, 'rocketmq');
  }
  get cache(): string {
    return join(this.root, 'cache');
  }
  /** `user.home` of mqadmin and other programs that run next to the nodes: it has their logs. */
  get tools(): string {
    return join(this.root, 'tools');
  }
  /** The jar of the dashboard, for nodes whose profile names none. */
  get dashboards(): string {
    return join(this.root, 'dashboard');
  }
  get profiles(): string {
    return join(this.root, 'profiles');
  }
  get clusters(): string {
    return join(this.root, 'clusters');
  }
  /** The file with the name of the cluster used last. */
  get lastCluster(): string {
    return join(this.root, 'last-cluster');
  }
  cluster(name: string): ClusterPaths {
    return new ClusterPaths(join(this.clusters, name));
  }
}

export class ClusterPaths {
  constructor(readonly root: string) {}
  get state(): string {
    return join(this.root, 'cluster.json');
  }
  /** A copy, in case the first cannot be read. */
  get stateCopy(): string {
    return join(this.root, 'cluster.json.bak');
  }
  get journal(): string {
    return join(this.root, 'events.ndjson');
  }
  node(id: string): NodePaths {
    return new NodePaths(join(this.root, 'nodes', id));
  }
  /** Crash reports of a node. */
  crashes(id: string): string {
    return join(this.root, 'crashes', id);
  }
}

/** One node's folder: its `user.home`. */
export class NodePaths {
  constructor(readonly root: string) {}
  /** The generated configuration, with the reason of each line. */
  get config(): string {
    return join(this.root, 'node.conf');
  }
  /** The copy that the JVM gets; RocketMQ rewrites it. */
  get runConfig(): string {
    return join(this.root, 'run', 'node.conf');
  }
  /** The time of the last launch, and the length of each file at that time. */
  get launchMark(): string {
    return join(this.root, 'run', 'launch.json');
  }
  /** The spec with which the running process was launched. */
  get launchedSpec(): string {
    return join(this.root, 'run', 'spec.json');
  }
  get store(): string {
    return join(this.root, 'store');
  }
  /** Accounts of a broker up to 5.2, with `acl`. */
  get plainAcl(): string {
    return join(this.root, 'acl', 'plain_acl.yml');
  }
  get logs(): string {
    return join(this.root, 'logs', 'rocketmqlogs');
  }
  get stdout(): string {
    return join(this.root, 'stdout.log');
  }
  get gcLog(): string {
    return join(this.root, 'gc.log');
  }
  get tmp(): string {
    return join(this.root, 'tmp');
  }
}
