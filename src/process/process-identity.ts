/**
 * One process for good. `startTime` is an opaque token that tells a reused pid apart:
 * Linux: boot id and start ticks (proc(5), field 22 of /proc/<pid>/stat); macOS: `ps -o lstart=` in UTC.
 */
export type ProcessIdentity = { pid: number; startTime: string };

/** `at` is in ms since the epoch; `signal` as in SIGKILL; `code` and `signal` are both null if the process was adopted. */
export type ProcessExit = { at: number; code: number | null; signal: string | null; adopted: boolean };

/** `stopped`: by a signal (SIGSTOP, Ctrl-Z); `uninterruptible`: it waits in the kernel, as for a disk, and no signal reaches it (state D; macOS: U); `traced`: a debugger holds it, or looks into it. `by` is the debugger's pid where that is known. */
export type ProcessState =
  | { word: 'running' }
  | { word: 'stopped' }
  | { word: 'uninterruptible' }
  | { word: 'traced'; by: number | undefined };
