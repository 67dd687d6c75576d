import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { ErrorPayload } from '../base/errors.js';
import { homeNotWritable } from '../base/home.js';
import { packageFile } from '../base/package-files.js';
import type { HomePaths } from '../base/paths.js';
import { unreachable } from './http.js';

const DAEMON = packageFile('dist/bin/daemon.cjs');
/**
 * A daemon waits most of its life. Without V8's optimizing compiler it holds 15 MB less, with a young generation of 1 MB a part 20 MB less
 * (the default of 16 MB is filled before it is first collected); measured on Node.js 20 with a 2m2s: 118 MB before, 73 MB with both and one arena.
 */
const NODE_FLAGS = ['--max-semi-space-size=1', '--no-opt'];
/** glibc gives each thread an arena of its own, and they keep what they once held: 5 MB. */
const SMALL = { MALLOC_ARENA_MAX: '1' };

/** Runs a daemon in the foreground until it ends. @returns its exit code. */
export function runDaemonInForeground(): Promise<number> {
  const child = spawn(process.execPath, [...NODE_FLAGS, DAEMON], { stdio: 'inherit', env: { ...SMALL, ...process.env } });
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

export type Announcement = { ready: true } | { error: ErrorPayload };

/** Starts a daemon in the background. @returns what it said when it listened, or why it does not. */
export function spawnDaemon(home: HomePaths, timeoutMs: number): Promise<Announcement> {
  const log = openLog(home);
  const child = spawn(process.execPath, [...NODE_FLAGS, DAEMON], {
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
      () => reject(unreachable(`it was started (pid ${child.pid}) but reported nothing for ${timeoutMs / 1_000} s`)),
      timeoutMs,
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
