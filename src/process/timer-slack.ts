import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * Linux: by how many nanoseconds the timers of a thread may be late, so that those of several threads share a wake-up. A child has it from
 * the thread that made it, and so have the child's own threads and children. Source: proc(5), prctl(2) PR_SET_TIMERSLACK.
 * The link ends with the number of the calling thread; below /proc/thread-self itself there is no such file.
 */
const ownFile = () => `/proc/${basename(readlinkSync('/proc/thread-self'))}/timerslack_ns`;

/**
 * Calls `start`, which must make its process before it returns, with this timer slack; ours is as before afterwards. Without a /proc that
 * has such a file (macOS, gVisor, old kernels) it only calls it.
 */
export function withTimerSlack<T>(slackNs: number | undefined, start: () => T): T {
  const before = slackNs === undefined ? undefined : readSlack();
  if (before === undefined) return start();
  writeSlack(String(slackNs));
  try {
    return start();
  } finally {
    writeSlack(before);
  }
}

function readSlack(): string | undefined {
  try {
    return readFileSync(ownFile(), 'utf8').trim();
  } catch {
    return undefined;
  }
}

function writeSlack(value: string): void {
  try {
    writeFileSync(ownFile(), value);
  } catch {
    // It only saves wake-ups.
  }
}
