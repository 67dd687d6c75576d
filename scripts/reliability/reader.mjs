#!/usr/bin/env node
/**
 * A log of 1 GB searched with `--since` and a pattern that never ends, while nodes crash: supervision keeps its pace, memory stays bounded.
 *
 * --rounds 10 (with the reader, and as many without)  --gigabytes 1  --port 23500  --json <file>; fake JVMs
 */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EXIT_CODES } from '../../dist/base/errors.js';
import { rssBytes, Scene } from './hostile/scene.mjs';
import { commit, figuresFile, MACHINE } from './report/taken-on.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    gigabytes: { type: 'string', default: '1' },
    port: { type: 'string', default: '23500' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('reader [--rounds 10] [--gigabytes 1] [--port 23500] [--json <file>]');
  process.exit(0);
}

const MB = 1_024 * 1_024;
const BROKERS = ['broker-a', 'broker-a-s'];
/** A crash after so long a quiet is followed by a restart at once. */
const QUIET_MS = 11_000;
/** Supervision is slower than that with a reader: a failure. Both share two processors. */
const MAX_RATIO = 2;
const CLI = fileURLToPath(new URL('../../dist/bin/rmqdev.cjs', import.meta.url));
const output = figuresFile('reader', values.json);
const rounds = Number(values.rounds);
const scene = new Scene(Number(values.port));
const { world } = scene;

/** What no pattern of the kind (a+)+$ is done with comes last: the whole log is searched first. */
function writeLog(file, bytes) {
  mkdirSync(dirname(file), { recursive: true });
  const from = Date.now() - 3_600_000;
  const handle = openSync(file, 'w');
  const stamp = (ms) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  let records = 0;
  for (let written = 0; written < bytes; ) {
    const at = stamp(from + (written / bytes) * 3_000_000);
    let block = '';
    for (; block.length < MB; records += 1)
      block += `${at} INFO NettyServerCodecThread_1 - NETTY SERVER PIPELINE: channelActive, the channel ${records}\n`;
    written += writeSync(handle, block);
  }
  writeSync(handle, `${stamp(Date.now())} INFO main - ${'a'.repeat(60)}!\n`);
  closeSync(handle);
  return records;
}

const SEARCH = ['logs', 'broker-a', '-c', 'k', '--file', 'remoting', '--since', '2h', '--grep', '(a+)+$'];

/** Searches again and again until it is told to stop. */
function reader() {
  const stop = new AbortController();
  let highestRssBytes = 0;
  const ended = (async () => {
    while (!stop.signal.aborted) {
      const child = spawn(process.execPath, [CLI, ...SEARCH], { env: { ...process.env, RMQDEV_HOME: world.home.root }, stdio: 'ignore' });
      const end = () => child.kill('SIGKILL');
      stop.signal.addEventListener('abort', end, { once: true });
      const sample = setInterval(() => {
        highestRssBytes = Math.max(highestRssBytes, rssBytes(child.pid));
      }, 200);
      await new Promise((resolve) => child.once('close', resolve));
      clearInterval(sample);
      stop.signal.removeEventListener('abort', end);
    }
  })();
  return {
    async stop() {
      stop.abort();
      await ended;
      return highestRssBytes;
    },
  };
}

/** @returns a function that crashes a node and tells how long its next process takes to be launched, as the journal's readers see it. */
async function watchLaunches() {
  const waiting = new Map();
  const closed = new AbortController();
  const watching = world.client
    .stream('events', { cluster: 'k', follow: true, lines: 0 }, ({ type, node }) => waiting.get(`${type} ${node}`)?.(), closed.signal)
    .catch((error) => {
      if (!closed.signal.aborted) throw error;
    });
  const next = (type, node) => new Promise((resolve) => waiting.set(`${type} ${node}`, resolve));
  return {
    async crash(node) {
      const { pid } = world.jvms().find((jvm) => jvm.node === node);
      const launched = next('node-launched', node);
      const ready = next('node-ready', node);
      const since = performance.now();
      process.kill(pid, 'SIGKILL');
      await launched;
      const tookMs = performance.now() - since;
      await ready;
      return tookMs;
    },
    async stop() {
      closed.abort();
      await watching;
    },
  };
}

const at = (times, share) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))];
const round = (value) => Math.round(value * 100) / 100;
const figures = (times) => ({
  crashes: times.length,
  medianMs: round(at(times, 0.5)),
  p90Ms: round(at(times, 0.9)),
  maxMs: round(Math.max(...times)),
});

try {
  await world.startDaemon();
  await world.up(() => {});
  const log = join(world.paths.root, 'nodes', 'broker-a', 'logs', 'rocketmqlogs', 'remoting.log');
  const records = writeLog(log, Number(values.gigabytes) * 1_024 * MB);
  const launches = await watchLaunches();
  scene.watchMemory();
  const times = { without: [], with: [] };
  let cliHighestBytes = 0;
  for (let i = 0; i < 2 * rounds; i += 1) {
    const kind = i % 2 === 0 ? 'without' : 'with';
    const searching = kind === 'with' ? reader() : undefined;
    await sleep(QUIET_MS);
    for (const node of BROKERS) times[kind].push(await launches.crash(node));
    cliHighestBytes = Math.max(cliHighestBytes, (await searching?.stop()) ?? 0);
    console.error(`round ${i + 1} of ${2 * rounds}, ${kind} a reader: ${times[kind].slice(-2).map(Math.round).join(' and ')} ms`);
  }
  await launches.stop();
  const search = await scene.cli(SEARCH, { timeoutMs: 900_000 });
  cliHighestBytes = Math.max(cliHighestBytes, search.highestRssBytes);
  const reading = figures(times.with);
  const idle = figures(times.without);
  const ratio = round(reading.medianMs / idle.medianMs);
  scene.check('the search is given up with PATTERN_TOO_COSTLY', search.exitCode === EXIT_CODES.PATTERN_TOO_COSTLY, search.said);
  scene.check('supervision keeps its pace', ratio <= MAX_RATIO, `ratio ${ratio}`);
  const growthBytes = scene.memory.highestBytes - scene.memory.beforeBytes;
  scene.check('the memory of the daemon grows by less than 50 MB', growthBytes < 50 * MB, String(growthBytes));
  scene.check('a search takes less than 300 MB', cliHighestBytes < 300 * MB, String(cliHighestBytes));
  const result = {
    what: 'brokers killed with SIGKILL, with and without a command that searches a log with --since and --grep (a+)+$; ms from the kill to the next launch',
    on: 'fake JVMs, 3 nodes',
    machine: MACHINE,
    commit: commit(),
    seed: 'none',
    crashes: times.with.length + times.without.length,
    failures: scene.failed,
    withReader: reading,
    withoutReader: idle,
    ratioOfMedians: ratio,
    log: { bytes: statSync(log).size, records },
    search: { ms: search.ms, exitCode: search.exitCode, highestRssBytes: cliHighestBytes },
    daemon: {
      beforeBytes: scene.memory.beforeBytes,
      highestBytes: scene.memory.highestBytes,
      atTheEndBytes: rssBytes(world.daemon.child.pid),
    },
  };
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
  process.exitCode = scene.failed.length === 0 ? 0 : 1;
} finally {
  await scene.dispose();
}
