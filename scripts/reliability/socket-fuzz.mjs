#!/usr/bin/env node
/**
 * Malformed, huge, slow, half-closed, pipelined and unauthorised requests against a daemon with a cluster, good calls in between.
 *
 * --requests 20000  --seed 1  --port 22500  --settle 20 (seconds)  --json <file>; fake JVMs; unauthorised ones (another user) only as root
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomOf } from './kill-points/random.mjs';
import { World } from './kill-points/world.mjs';
import { commit, figuresFile } from './report/taken-on.mjs';
import { ATTACKS, attack } from './socket-fuzz/attacks.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    seed: { type: 'string', default: '1' },
    port: { type: 'string', default: '22500' },
    settle: { type: 'string', default: '20' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('socket-fuzz [--requests 20000] [--seed 1] [--port 22500] [--settle 20] [--json <file>]');
  process.exit(0);
}

const AT_ONCE = 40;
const IDLE_CALLS = 200;
/** How long the daemon is left alone before its memory is measured again. */
const SETTLE_MS = Number(values.settle) * 1_000;
const output = figuresFile('socket-fuzz', values.json);
const requests = Number(values.requests);
const random = randomOf(Number(values.seed));
const kinds = Object.keys(ATTACKS);
const world = new World({ firstPort: Number(values.port) });

const rssBytes = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${world.daemon.child.pid}/status`, 'utf8'))[1]) * 1_024;
const percentile = (times, p) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * p))];
const figures = (times) => ({ calls: times.length, medianMs: round(percentile(times, 0.5)), p99Ms: round(percentile(times, 0.99)) });
const round = (value) => Math.round(value * 100) / 100;

/** One good call. @returns ms, or throws */
async function goodCall(i) {
  const since = performance.now();
  if (i % 2 === 0) await world.client.call('hello', {});
  else await world.client.call('clusters', {});
  return performance.now() - since;
}

/** Another user knocks until it is told to stop. */
function stranger() {
  if (process.getuid() !== 0) return { stop: async () => null };
  chmodSync(world.root, 0o755);
  const code = `const net=require('node:net');let refused=0,connected=0;const go=()=>net.connect(process.argv[1]).on('connect',function(){connected++;this.destroy();setTimeout(go,20)}).on('error',()=>{refused++;setTimeout(go,20)});go();process.on('SIGTERM',()=>{console.log(JSON.stringify({refused,connected}));process.exit(0)})`;
  const child = spawn('setpriv', ['--reuid', '65534', '--clear-groups', process.execPath, '-e', code, world.home.socket]);
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  const ended = new Promise((resolve) => child.once('close', resolve));
  return {
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      return JSON.parse(text || 'null');
    },
  };
}

try {
  await world.startDaemon();
  await world.up(() => {});
  const pid = world.daemon.child.pid;
  const before = world.jvms();
  const idle = [];
  for (let i = 0; i < IDLE_CALLS; i += 1) idle.push(await goodCall(i));
  await sleep(2_000);
  const rss = { beforeBytes: rssBytes(), highestBytes: 0, afterBytes: 0 };

  const counts = Object.fromEntries(kinds.map((kind) => [kind, 0]));
  const answers = {};
  const storm = [];
  const unanswered = [];
  let sent = 0;
  let isOver = false;
  const knocking = stranger();
  const good = (async () => {
    for (let i = 0; !isOver; i += 1) {
      await goodCall(i).then(
        (ms) => storm.push(ms),
        (error) => unanswered.push(error.message),
      );
      rss.highestBytes = Math.max(rss.highestBytes, rssBytes());
      await sleep(20);
    }
  })();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (sent < requests && !world.daemon.isGone) {
        sent += 1;
        const kind = kinds[Math.floor(random() * kinds.length)];
        counts[kind] += 1;
        const status = await attack(world.home.socket, kind, random, 200 + random() * 800);
        answers[status ?? 'none'] = (answers[status ?? 'none'] ?? 0) + 1;
      }
    }),
  );
  isOver = true;
  await good;
  const otherUser = await knocking.stop();
  await sleep(SETTLE_MS);
  // Garbage is collected when there is work.
  for (let i = 0; i < IDLE_CALLS; i += 1) await goodCall(i);
  rss.afterBytes = rssBytes();
  const after = world.jvms();
  const isUp = !world.daemon.isGone && (await world.client.call('hello', {})).pid === pid;

  const idleFigures = figures(idle);
  const stormFigures = figures(storm);
  const nodesUntouched = JSON.stringify(before) === JSON.stringify(after);
  const failures = [
    ...(isUp ? [] : ['the daemon ended']),
    ...(nodesUntouched ? [] : ['a node was restarted or ended']),
    ...(unanswered.length === 0 ? [] : [`${unanswered.length} good calls had no answer`]),
    ...(otherUser?.connected ? ['another user connected'] : []),
  ];
  const result = {
    what: 'malformed, huge, slow, half-closed, pipelined and unauthorised requests against a daemon with a cluster of fake JVMs',
    commit: commit(),
    seed: Number(values.seed),
    requests: sent,
    atOnce: AT_ONCE,
    kinds: counts,
    answers,
    otherUser,
    sameDaemon: isUp,
    nodesUntouched,
    failures,
    goodCalls: { unanswered: unanswered.length, idle: idleFigures, storm: stormFigures },
    latencyRatio: {
      median: round(stormFigures.medianMs / idleFigures.medianMs),
      p99: round(stormFigures.p99Ms / idleFigures.p99Ms),
    },
    rss,
  };
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
  if (unanswered.length > 0) console.error(unanswered.slice(0, 5));
  process.exitCode = failures.length === 0 ? 0 : 1;
} finally {
  await world.dispose();
}
