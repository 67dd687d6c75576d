#!/usr/bin/env node
/**
 * A pair with messages, offsets and a delayed message is stopped and started again and again: does every store close, and is everything still there?
 *
 * --releases <list>  --rounds 100  --add <at most this many rounds in this run>  --rocketmq <folder of installed releases>  --port 23100  --json <file>
 * Real brokers. Rounds of the same commit add up in the file until a release has --rounds.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commit, figuresFile, MACHINE } from './report/taken-on.mjs';

const CLI = fileURLToPath(new URL('../../dist/bin/rmqdev.cjs', import.meta.url));
const CLUSTER = 'clean-stops';
const TOPIC = 'CleanStops';
const GROUP = 'clean-stops-readers';
const BROKERS = ['broker-a', 'broker-a-s'];
const A_ROUND = 20;
/** Level 3 is 10 s: the message is pending when its broker is told to stop. */
const DELAY_LEVEL = '3';
const DELAY_MS = 10_000;

const { values } = parseArgs({
  options: {
    releases: { type: 'string', default: '4.7.0,4.9.7,5.5.0' },
    rounds: { type: 'string', default: '100' },
    add: { type: 'string' },
    rocketmq: { type: 'string' },
    port: { type: 'string', default: '23100' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('clean-stops [--releases <list>] [--rounds 100] [--add <rounds>] [--rocketmq <folder>] [--port 23100] [--json <file>]');
  process.exit(0);
}
const output = figuresFile('clean-stops', values.json);
const checkout = commit();
const known = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')).releases : {};
const wanted = Number(values.rounds);
let isOver = false;
process.once('SIGINT', () => {
  isOver = true;
});

for (const version of values.releases.split(',')) {
  const before = known[version]?.commit === checkout ? known[version] : fresh();
  const left = Math.min(wanted - before.rounds, Number(values.add ?? wanted));
  known[version] = left > 0 && !isOver ? await prove(version, before, left) : before;
  save();
}

function fresh() {
  const ends = { closed: 0, byThemselves: 0, killed: 0 };
  return {
    commit: checkout,
    rounds: 0,
    stops: 0,
    notNormally: 0,
    messagesLost: 0,
    offsetsLost: 0,
    tablesDamaged: 0,
    ends,
    msOfDown: [],
    failures: [],
  };
}

function save() {
  const all = Object.values(known);
  const sum = (key) => all.reduce((total, release) => total + release[key], 0);
  const result = {
    what: `${BROKERS.join(' and ')}: ${A_ROUND} messages and one delayed a round, half of them read by a group, then down and start all`,
    commit: checkout,
    machine: MACHINE,
    rounds: sum('rounds'),
    notNormally: sum('notNormally'),
    messagesLost: sum('messagesLost'),
    offsetsLost: sum('offsetsLost'),
    tablesDamaged: sum('tablesDamaged'),
    failures: Object.entries(known).flatMap(([version, { failures }]) => failures.map((failure) => `${version}: ${failure}`)),
    releases: known,
  };
  writeFileSync(output, `${JSON.stringify(result, null, 2)}\n`);
  const bad = result.notNormally + result.messagesLost + result.offsetsLost + result.tablesDamaged + result.failures.length;
  process.exitCode = bad > 0 ? 1 : 0;
}

/** @returns `before` with the figures of `rounds` more. */
async function prove(version, before, rounds) {
  // Short: the path of a socket has at most 103 bytes.
  const home = mkdtempSync('/tmp/rmqd-');
  if (values.rocketmq) symlinkSync(resolve(values.rocketmq), join(home, 'rocketmq'));
  const rmqdev = (...args) => run(home, args);
  const figures = structuredClone(before);
  const sent = new Set();
  let committed = 0;
  try {
    mkdirSync(join(home, 'profiles'), { recursive: true });
    writeFileSync(join(home, 'profiles', `${CLUSTER}.yaml`), profile());
    await must(rmqdev('up', CLUSTER, '--rocketmq', version));
    await must(rmqdev('topic', 'create', TOPIC, '--queues', '2'));
    for (let round = 1; round <= rounds && !isOver; round += 1) {
      const send = async (count, ...more) => {
        const body = `${version}-${figures.rounds}-${more.length}-{n}`;
        await must(rmqdev('send', TOPIC, '-n', String(count), '--body', body, ...more));
        for (let n = 1; n <= count; n += 1) sent.add(body.replace('{n}', String(n)));
      };
      await send(A_ROUND);
      const read = await must(rmqdev('consume', TOPIC, '--group', GROUP, '-n', String(A_ROUND / 2), '--json'));
      committed += bodiesOf(read).length;
      await send(1, '--delay', DELAY_LEVEL);
      const delayedAt = Date.now();
      const logs = sizesOfLogs(home);
      const down = JSON.parse((await must(rmqdev('down', '--json'))).trim().split('\n').at(-1));
      figures.msOfDown.push(down.tookMs);
      countEnds(figures, home);
      await must(rmqdev('start', 'all'));
      figures.rounds += 1;
      for (const id of BROKERS) {
        const said = saidSince(home, id, logs);
        figures.stops += 1;
        if (!said.includes('last shutdown normally') || said.includes('last shutdown abnormally')) {
          figures.notNormally += 1;
          figures.failures.push(`round ${figures.rounds}: ${id} did not say "last shutdown normally"`);
        }
      }
      const offset = await groupOffset(rmqdev);
      if (offset !== committed) {
        figures.offsetsLost += 1;
        figures.failures.push(`round ${figures.rounds}: the group stands at ${offset}, not at ${committed}`);
      }
      const isLast = round === rounds || isOver;
      if (isLast) await new Promise((done) => setTimeout(done, Math.max(0, delayedAt + DELAY_MS + 5_000 - Date.now())));
      const there = new Set(bodiesOf(await must(rmqdev('consume', TOPIC, '--json'))));
      // The last delayed message may still be on its way, until the last round.
      const late = isLast ? undefined : `${version}-${figures.rounds - 1}-2-1`;
      const lost = [...sent].filter((body) => !there.has(body) && body !== late);
      figures.messagesLost += lost.length;
      if (lost.length > 0) figures.failures.push(`round ${figures.rounds}: lost ${lost.slice(0, 3).join(', ')}`);
      console.log(
        `${version} round ${figures.rounds}: down ${down.tookMs} ms, ${there.size} of ${sent.size} messages, offset ${offset}, lost ${lost.length}`,
      );
    }
    figures.tablesDamaged += eventsOf(home).filter(({ type }) => type === 'config-damaged').length;
  } catch (error) {
    figures.failures.push(`round ${figures.rounds + 1}: ${error.message}`);
    console.error(error.message);
  } finally {
    await rmqdev('down', '--delete', '-y', '-c', CLUSTER);
    await rmqdev('daemon', 'stop');
    rmSync(home, { recursive: true, force: true });
  }
  return figures;
}

function profile() {
  const first = Number(values.port);
  const nodes = {
    'namesrv-1': `{ role: namesrv, listenPort: ${first + 1} }`,
    'broker-a': `{ role: broker, listenPort: ${first + 13} }`,
    'broker-a-s': `{ role: broker, brokerName: broker-a, brokerId: 1, listenPort: ${first + 23} }`,
  };
  return `replication: sync\nnodes:\n${Object.entries(nodes)
    .map(([id, node]) => `  ${id}: ${node}\n`)
    .join('')}`;
}

function countEnds(figures, home) {
  const events = eventsOf(home);
  const since = events.findLastIndex(({ type }) => type === 'down-started');
  for (const { node, data } of events.slice(since).filter(({ type }) => type === 'node-stop-proved')) {
    if (!BROKERS.includes(node)) continue;
    if (data.how === 'closed') figures.ends.closed += 1;
    else if (data.how === 'terminated') figures.ends.byThemselves += 1;
    else figures.ends.killed += 1;
  }
}

function eventsOf(home) {
  return readFileSync(join(home, 'clusters', CLUSTER, 'events.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** @returns the log files of a broker. */
function logsOf(home, id) {
  const root = join(home, 'clusters', CLUSTER, 'nodes', id, 'logs');
  return readdirSync(root, { recursive: true })
    .filter((name) => /store[a-z]*\.log$|storeinfo/.test(name) || name.endsWith('broker.log'))
    .map((name) => join(root, name));
}

function sizesOfLogs(home) {
  return new Map(BROKERS.flatMap((id) => logsOf(home, id).map((file) => [file, statSync(file).size])));
}

/** A file that has become shorter is a new one. */
function saidSince(home, id, sizes) {
  return logsOf(home, id)
    .map((file) => {
      const text = readFileSync(file);
      const from = sizes.get(file) ?? 0;
      return text.subarray(from > text.length ? 0 : from).toString('utf8');
    })
    .join('\n');
}

function bodiesOf(text) {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
    .flatMap(({ body }) => (body === undefined ? [] : [body]));
}

/** @returns the sum of the group's offsets over the queues of the topic. */
async function groupOffset(rmqdev) {
  const { offsets } = JSON.parse((await must(rmqdev('group', 'show', GROUP, '--json'))).trim().split('\n').at(-1));
  return offsets.filter(({ topic }) => topic === TOPIC).reduce((sum, { offset }) => sum + Math.max(0, offset ?? 0), 0);
}

async function must(running) {
  const { code, stdout, stderr, args } = await running;
  if (code !== 0) throw new Error(`rmqdev ${args.join(' ')}: ${stderr.trim().slice(-600)}`);
  return stdout;
}

function run(home, args) {
  const env = { ...process.env, RMQDEV_HOME: home, ROCKETMQ_HOME: '' };
  return new Promise((done) => {
    const child = execFile(process.execPath, [CLI, ...args], { env, maxBuffer: 2 ** 28 }, (error, stdout, stderr) =>
      done({ code: error ? (error.code ?? 1) : 0, stdout, stderr, args }),
    );
    child.stdin.end();
  });
}
