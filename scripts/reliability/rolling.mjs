#!/usr/bin/env node
// Changes a real 2m2s from release to release, and its profile, node by node, while a client sends: nothing acknowledged may be lost.
// --help says how.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TOPIC, until } from './crashes/cluster.mjs';
import { aboutStart, interruption, onCluster, say } from './crashes/on-cluster.mjs';
import { readAndCompare } from './crashes/read-back.mjs';
import { Sender } from './crashes/sender.mjs';
import { MASTERS_AT_THE_END, steps } from './rolling/steps.mjs';

const USAGE = `node scripts/reliability/rolling.mjs [options]      (after npm run build)

  --releases <a,b,…>    one after the other (default 4.7.0,4.9.7,5.5.0)
  --java <version>      the JDK (default: as rmqdev finds it)
  --rate <n>            messages a second (default 100)
  --bytes <n>           of a message's body (default 512)
  --port <n>            where to look for free ports (default 21000)
  --home <folder>       RMQDEV_HOME of the run (default: a temporary folder)
  --out <file>          where the figures go (default docs/reliability/rolling.json)
  --keep                leave the home; it is also left where something is wrong

A 2m2s of its own with sync replication is started on the first release. A client sends to both masters at a steady rate, asks the
NameServers for its routes and tries the other master where one fails. Then, one \`up\` after the other: each next release, the last one
first on one pair alone, another heap and another property, a pair more, that pair less, and that pair again. Each has to end with every
node ready and in sync and both masters acknowledging. At the end every message is read back from every broker.

Exit status 1 where an acknowledged message is missing on the master or the slave of its pair, more than one node of a pair was down at
once, a send was refused by all masters, a node is of another release than wanted, or a process is left.`;

const { values: options } = parseArgs({
  options: {
    releases: { type: 'string', default: '4.7.0,4.9.7,5.5.0' },
    java: { type: 'string' },
    rate: { type: 'string', default: '100' },
    bytes: { type: 'string', default: '512' },
    port: { type: 'string', default: '21000' },
    home: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('../../docs/reliability/rolling.json', import.meta.url)) },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const interrupted = interruption();

if (options.help) say(USAGE);
else await onCluster(options, prove, write);

async function prove(cluster, home) {
  const releases = options.releases.split(',');
  const { java } = options;
  const first = await cluster.up({ rocketmq: releases[0], java });
  say(aboutStart(first, cpus().length, home));
  const sender = new Sender({
    namesrvs: cluster.namesrvs,
    topic: TOPIC,
    perSecond: Number(options.rate),
    bodyBytes: Number(options.bytes),
  });
  sender.start();
  const anomalies = [];
  const done = [];
  for (const { what, request, ahead = [] } of steps(releases, (id) => cluster.port(id))) {
    if (interrupted.aborted) throw new Error('interrupted');
    const [before, at] = [sender.ledger.length, Date.now()];
    sender.longestSilenceMs = 0;
    const { readyMs } = await cluster.up({ java, ...request });
    await acknowledged(sender);
    const status = await settled(cluster);
    const restarted = (await cluster.events()).filter((event) => event.type === 'node-launched' && Date.parse(event.at) >= at);
    const step = {
      what,
      tookMs: Math.round(readyMs),
      nodesStarted: restarted.length,
      sent: sender.ledger.length - before,
      longestTimeWithoutAcknowledgementMs: sender.longestSilenceMs,
    };
    done.push(step);
    say(`${what}: ${(step.tookMs / 1_000).toFixed(1)} s, ${step.nodesStarted} nodes started, ${step.sent} sent meanwhile`);
    anomalies.push(...wrongIn(what, status, (id) => (ahead.includes(id) ? releases.at(-1) : request.rocketmq)));
  }
  await sender.stop();
  const { examples, ...messages } = await readAndCompare(cluster, sender.ledger, say, MASTERS_AT_THE_END);
  anomalies.push(...bothDown(await cluster.events()));
  if (messages.lost > 0) anomalies.push({ what: 'acknowledged messages lost', times: messages.lost, examples });
  if (messages.refused > 0) anomalies.push({ what: 'sends refused by every master', times: messages.refused, examples });
  if (messages.damaged + messages.positionsThatDiffer > 0) anomalies.push({ what: 'master and slave differ', messages });
  return {
    releases,
    java: first.java.version,
    cores: cpus().length,
    messagesPerSecond: Number(options.rate),
    steps: done,
    sent: sender.ledger.length,
    ...messages,
    anomalies,
  };
}

function write(result) {
  const file = resolve(options.out);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  say(JSON.stringify(result, null, 2));
}

/** Resolves once both masters have acknowledged a message from now on. */
async function acknowledged(sender) {
  const since = Date.now();
  const masters = ['broker-a', 'broker-b'];
  await until(60_000, 'both masters to acknowledge', async () => masters.every((name) => (sender.lastAcknowledged.get(name) ?? 0) > since));
}

/** Under a steady send a slave is a message behind at one look and not at the next. @returns the status in which all were in sync, else the last */
async function settled(cluster) {
  let status;
  await until(60_000, 'all nodes to be in sync at one look', async () => {
    status = await cluster.status();
    return status.nodes.every(({ role, inSync }) => role !== 'broker' || inSync === true);
  }).catch(() => {});
  return status;
}

function wrongIn(what, { state, nodes }, releaseOf) {
  const others = nodes.filter(({ id, rocketmq }) => rocketmq !== releaseOf(id)).map(({ id, rocketmq }) => `${id} ${rocketmq}`);
  const behind = nodes.filter(({ role, inSync }) => role === 'broker' && inSync !== true).map(({ id }) => id);
  return [
    ...(state === 'ready' ? [] : [{ what: `after "${what}" the cluster is ${state}` }]),
    ...(others.length === 0 ? [] : [{ what: `after "${what}" nodes are of another release than wanted`, others }]),
    ...(behind.length === 0 ? [] : [{ what: `after "${what}" nodes are not in sync`, behind }]),
  ];
}

/** @returns where both nodes of a pair that go on were down at once, from the first `ready` of both on. */
function bothDown(events) {
  const wrong = [];
  const down = new Set(['broker-a', 'broker-a-s', 'broker-b', 'broker-b-s', 'namesrv-1', 'namesrv-2']);
  const seen = new Set();
  for (const { type, node, at } of events) {
    if (type === 'down-started') break;
    if (type === 'node-ready') {
      down.delete(node);
      seen.add(node);
    }
    if (type === 'node-exited') down.add(node);
    for (const [one, other] of [
      ['broker-a', 'broker-a-s'],
      ['broker-b', 'broker-b-s'],
      ['namesrv-1', 'namesrv-2'],
      ['broker-a', 'broker-b'],
    ]) {
      if (type === 'node-exited' && seen.has(one) && seen.has(other) && down.has(one) && down.has(other))
        wrong.push({ what: `${one} and ${other} were down at once`, at });
    }
  }
  return wrong;
}
