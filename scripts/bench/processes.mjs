/** What the kernel says about processes, read from /proc without starting a program: what is measured must not be disturbed. Linux only. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** In ms. Source: proc(5), USER_HZ is 100 on every architecture that Node.js runs on. */
const TICK_MS = 10;
const LOOK_EVERY_MS = 1;
const ENDED = 'ZXx';

export const hasProc = existsSync('/proc/self/stat');

/** @returns {number} ms of processor time that the processes have used since they began; one that has ended counts 0. */
export function cpuMs(pids) {
  return pids.reduce((sum, pid) => {
    const fields = statFields(pid);
    return sum + (fields ? (Number(fields[11]) + Number(fields[12])) * TICK_MS : 0);
  }, 0);
}

/** @returns `rssBytes` counts shared pages in each process, `pssBytes` divides them among those that have them. */
export function memoryOf(pids) {
  let rssBytes = 0;
  let pssBytes = 0;
  for (const pid of pids) {
    const text = read(`/proc/${pid}/smaps_rollup`) ?? '';
    rssBytes += kilobytes(text, 'Rss');
    pssBytes += kilobytes(text, 'Pss');
  }
  return { rssBytes, pssBytes };
}

/** @returns {number | undefined} the most that the process ever had in memory, in bytes. */
export function peakBytes(pid) {
  const text = read(`/proc/${pid}/status`);
  return text === undefined ? undefined : kilobytes(text, 'VmHWM') || undefined;
}

/** @returns {number} percent of a core that the processes use over `ms`. */
export async function cpuPercent(pids, ms, signal) {
  const [before, since] = [cpuMs(pids), performance.now()];
  await sleep(ms, undefined, { signal });
  return ((cpuMs(pids) - before) / (performance.now() - since)) * 100;
}

/** @returns {number} percent of one core that the whole machine is busy over `ms`. */
export async function busyPercent(ms, signal) {
  const busy = () => {
    const [, ...fields] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].split(/\s+/);
    const [user, nice, system, , , irq, softirq] = fields.map(Number);
    return (user + nice + system + irq + softirq) * TICK_MS;
  };
  const [before, since] = [busy(), performance.now()];
  await sleep(ms, undefined, { signal });
  return ((busy() - before) / (performance.now() - since)) * 100;
}

/** @returns {number[]} the processes whose command line or environment has `text`. Never this one. */
export const processesWith = (text) =>
  livingPids().filter((pid) => pid !== process.pid && (has(pid, 'cmdline', text) || has(pid, 'environ', text)));

/**
 * @returns {boolean} whether a thread of the process still exists. The first thread of a JVM is a zombie at once, while the kernel still takes
 *   the other threads and the memory apart; the parent is told after that.
 */
export const isAlive = (pid) => !ENDED.includes(statFields(pid)?.[0] ?? 'X') || threadsOf(pid) > 1;

/**
 * Sends SIGKILL and looks every ms, without starting anything.
 * @param {number} pid
 * @param {(commandLine: string) => boolean} isNext which new process takes its place
 * @returns ms since the signal: until it had ended (the kernel takes a JVM's memory apart before it tells the parent), and until its
 *   successor was in the process table under its own command line.
 */
export async function killUntilNext(pid, isNext, signal) {
  const known = new Set(livingPids());
  const since = performance.now();
  process.kill(pid, 'SIGKILL');
  let goneMs;
  for (;;) {
    if (goneMs === undefined && !isAlive(pid)) goneMs = performance.now() - since;
    const next = livingPids().find((each) => !known.has(each) && isNext(commandLine(each)));
    if (next !== undefined) return { nextMs: performance.now() - since, goneMs: goneMs ?? performance.now() - since, pid: next };
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** SIGKILL to all of them; resolves once all have ended. One that has ended already is fine. */
export async function killUntilGone(pids, signal) {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
  while (pids.some(isAlive)) await sleep(LOOK_EVERY_MS, undefined, { signal });
}

/** @returns {string} its arguments, separated by spaces; empty if it has ended. */
export const commandLine = (pid) => (read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ');

/** @returns {number} the process that started it, or that has inherited it. */
export const parentOf = (pid) => Number(statFields(pid)?.[1]);

function threadsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

function livingPids() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

const has = (pid, file, text) => read(`/proc/${pid}/${file}`)?.includes(text) ?? false;

/** @returns what follows the name in `stat`: [0] is the state, [11] and [12] the ticks in user and system mode. */
function statFields(pid) {
  const text = read(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** @returns {string | undefined} undefined if the process has ended, or is another user's. */
function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

const kilobytes = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1_024;
