import type { ProcessExit } from './launcher.js';

export type ExitCause = 'killed-by-user' | 'stopped-by-user' | 'stopped-from-outside' | 'killed-from-outside' | 'crashed';

/** What the user asked of the process before it ended. */
export type Asked = 'stop' | 'kill' | 'kill-and-restart' | undefined;

/** Signals that a JVM survives: SIGQUIT makes it print its threads. Source: OpenJDK os/posix/signals_posix.cpp, signal(7). */
const SURVIVED_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGQUIT',
  'SIGSTOP',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGCONT',
  'SIGCHLD',
  'SIGURG',
  'SIGWINCH',
  'SIGPIPE',
]);

/** Is `signal` meant to end the process? */
export function endsProcess(signal: NodeJS.Signals): boolean {
  return !SURVIVED_SIGNALS.has(signal);
}

/** 0, and what a JVM answers after its shutdown hook to SIGHUP, SIGINT and SIGTERM. */
const CLEAN_CODES: ReadonlySet<number> = new Set([0, 129, 130, 143]);

/** The process ended in an orderly way. */
export function isCleanExit(exit: ProcessExit): boolean {
  return CLEAN_CODES.has(exit.code ?? -1) || exit.signal === 'SIGTERM';
}

/** @returns why a process ended. An adopted process without anybody's wish counts as crashed: its status cannot be known. */
export function exitCause(exit: ProcessExit, asked: Asked): ExitCause {
  if (asked === 'kill' || asked === 'kill-and-restart') return 'killed-by-user';
  if (asked === 'stop') return 'stopped-by-user';
  if (isCleanExit(exit)) return 'stopped-from-outside';
  // SIGABRT, SIGSEGV and the like are the process's own doing.
  if (exit.signal === 'SIGKILL') return 'killed-from-outside';
  return 'crashed';
}
