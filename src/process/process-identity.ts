/**
 * One process for good. `startTime` is an opaque token that tells a reused pid apart:
 * Linux: boot id and start ticks (proc(5), field 22 of /proc/<pid>/stat); macOS: `ps -o lstart=` in UTC.
 */
export type ProcessIdentity = { pid: number; startTime: string };

/** `at` is in ms since the epoch; `signal` as in SIGKILL; `code` and `signal` are both null where the process was adopted. */
export type ProcessExit = { at: number; code: number | null; signal: string | null; adopted: boolean };
