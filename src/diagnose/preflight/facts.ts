/** The facts that `machine/` collects and the rules of this folder judge. Sizes are in bytes, ratios from 0 to 1, times in ms. */

/** A fact, or why it is not known: `unknown` completes "unknown, because …". */
export type Known<T> = { value: T; unknown?: undefined } | { value?: undefined; unknown: string };

export const known = <T>(value: T): Known<T> => ({ value });
export const notKnown = (why: string): Known<never> => ({ unknown: why });

export type MemoryFacts = {
  totalBytes: number;
  /** The memory that new processes can use without swapping. */
  availableBytes: number;
};

/** The file system of a folder, even if the folder does not exist yet. */
export type VolumeFacts = {
  path: string;
  totalBytes: number;
  usableBytes: number;
  /** As df counts: used / (used + usable). */
  usedRatio: number;
  /** Null if the file system has no fixed number of them. */
  freeInodes: number | null;
  /** As the system writes it: ext4, apfs, tmpfs, nfs4, 9p; with its mount options. */
  mount: Known<{ point: string; type: string; options: readonly string[] }>;
  isWritable: boolean;
};

/** `error` is the code of a lookup that failed (ENOTFOUND); `tookMs` is the time so far if there is no answer yet. */
export type HostNameFacts = { name: string; tookMs: number; outcome: 'resolved' | 'failed' | 'no answer yet'; error?: string };

/** For this user's processes; null is unlimited. */
export type LimitFacts = {
  openFiles: number | null;
  processes: number | null;
  /** Processes and threads that count against it now. */
  processesNow: number | null;
  maxMapCount: number | null;
  /** vm.overcommit_memory: 2 is strict. */
  overcommit: number | null;
};

/** Who holds a lock or a port; `command` is the full command line. */
export type Holder = { pid: number; command: string | undefined };

export type ConfigState = 'sound' | 'missing' | 'empty' | 'broken';
/** One of a broker's JSON files and its copy. `why` completes "the file …" if it is broken. */
export type ConfigFacts = { name: string; file: string; main: ConfigState; backup: ConfigState; why: string | undefined };

export type StoreFile = { file: string; sizeBytes: number };

/** The state of one node's store. A store that does not exist yet is empty. */
export type StoreFacts = {
  path: string;
  /** Names of the entries of its root. */
  entries: readonly string[];
  /** In the order of their offsets. */
  commitLog: readonly StoreFile[];
  /** The first file of each queue that was examined. */
  consumeQueue: readonly StoreFile[];
  configs: readonly ConfigFacts[];
  /** Locks that are held now. */
  locks: readonly { file: string; holder: Holder | undefined }[];
  /** Folders on its path that are not writable. */
  readOnly: readonly string[];
};

/** A JVM of RocketMQ, by the main class in the process table. */
export type RocketMqProcess = {
  pid: number;
  role: 'namesrv' | 'broker' | 'controller' | 'proxy' | 'container';
  command: string;
  configFile: string | undefined;
  userHome: string | undefined;
  /** rmqdev's marker: the node's folder. */
  nodeFolder: string | undefined;
};
