#!/usr/bin/env node
/**
 * Kills the daemon at random points of random operations, starts another, and compares with the process table.
 *
 * --rounds 1000  --seed 1  --port 22100  --json <file>
 * --operations up,change   only these
 * --real         on RocketMQ instead of fake JVMs; --rocketmq <folder> says where it is
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { randomOf } from './kill-points/random.mjs';
import { CALLS, OPERATIONS, playRound } from './kill-points/round.mjs';
import { World } from './kill-points/world.mjs';
import { commit, figuresFile, MACHINE } from './report/taken-on.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    port: { type: 'string', default: '22100' },
    real: { type: 'boolean', default: false },
    rocketmq: { type: 'string' },
    json: { type: 'string' },
    operations: { type: 'string', default: OPERATIONS.join() },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(
    'kill-points [--rounds 1000] [--seed 1] [--port 22100] [--json <file>] [--operations up,change] [--real --rocketmq <folder>]',
  );
  process.exit(0);
}
if (values.real && !values.rocketmq) throw new Error('--real needs --rocketmq <folder of a release>');

const rounds = Number(values.rounds);
const seed = Number(values.seed);
const name = values.real ? 'kill-points-real' : 'kill-points';
const output = figuresFile(name, values.json);
const SETTLE_MS = values.real ? 120_000 : 30_000;

const random = randomOf(seed);
const pick = (list) => list[Math.floor(random() * list.length)];
/** Few first: most operations have few calls of a kind. */
const nth = (most) => 1 + Math.floor(random() ** 2 * most);
const ON_DISK = ['rename', 'append', 'fsync', 'write'];
/** Which calls an operation makes, and how many of them can be expected; the journal and the state are written in all. */
const STARTS = new Set(['up', 'change', 'start', 'restart', 'crash']);
const SIGNALS = new Set(['change', 'stop', 'kill', 'down', 'restart']);
function pickCall(operation) {
  const calls = [...ON_DISK, ...(STARTS.has(operation) ? ['spawn', 'spawn'] : []), ...(SIGNALS.has(operation) ? ['kill', 'kill'] : [])];
  const op = pick(calls);
  const most = { spawn: operation === 'up' ? 3 : 1, kill: operation === 'down' ? 3 : 1, rename: 6, append: 5, fsync: 3, write: 8 };
  return { op, n: nth(most[op]), when: when() };
}
const when = () => pick(['before', 'after']);

function planRound(round, operation) {
  const isByCall = round % 2 === 1;
  const point = isByCall
    ? { kind: 'call', ...pickCall(operation) }
    : { kind: 'delay', delayMs: Math.round(random() ** 2 * (values.real ? 12_000 : 900)) };
  const restoreAt = random() < 0.15 ? { op: pick(CALLS), n: nth(8), when: when() } : undefined;
  return { point, restoreAt, patienceMs: values.real ? 15_000 : 1_200 };
}

/** Mostly a node on which the operation has something to do. */
function pickNode(operation) {
  const useful = world.nodes.filter((id) => wishes.get(id) === (operation === 'start' ? 'down' : 'up'));
  return useful.length > 0 && random() < 0.85 ? pick(useful) : pick(world.nodes);
}

/** What `up` is told to change: a property, or where a broker listens, which concerns its peers too. */
function pickChange() {
  const node = pick(world.nodes.filter((id) => id.startsWith('broker')));
  if (random() < 0.7) return [`${node}.properties.fileReservedTime=${pick([24, 48, 96])}`];
  return [`${node}.listenPort=${Number(world.port(node)) + pick([0, 4])}`];
}

const world = new World({ rocketmq: values.rocketmq, firstPort: Number(values.port) });
const wishes = new Map();
const counts = { byDelay: 0, byCall: {}, callNotReached: 0, duringTakeover: 0, operations: {} };
const failures = [];
const durations = [];
let interrupted = false;
// What was started is undone also where somebody ends this early.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (interrupted = true));

try {
  await world.startDaemon();
  await world.up(() => {});
  for (const id of world.nodes) wishes.set(id, 'up');
  let round = 0;
  for (; round < rounds && !interrupted; round += 1) {
    // A cluster that is mostly down has little to lose.
    const down = [...wishes.values()].filter((wish) => wish === 'down').length;
    const operation = down > world.nodes.length / 2 && random() < 0.6 ? 'up' : pick(values.operations.split(','));
    const plan = { ...planRound(round, operation), operation, node: pickNode(operation), set: operation === 'change' ? pickChange() : [] };
    const since = performance.now();
    const { reached, takeovers, violations } = await playRound(world, plan, wishes, SETTLE_MS);
    durations.push(performance.now() - since);
    counts.operations[operation] = (counts.operations[operation] ?? 0) + 1;
    counts.duringTakeover += takeovers;
    if (plan.point.kind === 'delay') counts.byDelay += 1;
    else if (reached) {
      const key = `${plan.point.when} ${plan.point.op}`;
      counts.byCall[key] = (counts.byCall[key] ?? 0) + 1;
    } else counts.callNotReached += 1;
    if (violations.length > 0) {
      failures.push({ round, plan, violations });
      console.error(`round ${round}: ${JSON.stringify(plan)}\n  ${violations.join('\n  ')}`);
      if (failures.length >= 20) break;
    }
    if ((round + 1) % 50 === 0)
      console.error(`${round + 1} rounds, ${failures.length} with a violation, ${Math.round(mean(durations))} ms a round`);
  }
  const of = (word) => failures.filter(({ violations }) => violations.some((violation) => violation.startsWith(word))).length;
  const result = {
    what: 'the daemon killed with SIGKILL during a random operation; then a new daemon, compared with the process table',
    commit: commit(),
    on: values.real ? `RocketMQ, ${world.nodes.length} nodes` : `fake JVMs, ${world.nodes.length} nodes`,
    machine: MACHINE,
    seed,
    rounds: durations.length,
    daemonsKilled: durations.length + counts.duringTakeover,
    points: counts,
    msPerRound: { mean: Math.round(mean(durations)), max: Math.round(Math.max(...durations)) },
    violations: {
      orphans: of('orphan'),
      duplicates: of('two JVMs'),
      reportedAliveButDead: of('dead but'),
      reportedDeadButAlive: of('alive but'),
      lostJournalEntries: of('lost from') + of('journal:'),
      wishesNotObeyed: of('wish'),
      notSettled: of('not settled'),
      other: of('status') + of('the '),
    },
    failures,
  };
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(result, null, 2)}\n`);
  const { failures: _, ...summary } = result;
  console.log(JSON.stringify(summary, null, 2));
  process.exitCode = failures.length > 0 ? 1 : 0;
} finally {
  if (failures.length > 0 && process.env.KEEP) console.error(`kept: ${world.root}`);
  else await world.dispose();
}

function mean(list) {
  return list.reduce((sum, value) => sum + value, 0) / Math.max(1, list.length);
}
