import type { NodeRole } from '../rocketmq/releases.js';

/**
 * The kind of file that a line is in: `stdout` is the console (stdout and stderr), `hs_err` the JVM's own crash report, `gc` its GC log;
 * else the name of RocketMQ's log without `.log` (`broker`, `store`, `storeerror`, `remoting`, `namesrv`, `controller`, `proxy` …).
 * `unknown`: an unknown file or pasted line.
 */
export type EvidenceKind = 'stdout' | 'hs_err' | 'gc' | 'unknown' | (string & {});

/** Lines of one file that belong to one launch of a node, oldest first. `firstLine` is the number of `lines[0]`, from 1; null: not known. */
export type EvidenceFile = { kind: EvidenceKind; path: string; firstLine: number | null; lines: readonly string[] };

/** Who held one of the node's ports when it ended. `socket` is its name in NodePorts: listen, fast, ha … */
export type PortHolderFact = { port: number; socket: string; pid: number | null; command: string | null };

/** Everything that is known about an end, or about a file. Every field may be missing: `explain` also takes just an exit code or a pasted line. */
export type Evidence = {
  node: string | null;
  role: NodeRole | null;
  /** RocketMQ's version. */
  rocketmq: string | null;
  jdkMajor: number | null;
  exit: { code: number | null; signal: string | null; adopted: boolean } | null;
  /** Was the node ready in this launch? null: not known. */
  wasReady: boolean | null;
  files: readonly EvidenceFile[];
  ports: Readonly<Record<string, number>>;
  portHolders: readonly PortHolderFact[];
  heapBytes: number | null;
  storePath: string | null;
  configFile: string | null;
  /** Did the kernel end a process because memory ran out, and how much memory has the machine? null: not known. */
  memory: { totalBytes: number; availableBytes: number } | null;
  /** Used share of the store's disk, 0 to 1. */
  diskUsedRatio: number | null;
};

export const NO_EVIDENCE: Evidence = {
  node: null,
  role: null,
  rocketmq: null,
  jdkMajor: null,
  exit: null,
  wasReady: null,
  files: [],
  ports: {},
  portHolders: [],
  heapBytes: null,
  storePath: null,
  configFile: null,
  memory: null,
  diskUsedRatio: null,
};
