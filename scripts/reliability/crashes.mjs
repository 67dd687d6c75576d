#!/usr/bin/env node
// Crashes nodes of a real 2m2s with sync replication while a client sends numbered messages, and proves from the ledger of
// acknowledgements that none was lost, and from the journal that each crash was noticed once. --help says how.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CrashedCluster, freeBlock, TOPIC } from './crashes/cluster.mjs';
import { Crasher } from './crashes/crasher.mjs';
import { readAndCompare } from './crashes/read-back.mjs';
import { Sender } from './crashes/sender.mjs';
import { summarize } from './crashes/summary.mjs';

const USAGE = `node scripts/reliability/crashes.mjs [options]      (after npm run build)

  --rocketmq <version | folder>   the release (default 4.9.7); a version is installed where it is missing
  --java <version | folder>       the JDK (default: as rmqdev finds it)
  --crashes <n>                   ends of nodes to cause (default 200)
  --seed <n>                      what is crashed, how and when (default 1)
  --rate <n>                      messages a second (default 200)
  --bytes <n>                     of a message's body (default 512)
  --port <n>                      where to look for free ports (default 20000)
  --hang <s>                      how long a node may need to come back and be in sync (default 180)
  --daemon-every <n>              the daemon is killed with -9 after about so many crashes (default 20)
  --home <folder>                 RMQDEV_HOME of the run (default: a temporary folder)
  --out <file>                    where the figures go (default docs/reliability/crashes.json), one entry a release
  --keep                          leave the home; it is also left where something is wrong

A 2m2s of its own (2 NameServers, 2 SYNC_MASTER, 2 SLAVE) is started through rmqdev's daemon. A client sends to both masters at a steady
rate, asks the NameServers for its routes, and tries the other master where one fails. Crashes are drawn from the seed: SIGKILL, SIGSEGV,
SIGABRT and some SIGTERM, sent from outside to one node, to a master and a NameServer, to both copies of a pair, or to the same node
twice; every second one right behind a burst of messages. rmqdev restarts what crashed by its policy (maxRestarts raised, as the default would give up); what somebody stopped in an orderly
way (SIGTERM) is started again by the script. The next crash comes once all nodes are ready and in sync and both masters acknowledge.
Then every message is read back from every broker.

Exit status 1 where an acknowledged message is missing on the master or the slave of its pair, a crash is not in the journal exactly once
as what it was, a node does not come back, or a process is doubled or left.`;

const { values: options } = parseArgs({
  options: {
    rocketmq: { type: 'string', default: '4.9.7' },
    java: { type: 'string' },
    crashes: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string', default: '200' },
    bytes: { type: 'string', default: '512' },
    port: { type: 'string', default: '20000' },
    hang: { type: 'string', default: '180' },
    'daemon-every': { type: 'string', default: '20' },
    home: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('../../docs/reliability/crashes.json', import.meta.url)) },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const say = (text) => void process.stdout.write(`${text}\n`);
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => interrupted.abort());

if (options.help) say(USAGE);
else await prove();

async function prove() {
  const home = options.home ? resolve(options.home) : mkdtempSync(join(tmpdir(), 'rmqc-'));
  const cluster = new CrashedCluster(home, await freeBlock(Number(options.port)));
  const since = Date.now();
  let result;
  try {
    const first = await cluster.up({ rocketmq: options.rocketmq, java: options.java });
    say(
      `RocketMQ ${first.rocketmq}, JDK ${first.java.version}, ${cpus().length} cores; ready after ${(first.readyMs / 1_000).toFixed(1)} s; ${home}`,
    );
    const sender = new Sender({
      namesrvs: cluster.namesrvs,
      topic: TOPIC,
      perSecond: Number(options.rate),
      bodyBytes: Number(options.bytes),
    });
    const crasher = new Crasher(cluster, sender, {
      crashes: Number(options.crashes),
      seed: Number(options.seed),
      hangMs: Number(options.hang) * 1_000,
      daemonEvery: Number(options['daemon-every']),
      say,
      signal: interrupted.signal,
    });
    sender.start();
    await crasher.run();
    say('sending ends; waiting for the last answers and for the slaves');
    await sender.stop();
    await crasher.untilHealthy(Date.now(), { acknowledging: false });
    const compared = await readAndCompare(cluster, sender.ledger, say);
    result = summarize({ first, options, crasher, sender, compared, events: await cluster.events(), paths: cluster.paths });
    result.down = await cluster.down();
  } finally {
    if (!result) await cluster.down().catch((error) => say(`down: ${error.message}`));
    await cluster.stopDaemon();
  }
  result.totalMs = Date.now() - since;
  const left = await cluster.jvms();
  if (left.size > 0) result.anomalies.push({ what: 'left running', nodes: Object.fromEntries(left) });
  write(result);
  if (result.anomalies.length > 0) process.exitCode = 1;
  if (options.keep || process.exitCode) say(`its home is left: ${home}`);
  else rmSync(home, { recursive: true, force: true, maxRetries: 10 });
}

function write(result) {
  const file = resolve(options.out);
  mkdirSync(join(file, '..'), { recursive: true });
  const all = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  all[result.rocketmq] = result;
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
  const { anomalies, ...rest } = result;
  say(JSON.stringify(rest, null, 2));
  say(anomalies.length === 0 ? 'nothing is wrong' : `wrong: ${JSON.stringify(anomalies, null, 2)}`);
}
