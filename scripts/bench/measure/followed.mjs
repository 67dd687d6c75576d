/** See rows/followed.mjs. */

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../figures.mjs';
import { appendRecords } from '../generate.mjs';
import { hasProc, memoryOf } from '../processes.mjs';
import { PROGRAM } from '../program.mjs';
import { RECORDS_PER_SECOND, RELEASE } from '../rows/followed.mjs';
import { timedUp } from './cluster.mjs';

const EVERY_MS = 1_000;
/** The first and the last part of the time are compared. */
const PART = 0.2;

/** @returns the session of the family. */
export async function openFollowed(bench) {
  if (!hasProc) throw new Error('this row needs /proc, that is, Linux');
  const cluster = await bench.workspace.cluster({ release: RELEASE }, bench.signal);
  await bench.workspace.withArchives(cluster, timedUp, bench.signal);
  return {
    sides: { daemon: (signal) => measure(bench, cluster, signal) },
    timeoutMs: bench.followMs + 120_000,
    endRound: () => cluster.end(),
  };
}

async function measure({ followMs, say }, cluster, signal) {
  const { nodes } = await timedUp(cluster, signal);
  const daemon = await cluster.daemon(signal);
  // Without a signal: it is ended below, before anything else.
  const follower = spawn(process.execPath, [PROGRAM, 'logs', 'all', '-f'], {
    env: { ...process.env, ...cluster.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => follower.once('exit', resolve));
  let shown = 0;
  follower.stdout.on('data', (chunk) => (shown += chunk.length));
  const broker = nodes.find(({ brokerId }) => brokerId === 0);
  // The JVM appends too, and neither of the two writes over the other's lines.
  const log = openSync(join(cluster.nodeFolder(broker.id), 'logs', 'rocketmqlogs', 'broker.log'), 'a');
  const samples = [];
  let followerBytes = 0;
  try {
    const since = performance.now();
    let said = since;
    for (let number = 0; performance.now() - since < followMs; ) {
      number = appendRecords(log, RECORDS_PER_SECOND, number);
      await sleep(EVERY_MS, undefined, { signal });
      samples.push(memoryOf([daemon]).rssBytes);
      if (performance.now() - said > 60_000) {
        said = performance.now();
        say(`    ${Math.round((said - since) / 1_000)} s of ${followMs / 1_000} s, ${Math.round(samples.at(-1) / 1e6)} MB`);
      }
    }
    followerBytes = memoryOf([follower.pid]).rssBytes;
  } finally {
    closeSync(log);
    follower.kill('SIGKILL');
    await ended;
  }
  if (shown === 0) throw new Error('logs -f showed nothing');
  const part = Math.max(1, Math.floor(samples.length * PART));
  return {
    firstBytes: median(samples.slice(0, part)),
    lastBytes: median(samples.slice(-part)),
    mostBytes: Math.max(...samples),
    followerBytes,
    forMs: followMs,
  };
}
