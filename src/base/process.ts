/**
 * One process for good. `startTime` is an opaque token that tells a reused pid apart:
 * Linux: boot id and start ticks (proc(5), field 22 of /proc/<pid>/stat); macOS: `ps -o lstart=` in UTC.
 */
export type ProcessIdentity = { pid: number; startTime: string };

/**
 * `at` is in ms since the epoch; `signal` as in SIGKILL. `code` and `signal` are both null if the process was adopted: it is not a child of
 * this daemon, so its status cannot be known.
 */
export type ProcessExit = { at: number; code: number | null; signal: string | null; adopted: boolean };

/**
 * `stopped`: by a signal (SIGSTOP, Ctrl-Z); `uninterruptible`: it waits in the kernel, as for a disk, and no signal reaches it (state D;
 * macOS: U); `traced`: a debugger holds it, or looks into it. `by` is the debugger's pid, if it is known.
 */
export type ProcessState =
  | { word: 'running' }
  | { word: 'stopped' }
  | { word: 'uninterruptible' }
  | { word: 'traced'; by: number | undefined };

export interface RunningProcess {
  readonly identity: ProcessIdentity;
  /** Never rejects; never settles after `release()`. What is left of its group is killed before. */
  readonly exited: Promise<ProcessExit>;
  /**
   * To the process itself, after the signals that were asked for before. @returns false if it is gone; a reused pid is never signalled.
   * Rejects with NODE_FAILED if the system cannot be asked who has the pid, which it is for an adopted process only.
   */
  signal(signal: NodeJS.Signals): Promise<boolean>;
  /** @returns undefined if the process is gone, or the system could not be asked. Never rejects. */
  state(): Promise<ProcessState | undefined>;
  /** SIGKILL to the process, all it started and what is left of its group; resolves when the process is gone. */
  killTree(): Promise<void>;
  /** Stops watching and leaves it running. */
  release(): void;
}
