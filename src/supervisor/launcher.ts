/** What the supervisor needs of a process; `process/launcher.ts` fulfils it. */

/** `startTime` is an opaque token that tells a reused pid apart. */
export type ProcessIdentity = { pid: number; startTime: string };

/** `code` and `signal` are both null if the process was adopted: it is not our child, so its status is not known. */
export type ProcessExit = { at: number; code: number | null; signal: string | null; adopted: boolean };

/** `stopped`: by a signal (SIGSTOP, Ctrl-Z); `uninterruptible`: it waits in the kernel, as for a disk, and no signal reaches it (state D; macOS: U); `traced`: a debugger holds it, or looks into it. `by` is the debugger's pid where that is known. */
export type ProcessState =
  | { word: 'running' }
  | { word: 'stopped' }
  | { word: 'uninterruptible' }
  | { word: 'traced'; by: number | undefined };

export interface RunningProcess {
  readonly identity: ProcessIdentity;
  /** Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** After the signals that were asked for before. @returns false when the process is gone. Rejects if the system cannot tell whose the pid is. */
  signal(signal: NodeJS.Signals): Promise<boolean>;
  /** @returns undefined when the process is gone, or the system cannot tell. Never rejects. */
  state(): Promise<ProcessState | undefined>;
  /** SIGKILL to the process and all it started; resolves when it is gone. */
  killTree(): Promise<void>;
  /** Stops watching and leaves it running. */
  release(): void;
}

/** `S` is what a launch needs; the supervisor hands it through unread. */
export interface Launcher<S> {
  launch(spec: S): Promise<RunningProcess>;
  /** @returns undefined where no such process lives, or the pid is somebody else's now. */
  adopt(identity: ProcessIdentity): Promise<RunningProcess | undefined>;
}
