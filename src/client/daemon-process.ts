import { readFileSync } from 'node:fs';
import { RmqdevError, systemCode } from '../base/errors.js';
import type { HomePaths } from '../base/paths.js';
import type { Result } from '../contract/routes.js';
import { DaemonClient, unreachable } from './http.js';

const START_TIMEOUT_MS = 20_000;
/** A daemon answers within milliseconds; a machine that swaps may need seconds. */
const HELLO_TIMEOUT_MS = 10_000;
const ASK_AGAIN_MS = 25;
const START_AGAIN_MS = 1_000;

export type Hello = Result<'hello'>;

/** @returns the daemon's answer to `hello`, or undefined if none listens. @throws RmqdevError DAEMON_UNREACHABLE with the pid of one that does not answer */
export async function greet(home: HomePaths): Promise<Hello | undefined> {
  const client = new DaemonClient(home.socket);
  const mute = new AbortController();
  const timer = setTimeout(() => mute.abort(muteDaemon(home)), HELLO_TIMEOUT_MS);
  try {
    return await client.call('hello', {}, mute.signal);
  } catch (error) {
    if (!mute.signal.aborted && error instanceof RmqdevError && error.code === 'DAEMON_UNREACHABLE') return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A daemon that accepts the connection but does not answer: stopped (Ctrl-Z, SIGSTOP, a debugger), or far too busy. */
function muteDaemon(home: HomePaths): RmqdevError {
  const pid = lockHolder(home);
  const named = pid === undefined ? 'its process' : `pid ${pid}`;
  const isStopped = pid !== undefined && isStoppedProcess(pid);
  const id = pid ?? '<pid>';
  return new RmqdevError('DAEMON_UNREACHABLE', {
    what: `the rmqdev daemon (${named}) does not answer`,
    why: `it ${isStopped ? 'is stopped by a signal' : 'has its socket open'} but did not answer for ${HELLO_TIMEOUT_MS / 1_000} s`,
    next: `Continue it: \`kill -CONT ${id}\`; or end it: \`kill -9 ${id}\`. Nodes keep running, and the next command starts a daemon that takes them over`,
  });
}

/** @returns the pid that the daemon wrote into its lock. */
function lockHolder(home: HomePaths): number | undefined {
  try {
    const pid = Number(readFileSync(home.daemonLock, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Known only on Linux. */
function isStoppedProcess(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return 'Tt'.includes(stat.charAt(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/**
 * Starts a daemon in the background and waits until it listens. If another command was faster, uses its daemon;
 * if the daemon of the home is about to end, starts the next one.
 */
export async function startDaemon(home: HomePaths): Promise<Hello> {
  // Loaded on use: most commands find a daemon.
  const { spawnDaemon } = await import('./spawn-daemon.js');
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const answer = await spawnDaemon(home, START_TIMEOUT_MS);
    if ('error' in answer && answer.error.code !== 'DAEMON_UNREACHABLE') throw RmqdevError.fromPayload(answer.error);
    const hello = await greetUntil(home, Date.now() + START_AGAIN_MS);
    if (hello) return hello;
    if (Date.now() > deadline) throw unreachable('error' in answer ? answer.error.why : 'it started but does not listen');
  }
}

async function greetUntil(home: HomePaths, deadline: number): Promise<Hello | undefined> {
  for (;;) {
    const hello = await greet(home);
    if (hello || Date.now() > deadline) return hello;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

/** Asks the daemon to end and waits until its process is gone. @returns its pid, or undefined if none ran. */
export async function stopDaemon(home: HomePaths): Promise<number | undefined> {
  const hello = await greet(home);
  if (!hello) return undefined;
  await new DaemonClient(home.socket).call('shutdown', {});
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (isAlive(hello.pid)) {
    if (Date.now() > deadline) throw unreachable(`pid ${hello.pid} was asked to end but still runs`);
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
  return hello.pid;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
