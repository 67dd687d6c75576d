import type { ExitCause, NodeExitRecord } from '../base/node-words.js';
import type { ProcessExit } from '../base/process.js';

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

/**
 * @param orderly what an adopted process left behind shows that it closed in good order. Without that, and without anybody's wish, it counts
 * as crashed: its status cannot be known.
 */
export function exitCause(exit: ProcessExit, asked: Asked, orderly = false): ExitCause {
  if (asked === 'kill' || asked === 'kill-and-restart') return 'killed-by-user';
  if (asked === 'stop') return 'stopped-by-user';
  if (orderly || isCleanExit(exit)) return 'stopped-from-outside';
  // SIGABRT, SIGSEGV and the like are the process's own doing.
  if (exit.signal === 'SIGKILL') return 'killed-from-outside';
  return 'crashed';
}

const ORDERLY = 'shut down cleanly; its exit status is not known, because an earlier daemon started it';

/**
 * Pure: the record of an end, and whether it was `clean`: requested, but not by the user here.
 * @param failure what the supervisor itself knows of it: the launch failed, or a hung process was killed.
 */
export function judgeExit(
  exit: ProcessExit,
  known: { asked: Asked; failure: string | undefined; orderly: boolean; notBefore: number | null },
): { record: NodeExitRecord; clean: boolean } {
  const { asked, failure, orderly, notBefore } = known;
  const isOrderly = failure === undefined && (orderly || isCleanExit(exit));
  const detail = failure ?? (orderly && asked === undefined ? ORDERLY : null);
  return {
    record: { ...exit, notBefore, cause: failure ? 'crashed' : exitCause(exit, asked, orderly), detail, finding: null },
    clean: isOrderly && asked !== 'kill-and-restart',
  };
}
