#!/usr/bin/env node
/**
 * What processes cost while nobody uses them: CPU, wake-ups and memory, by process and by thread. Linux only, where /proc has it.
 * As a program: node scripts/bench/idle.mjs [--seconds 30] [--threads 8] [--json] <text in the command line | pid>…
 */
import { readdir, readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** sysconf(_SC_CLK_TCK) of every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;
const KB = 1_024;

/**
 * @typedef {{ name: string, cpuPercent: number, switchesPerSecond: number }} IdleThread Threads of the same name and another number are one row.
 * @typedef {{ pid: number, cpuPercent: number, switchesPerSecond: number, rssBytes: number, pssBytes: number, threads: IdleThread[] }} IdleProcess
 */

/**
 * Measures for `seconds`.
 * @param {number[]} pids
 * @param {{ seconds: number, signal?: AbortSignal }} options
 * @returns {Promise<IdleProcess[]>} 100 % is one core; what was used per second of that time, and the memory at its end.
 */
export async function measureIdle(pids, { seconds, signal }) {
  const since = performance.now();
  const before = await Promise.all(pids.map(readThreads));
  await sleep(seconds * 1_000, undefined, { signal });
  const after = await Promise.all(pids.map(readThreads));
  const elapsed = (performance.now() - since) / 1_000;
  return Promise.all(
    pids.map(async (pid, index) => {
      const threads = difference(before[index], after[index], elapsed);
      const sum = (key) => threads.reduce((total, thread) => total + thread[key], 0);
      return { pid, cpuPercent: sum('cpuPercent'), switchesPerSecond: sum('switchesPerSecond'), ...(await readMemory(pid)), threads };
    }),
  );
}

/** @param {IdleProcess[]} processes */
export function totalOf(processes) {
  const sum = (key) => processes.reduce((total, one) => total + one[key], 0);
  return Object.fromEntries(['cpuPercent', 'switchesPerSecond', 'rssBytes', 'pssBytes'].map((key) => [key, sum(key)]));
}

/** @returns {Promise<Map<string, { name: string, cpuNs: number, switches: number }>>} */
async function readThreads(pid) {
  const folder = `/proc/${pid}/task`;
  const ids = await readdir(folder);
  const threads = await Promise.all(
    ids.map(async (id) => {
      try {
        const [stat, schedstat, status] = await Promise.all(
          ['stat', 'schedstat', 'status'].map((file) => readFile(`${folder}/${id}/${file}`, 'utf8')),
        );
        const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        const [userTicks, systemTicks] = stat
          .slice(stat.lastIndexOf(')') + 2)
          .split(' ')
          .slice(11, 13)
          .map(Number);
        // Nanoseconds of the scheduler; without them (CONFIG_SCHED_INFO) ticks of 10 ms.
        const [cpuNs] = schedstat.split(' ').map(Number);
        const ticksNs = ((userTicks + systemTicks) / TICKS_PER_SECOND) * 1e9;
        return [[id, { name, cpuNs: cpuNs || ticksNs, switches: Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1] ?? 0) }]];
      } catch {
        // It ended meanwhile.
        return [];
      }
    }),
  );
  return new Map(threads.flat());
}

function difference(before, after, seconds) {
  const rows = new Map();
  for (const [id, { name, cpuNs, switches }] of after) {
    const first = before.get(id) ?? { cpuNs: 0, switches: 0 };
    const group = name.replace(/[_-]?\d+$/, '');
    const row = rows.get(group) ?? { name: group, cpuPercent: 0, switchesPerSecond: 0 };
    row.cpuPercent += (cpuNs - first.cpuNs) / 1e7 / seconds;
    row.switchesPerSecond += (switches - first.switches) / seconds;
    rows.set(group, row);
  }
  return [...rows.values()].sort((a, b) => b.cpuPercent - a.cpuPercent);
}

/** Pss: what several processes share (class archives, libraries) is counted once over all of them. */
async function readMemory(pid) {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => readFile(`/proc/${pid}/status`, 'utf8'));
  const kb = (key) => Number(new RegExp(`^${key}:\\s*(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  const rssBytes = (kb('Rss') || kb('VmRSS')) * KB;
  return { rssBytes, pssBytes: kb('Pss') * KB || rssBytes };
}

/** @returns {Promise<{ pid: number, name: string }[]>} the processes whose command line has `text`, or the one with that pid. */
async function find(text) {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const rows = await Promise.all(
    pids.map(async (pid) => {
      const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      const matches = pid === text || args.join(' ').includes(text);
      if (!matches || !/(^|\/)(java|node)$/.test(args[0])) return [];
      const marker = args.find((arg) => arg.startsWith('-Drmqdev.node='));
      return [{ pid: Number(pid), name: marker?.split('/').at(-1) ?? args.slice(1, 3).join(' ').slice(-40) }];
    }),
  );
  return rows.flat().sort((a, b) => a.name.localeCompare(b.name));
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '30' },
      threads: { type: 'string', default: '8' },
      json: { type: 'boolean', default: false },
    },
  });
  const found = (await Promise.all(positionals.map(find))).flat();
  const seconds = Number(values.seconds);
  const processes = await measureIdle(
    found.map(({ pid }) => pid),
    { seconds },
  );
  const total = totalOf(processes);
  const load = loadavg()[0];
  if (values.json) {
    console.log(JSON.stringify({ seconds, load, total, processes: processes.map((one, index) => ({ ...found[index], ...one })) }));
    return;
  }
  console.log(`over ${seconds} s, load ${load.toFixed(1)}`);
  for (const [index, one] of [...processes, total].entries()) {
    const row = [`${one.cpuPercent.toFixed(2)} %`, `${Math.round(one.switchesPerSecond)}/s`, inMb(one.rssBytes), inMb(one.pssBytes)];
    console.log(`${(found[index]?.name ?? 'together').padEnd(24)}${row.map((cell) => cell.padStart(10)).join('')}`);
    for (const { name, cpuPercent, switchesPerSecond } of (one.threads ?? []).slice(0, Number(values.threads)))
      console.log(`    ${name.padEnd(20)}${`${cpuPercent.toFixed(2)} %`.padStart(10)}${`${Math.round(switchesPerSecond)}/s`.padStart(10)}`);
  }
}

const inMb = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
