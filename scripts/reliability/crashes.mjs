#!/usr/bin/env node
// Crashes nodes of a real 2m2s with sync replication while a client sends numbered messages, and proves from the ledger of
// acknowledgements that none was lost, and from the journal that each crash was noticed once. --help says how.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TOPIC } from './crashes/cluster.mjs';
import { Crasher } from './crashes/crasher.mjs';
import { aboutStart, interruption, onCluster, say } from './crashes/on-cluster.mjs';
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
const interrupted = interruption();

if (options.help) say(USAGE);
else await onCluster(options, prove, write);

async function prove(cluster, home) {
  const first = await cluster.up({ rocketmq: options.rocketmq, java: options.java });
  say(aboutStart(first, cpus().length, home));
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
    signal: interrupted,
  });
  sender.start();
  await crasher.run();
  say('sending ends; waiting for the last answers and for the slaves');
  await sender.stop();
  await crasher.untilHealthy(Date.now(), { acknowledging: false });
  const compared = await readAndCompare(cluster, sender.ledger, say);
  return summarize({ first, options, crasher, sender, compared, events: await cluster.events(), paths: cluster.paths });
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
