#!/usr/bin/env node
// Compares `rmqdev up 2m2s` with the scripts of RocketMQ, side by side on this machine: the same JDK, jars, ports and questions.
// Ratios count; bare times are one machine's. On macOS the scripts make a RAM disk for their GC logs (/Volumes/RAMDisk) and leave it.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RemotingClient } from '../dist/remoting/client.js';
import { jvmsWith, nodesOf, residentBytes, untilRegistered, untilWritable } from './bench/cluster.mjs';
import { RmqdevCluster } from './bench/rmqdev.mjs';
import { StockCluster, scriptsFor } from './bench/stock.mjs';

const USAGE = `npm run bench -- [--release 4.9.7] [--rounds 3] [--scripts <release>] [--json]

Starts 2m2s by the scripts of RocketMQ (256 MB heaps) and by rmqdev, in turn; rmqdev twice a round: without class archives
(first start) and with them (later starts), each time with its daemon still to be started.
Seconds from the command until all brokers are registered, and until a send to each master returns 0 with its slave in sync.`;
const ROUND_TIMEOUT_MS = 300_000;
const SIDES = ['stock', 'first', 'later'];
const LABELS = { stock: 'stock scripts', first: 'rmqdev, first start', later: 'rmqdev, later starts' };

const { values: options } = parseArgs({
  options: {
    release: { type: 'string', default: '4.9.7' },
    rounds: { type: 'string', default: '3' },
    scripts: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const say = (text) => void (options.json ? process.stderr : process.stdout).write(`${text}\n`);
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => interrupted.abort());

if (options.help) say(USAGE);
else {
  await bench().catch((error) => {
    if (!interrupted.signal.aborted) throw error;
    say('interrupted; what was started is stopped');
    process.exitCode = 130;
  });
}

async function bench() {
  const scripts = options.scripts ?? scriptsFor(options.release);
  const folder = mkdtempSync(join(tmpdir(), 'rmqb-'));
  const rmqdev = new RmqdevCluster({ home: join(folder, 'h'), release: options.release });
  let stock;
  try {
    const release = await rmqdev.install(interrupted.signal);
    const { nodes: _, ...plan } = await rmqdev.plan(interrupted.signal);
    stock = await StockCluster.prepare({ folder, release, scripts, javaHome: plan.java.home, signal: interrupted.signal });
    say(`RocketMQ ${options.release}, JDK ${plan.java.version}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`);
    say(
      `stock: bin and conf of ${scripts}${scripts === options.release ? '' : ` (those of ${options.release} are not published)`}, its heaps set to 256 MB\n`,
    );
    const rounds = [];
    for (let round = 1; round <= Number(options.rounds); round += 1) {
      rounds.push(await oneRound(rmqdev, stock));
      say(`round ${round}\n${table(rounds.at(-1))}\n`);
    }
    report(rounds, { scripts, plan });
  } finally {
    await stock?.stop();
    await rmqdev.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function oneRound(rmqdev, stock) {
  const signal = AbortSignal.any([interrupted.signal, AbortSignal.timeout(ROUND_TIMEOUT_MS)]);
  const nodes = nodesOf(await rmqdev.plan(signal));
  const byScripts = await timed(async (watch) => {
    await stock.start(nodes);
    await watch(nodes, stock.marker);
  }, signal);
  byScripts.stopMs = await elapsed(() => stock.stop());
  await rmqdev.forgetArchives();
  const first = await timedUp(rmqdev, signal);
  await rmqdev.untilArchived(signal);
  first.stopMs = await elapsed(() => rmqdev.stop());
  const later = await timedUp(rmqdev, signal);
  later.stopMs = await elapsed(() => rmqdev.stop());
  return { stock: byScripts, first, later };
}

function timedUp(rmqdev, signal) {
  return timed(async (watch) => {
    const { planned, done } = rmqdev.up(signal);
    await Promise.all([watch(nodesOf(await planned), rmqdev.marker), done]);
  }, signal);
}

/** @returns what `start` took until registered and writable, and what the JVMs then hold. `start` calls `watch` once it knows the nodes. */
async function timed(start, signal) {
  const client = new RemotingClient();
  const result = {};
  try {
    const since = performance.now();
    await start(async (nodes, marker) => {
      await untilRegistered(client, nodes, signal);
      result.registeredMs = Math.round(performance.now() - since);
      await untilWritable(client, nodes, signal);
      result.writableMs = Math.round(performance.now() - since);
      result.rssBytes = await residentBytes(await jvmsWith(marker));
    });
    return result;
  } finally {
    client[Symbol.dispose]();
  }
}

async function elapsed(work) {
  const since = performance.now();
  await work();
  return Math.round(performance.now() - since);
}

function report(rounds, { scripts, plan }) {
  const medians = Object.fromEntries(SIDES.map((side) => [side, medianOf(rounds.map((round) => round[side]))]));
  const ratios = Object.fromEntries(
    ['first', 'later'].map((side) => [side, mapValues(medians[side], (value, measure) => value / medians.stock[measure])]),
  );
  say(`medians of ${rounds.length}\n${table(medians)}\n`);
  for (const side of ['first', 'later']) {
    const { registeredMs, writableMs, rssBytes } = mapValues(ratios[side], (value) => value.toFixed(2));
    say(`${LABELS[side]} / ${LABELS.stock}: registered ${registeredMs}, writable ${writableMs}, memory ${rssBytes}`);
  }
  if (!options.json) return;
  const { java } = plan;
  process.stdout.write(`${JSON.stringify({ rocketmq: options.release, scripts, java, cores: cpus().length, rounds, medians, ratios })}\n`);
}

function table(sides) {
  const head = ['', 'registered', 'writable', 'memory', 'stop'];
  const rows = SIDES.map((side) => {
    const { registeredMs, writableMs, rssBytes, stopMs } = sides[side];
    return [LABELS[side], seconds(registeredMs), seconds(writableMs), `${Math.round(rssBytes / 1e6)} MB`, seconds(stopMs)];
  });
  return [head, ...rows].map(([label, ...cells]) => `  ${label.padEnd(22)}${cells.map((cell) => cell.padStart(11)).join('')}`).join('\n');
}

function medianOf(results) {
  return mapValues(results[0], (_, measure) => {
    const sorted = results.map((result) => result[measure]).sort((a, b) => a - b);
    const middle = (sorted.length - 1) / 2;
    return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  });
}

function mapValues(object, map) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}

function seconds(ms) {
  return `${(ms / 1_000).toFixed(1)} s`;
}
