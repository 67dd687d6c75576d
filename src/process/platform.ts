import type { ProcessIdentity, ProcessState } from '../base/process.js';

/** `command` is the full command line; `args` its original arguments, if the system keeps them separate (Linux). */
export type ProcessRow = { pid: number; ppid: number; command: string; args?: readonly string[] };

/** Who holds a TCP port in LISTEN. `command` is the full command line; it and `pid` are undefined without the permission to see them. */
export type PortOwner = { port: number; pid: number | undefined; command: string | undefined; user?: string };

/** `availableBytes` is what new processes can take without swapping, within the limits of the container. */
export type Memory = { totalBytes: number; availableBytes: number };

/** `usedRatio` is 0 to 1 and counts as df does: used / (used + usable). */
export type DiskUsage = { totalBytes: number; usableBytes: number; usedRatio: number };

/** What differs between Linux and macOS. A method rejects only if the system could not be asked at all. */
export interface Platform {
  /**
   * @returns an id of this boot of the machine: it changes at every reboot, but not by sleep or by setting the clock.
   * null if the system has none. Never rejects.
   */
  bootId(): Promise<string | null>;
  /** How often a watch may ask for start times, and probes for the state of one process. 0 is always. More if each question starts a process. */
  readonly askEveryMs: number;
  /** @returns the token of ProcessIdentity, or undefined if no such process is alive. A zombie is not alive. */
  startTime(pid: number): Promise<string | undefined>;
  /** As `startTime`, for many at once; a process that is not alive is absent. */
  startTimes(pids: readonly number[]): Promise<Map<number, string>>;
  /** @returns what it does now; undefined if it is not alive, or another process has its pid. */
  processState(identity: ProcessIdentity): Promise<ProcessState | undefined>;
  /** @returns the pids that hold a lock on the file, or have it open if the system tells no more; without those of other users or containers. */
  lockHolders(file: string): Promise<number[]>;
  /** All live processes that this user may see. */
  processTable(): Promise<ProcessRow[]>;
  /** One row for each listening process and port. A port whose holder the system hides (macOS, other users) is absent. */
  listeners(ports: readonly number[]): Promise<PortOwner[]>;
  /** @returns whether a server could listen on `port` of every address now. */
  isPortFree(port: number): Promise<boolean>;
  memory(): Promise<Memory>;
  /** The file system of `path`. If the path does not exist, its nearest existing parent counts. */
  disk(path: string): Promise<DiskUsage>;
}
