import type { ProcessIdentity, ProcessState } from '../base/process.js';

/** `command` is the full command line; `args` its arguments as they were given, where the system keeps them apart (Linux). */
export type ProcessRow = { pid: number; ppid: number; command: string; args?: readonly string[] };

/** Who holds a TCP port in LISTEN. `command` is the full command line; it and `pid` are undefined without the permission to see them. */
export type PortOwner = { port: number; pid: number | undefined; command: string | undefined; user?: string };

/** `availableBytes` is what new processes can take without swapping, within the limits of the container. */
export type Memory = { totalBytes: number; availableBytes: number };

/** `usedRatio` is 0 to 1 and counts as df does: used / (used + usable). */
export type DiskUsage = { totalBytes: number; usableBytes: number; usedRatio: number };

/** What differs between Linux and macOS. A method rejects only where the system could not be asked at all. */
export interface Platform {
  /**
   * @returns what names this boot of the machine: it differs after every reboot, and neither sleep nor a clock that was set changes it.
   * null if the system does not tell. Never rejects.
   */
  bootId(): Promise<string | null>;
  /** How often a watch may ask for start times, and probes for the state of one process: where each question is a process of its own, not at every tick. 0 is always. */
  readonly askEveryMs: number;
  /** @returns the token of ProcessIdentity, or undefined when no such process lives. A zombie does not live. */
  startTime(pid: number): Promise<string | undefined>;
  /** As `startTime`, for many at once; a process that does not live is absent. */
  startTimes(pids: readonly number[]): Promise<Map<number, string>>;
  /** @returns what it does at this moment; undefined when it does not live, or its pid is another's now. */
  processState(identity: ProcessIdentity): Promise<ProcessState | undefined>;
  /** @returns the pids that hold a lock on the file, or have it open where the system tells no more; without those of other users, or in other containers. */
  lockHolders(file: string): Promise<number[]>;
  /** All live processes that this user may see. */
  processTable(): Promise<ProcessRow[]>;
  /** One row per listening process and port. A port whose holder the system hides altogether (macOS, other users) is absent. */
  listeners(ports: readonly number[]): Promise<PortOwner[]>;
  /** @returns whether a server could listen on `port` of every address now. */
  isPortFree(port: number): Promise<boolean>;
  memory(): Promise<Memory>;
  /** Of the file system that holds `path`, or would: the nearest existing ancestor counts. */
  disk(path: string): Promise<DiskUsage>;
}
