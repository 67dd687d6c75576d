import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type ErrorPayload, RmqdevError, systemCode } from '../base/errors.js';
import { homeNotWritable, prepareHome } from '../base/home.js';
import type { HomePaths } from '../base/paths.js';
import type { Result } from '../contract/routes.js';
import { PROTOCOL } from '../contract/version.js';
import { DaemonClient, unreachable } from './http.js';

const DAEMON_MAIN = fileURLToPath(new URL('../daemon/main.js', import.meta.url));
/**
 * A daemon waits most of its life. Without V8's optimizing compiler it holds 15 MB less, with a young generation of 1 MB a part 20 MB less
 * (the default of 16 MB is filled before it is first collected); measured on Node.js 20 with a 2m2s: 118 MB before, 73 MB with both and one arena.
 */
const NODE_FLAGS = ['--max-semi-space-size=1', '--no-opt'];
/** glibc gives each thread an arena of its own, and they keep what they once held: 5 MB. */
const SMALL = { MALLOC_ARENA_MAX: '1' };
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
 * Finds the daemon of this home, or starts one.
 * @throws RmqdevError DAEMON_VERSION_MISMATCH if the running daemon speaks another protocol, DAEMON_UNREACHABLE, or why it could not start.
 */
export async function connect(home: HomePaths, version: string): Promise<{ client: DaemonClient; hello: Hello }> {
  prepareHome(home);
  const running = await greet(home);
  const hello = running ?? (await startDaemon(home));
  if (hello.protocol !== PROTOCOL) {
    throw new RmqdevError('DAEMON_VERSION_MISMATCH', {
      what: `the running daemon (${hello.version}, pid ${hello.pid}) and this rmqdev (${version}) do not understand each other`,
      why: `it speaks protocol ${hello.protocol}, this command ${PROTOCOL}`,
      next: 'Run `rmqdev daemon restart`: the new daemon takes over every node, no node is restarted',
    });
  }
  return { client: new DaemonClient(home.socket), hello };
}

/**
 * Starts a daemon in the background and waits until it listens. If another command was faster, uses its daemon;
 * if the daemon of the home is about to end, starts the next one.
 */
export async function startDaemon(home: HomePaths): Promise<Hello> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const answer = await spawnDaemon(home);
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

/** Runs a daemon in the foreground until it ends. @returns its exit code. */
export function runDaemonInForeground(): Promise<number> {
  const child = spawn(process.execPath, [...NODE_FLAGS, DAEMON_MAIN], { stdio: 'inherit', env: { ...SMALL, ...process.env } });
  // The terminal sends Ctrl-C to both processes; only the daemon decides when to end. The second Ctrl-C kills.
  let interrupts = 0;
  process.on('SIGINT', () => {
    interrupts += 1;
    if (interrupts > 1) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 70));
  });
}

type Announcement = { ready: true } | { error: ErrorPayload };

function spawnDaemon(home: HomePaths): Promise<Announcement> {
  const log = openLog(home);
  const child = spawn(process.execPath, [...NODE_FLAGS, DAEMON_MAIN], {
    cwd: home.root,
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
    env: { ...SMALL, ...process.env, RMQDEV_HOME: home.root, RMQDEV_READY_PIPE: '3' },
  });
  closeSync(log);
  child.unref();
  const pipe = child.stdio[3] as Readable;
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(
      () => reject(unreachable(`it was started (pid ${child.pid}) but reported nothing for ${START_TIMEOUT_MS / 1_000} s`)),
      START_TIMEOUT_MS,
    );
    child.once('error', reject);
    pipe.on('data', (chunk) => {
      text += chunk;
    });
    pipe.on('end', () => {
      clearTimeout(timer);
      if (text !== '') resolve(JSON.parse(text) as Announcement);
      else reject(unreachable(`it ended during its start; ${home.daemonLog} says why`));
    });
  });
}

/** The daemon writes its own log; the output of a dying Node.js goes there too. */
function openLog(home: HomePaths): number {
  try {
    return openSync(home.daemonLog, 'a', 0o600);
  } catch (error) {
    throw homeNotWritable(home, error);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
