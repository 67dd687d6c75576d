/** See rows/supervisors.mjs. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { until } from '../cluster.mjs';
import {
  commandLine,
  cpuPercent,
  hasProc,
  isAlive,
  killUntilGone,
  killUntilNext,
  memoryOf,
  parentOf,
  processesWith,
} from '../processes.mjs';
import { PROCESSES, RELEASE } from '../rows/supervisors.mjs';
import { npmPackage, pythonPackage } from '../tools.mjs';
import { timedUp } from './cluster.mjs';

const SETTLE_MS = 5_000;
/** They do the same all the time. */
const SLEEPERS_IDLE_MS = 10_000;
const READY_TIMEOUT_MS = 60_000;
/** supervisord counts a process as started after a second (startsecs). */
const STARTED_MS = 1_500;

/** @returns the session of the family. */
export async function openSupervisors(bench) {
  if (!hasProc) throw new Error('this row needs /proc, that is, Linux');
  const { signal, workspace } = bench;
  const cluster = await workspace.cluster({ release: RELEASE }, signal);
  await workspace.withArchives(cluster, timedUp, signal);
  const facts = {};
  const sides = { rmqdev: (signal) => measureRmqdev(bench, cluster, signal) };
  // Only a comparison: without npm's registry or Python the rows are still measured.
  for (const [name, prepare] of Object.entries({ pm2: preparePm2, supervisord: prepareSupervisord })) {
    bench.say(`  getting ${name}`);
    try {
      const { version, start, stop } = await prepare(workspace, signal);
      facts[name] = version;
      sides[name] = async (signal) => {
        const { daemon, sleepers } = await start(signal);
        try {
          return await measureSleepers(bench, daemon, sleepers, signal);
        } finally {
          await stop(daemon);
        }
      };
    } catch (error) {
      if (signal.aborted) throw error;
      bench.say(`  without ${name}: ${error.shortMessage ?? error.message}`);
    }
  }
  return { facts, sides, endRound: () => cluster.end(), close: () => {} };
}

async function measureRmqdev(bench, cluster, signal) {
  const { nodes } = await timedUp(cluster, signal);
  const figures = {};
  await sleep(SETTLE_MS, undefined, { signal });
  if (bench.wants('daemon-cpu') || bench.wants('daemon-memory')) {
    const daemon = await cluster.daemon(signal);
    figures.idlePercent = await cpuPercent([daemon], bench.idleMs, signal);
    figures.rssBytes = memoryOf([daemon]).rssBytes;
  }
  const [first, second] = nodes.filter(({ role }) => role === 'SYNC_MASTER');
  if (bench.wants('kill')) {
    const { nextMs, goneMs } = await killNode(cluster, first.id, signal);
    Object.assign(figures, { childMs: nextMs, childGoneMs: goneMs });
    await cluster.do(['wait', '-c', '2m2s'], signal);
  }
  if (bench.wants('kill-adopted')) {
    await killUntilGone([await cluster.daemon(signal)], signal);
    // Any command starts the next daemon, which adopts what runs.
    await cluster.do(['wait', '-c', '2m2s'], signal);
    const { nextMs, goneMs } = await killNode(cluster, second.id, signal);
    Object.assign(figures, { adoptedMs: nextMs, adoptedGoneMs: goneMs });
    await cluster.do(['wait', '-c', '2m2s'], signal);
  }
  await cluster.end();
  return figures;
}

function killNode(cluster, id, signal) {
  const marker = `-Drmqdev.node=${cluster.nodeFolder(id)}`;
  const isNode = (line) => /^\S*\/java /.test(line) && line.includes(`${marker} `);
  const [pid] = processesWith(`${marker}\0`).filter((each) => isNode(commandLine(each)));
  if (pid === undefined) throw new Error(`no process has ${marker}`);
  return killUntilNext(pid, isNode, signal);
}

async function measureSleepers(bench, daemon, sleepers, signal) {
  const figures = {};
  if (bench.wants('daemon-cpu') || bench.wants('daemon-memory')) {
    await sleep(SETTLE_MS, undefined, { signal });
    figures.idlePercent = await cpuPercent([daemon], Math.min(bench.idleMs, SLEEPERS_IDLE_MS), signal);
    figures.rssBytes = memoryOf([daemon]).rssBytes;
  }
  if (bench.wants('kill')) {
    await sleep(STARTED_MS, undefined, { signal });
    const line = commandLine(sleepers[0]);
    figures.childMs = (await killUntilNext(sleepers[0], (each) => each === line, signal)).nextMs;
  }
  return figures;
}

/** A number of seconds for each process, which tells them apart in the process table; the pid makes it this run's. */
const secondsOf = (index, offset) => 1_000_000_000 + offset + process.pid * 10 + index;
const indexes = Array.from({ length: PROCESSES }, (_, index) => index);

async function untilSleeping(offset, signal) {
  const wanted = new Set(indexes.map((index) => `sleep ${secondsOf(index, offset)}`));
  let sleepers = [];
  await until(signal, READY_TIMEOUT_MS, async () => {
    sleepers = processesWith('sleep\0').filter((pid) =>
      wanted.has(
        commandLine(pid)
          .trim()
          .replace(/^\S*\//, ''),
      ),
    );
    return sleepers.length === PROCESSES;
  });
  return sleepers;
}

async function preparePm2(workspace, signal) {
  const pm2 = await npmPackage(workspace, 'pm2', 'latest', signal);
  const home = workspace.make('pm2');
  const apps = indexes.map((index) => ({
    name: `sleep-${index}`,
    script: '/bin/sleep',
    args: String(secondsOf(index, 0)),
    interpreter: 'none',
    cwd: home,
  }));
  await writeFile(join(home, 'bench.json'), JSON.stringify({ apps }));
  const run = (args, signal) =>
    execa(process.execPath, [join(pm2, 'bin', 'pm2'), ...args], { env: { PM2_HOME: home }, stdin: 'ignore', cancelSignal: signal });
  const { stdout } = await execa(process.execPath, ['-p', `require(${JSON.stringify(join(pm2, 'package.json'))}).version`]);
  return {
    version: stdout,
    start: async (signal) => {
      await run(['start', join(home, 'bench.json')], signal);
      const sleepers = await untilSleeping(0, signal);
      return { sleepers, daemon: parentOf(sleepers[0]) };
    },
    stop: async () => void (await run(['kill']).catch(() => {})),
  };
}

async function prepareSupervisord(workspace, signal) {
  const programs = await pythonPackage(workspace, 'supervisor', signal);
  const home = workspace.make('supervisord');
  const config = join(home, 'supervisord.conf');
  const sections = indexes.map(
    (index) =>
      `[program:sleep-${index}]\ncommand=/bin/sleep ${secondsOf(index, 100_000_000)}\nautorestart=true\nstdout_logfile=NONE\nstderr_logfile=NONE\n`,
  );
  await writeFile(
    config,
    `[supervisord]\nnodaemon=true\n${process.getuid() === 0 ? 'user=root\n' : ''}logfile=${home}/log\npidfile=${home}/pid\nchildlogdir=${home}\n\n${sections.join('\n')}`,
  );
  const { stdout } = await execa(join(programs, 'supervisord'), ['--version']);
  return {
    version: stdout,
    start: async (signal) => {
      const child = execa(join(programs, 'supervisord'), ['-c', config], { stdio: 'ignore', detached: true, reject: false });
      return { sleepers: await untilSleeping(100_000_000, signal), daemon: child.pid };
    },
    stop: async (daemon) => {
      process.kill(daemon, 'SIGTERM');
      while (isAlive(daemon)) await sleep(20);
    },
  };
}
