#!/usr/bin/env node
// Starts the same 2m2s by rmqdev and by RocketMQ's own scripts, in turn, on this machine, and prints ratios. Run `npm run build` first.
// usage: npm run bench -- [--release 4.9.7] [--rounds 3] [--json]
import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { ZipArchive } from '../dist/install/zip.js';
import { currentPlatform } from '../dist/process/current-platform.js';
import { processStats } from '../dist/process/process-stats.js';
import { sendMessage } from '../dist/remoting/broker-api.js';
import { RemotingClient } from '../dist/remoting/client.js';
import { getTopicRoute } from '../dist/remoting/namesrv-api.js';

/** Releases whose scripts are published: org.apache.rocketmq:rocketmq-all:<v>:zip:source-release. */
const PUBLISHED_SCRIPTS = {
  '4.4.0': '4.4.0',
  '4.5.1': '4.5.1',
  '4.7.0': '4.7.0',
  '4.9.3': '4.9.3',
  '4.9.7': '4.9.5',
  '5.1.4': '5.1.4',
  '5.3.3': '5.3.3',
};
const GIVE_UP_MS = 180_000;
const HEAP = '-server -Xms256m -Xmx256m -Xmn128m';

const { values: options } = parseArgs({
  options: {
    release: { type: 'string', default: '4.9.7' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const scriptsOf = PUBLISHED_SCRIPTS[options.release];
if (!scriptsOf) throw new Error(`no published scripts for ${options.release}; there are ${Object.keys(PUBLISHED_SCRIPTS).join(', ')}`);

const run = promisify(execFile);
const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const work = await mkdtemp(join(tmpdir(), 'rb-'));
const home = join(work, 'h');
const env = { ...process.env, RMQDEV_HOME: home };
const rmqdev = (...args) => run(process.execPath, [cli, ...args], { env, maxBuffer: 64 * 1024 * 1024 });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (text) => options.json || console.log(text);
const remoting = new RemotingClient();

try {
  say(
    `RocketMQ ${options.release}${scriptsOf === options.release ? '' : ` (scripts of ${scriptsOf}: its own are not published)`}, heaps of 256 MB on both sides`,
  );
  const release = JSON.parse((await rmqdev('install', options.release, '--json')).stdout);
  const stockHome = await prepareStock(release.home);
  const rounds = [];
  for (let round = 1; round <= Number(options.rounds); round += 1) {
    const cluster = await layOut(join(work, `round-${round}`));
    const [ours, stock] = [await measureRmqdev(cluster), await measureStock(cluster, stockHome)];
    rounds.push({ rmqdev: ours, stock });
    say(`round ${round}  rmqdev ${describe(ours)}${round === 1 ? ' (first start: no class archive yet)' : ''}`);
    say(`         stock  ${describe(stock)}`);
    await untilArchived();
  }
  report(rounds);
} finally {
  remoting[Symbol.dispose]();
  await rmqdev('down', '-c', 'bench', '--delete').catch(() => {});
  await rmqdev('daemon', 'stop').catch(() => {});
  await rm(work, { recursive: true, force: true, maxRetries: 5 });
}

/** Ports, addresses and files of one round; stores are empty. */
async function layOut(folder) {
  const base = await freeBlock(70);
  const namesrvs = [base, base + 1];
  const brokers = ['broker-a', 'broker-a-s', 'broker-b', 'broker-b-s'].map((id, index) => ({
    id,
    name: id.replace(/-s$/, ''),
    brokerId: id.endsWith('-s') ? 1 : 0,
    port: base + 20 + index * 10,
  }));
  await mkdir(folder, { recursive: true });
  return { folder, namesrvs, brokers };
}

async function measureRmqdev({ namesrvs, brokers }) {
  const ports = [...namesrvs.map((port, index) => [`namesrv-${index + 1}`, port]), ...brokers.map(({ id, port }) => [id, port])];
  const sets = ports.flatMap(([id, port]) => ['--set', `${id}.listenPort=${port}`]);
  // A daemon that runs already is what a second `up` of the day finds; the stock side has nothing to start either.
  await rmqdev('ls');
  const watch = watchCluster({ namesrvs, brokers });
  const up = rmqdev('up', '2m2s', '--name', 'bench', '--rocketmq', options.release, '--heap', 'broker=256m', '--json', ...sets);
  up.catch(() => {});
  const times = await watch;
  const status = JSON.parse((await up).stdout.trim().split('\n').at(-1));
  const rssBytes = status.nodes.reduce((sum, node) => sum + (node.rssBytes ?? 0), 0);
  const stopSince = performance.now();
  await rmqdev('down', '-c', 'bench', '--delete');
  return { ...times, rssBytes, stopMs: performance.now() - stopSince };
}

async function measureStock({ folder, namesrvs, brokers }, stockHome) {
  const namesrvAddr = namesrvs.map((port) => `127.0.0.1:${port}`).join(';');
  const commands = [];
  for (const port of namesrvs) {
    const file = join(folder, `namesrv-${port}.properties`);
    await writeFile(file, `listenPort=${port}\n`);
    commands.push(['mqnamesrv', file]);
  }
  for (const { id, name, brokerId, port } of brokers) {
    const store = join(folder, id, 'store');
    const file = join(folder, `${id}.properties`);
    const lines = [
      `brokerClusterName=DefaultCluster`,
      `brokerName=${name}`,
      `brokerId=${brokerId}`,
      `brokerRole=${brokerId === 0 ? 'SYNC_MASTER' : 'SLAVE'}`,
      'flushDiskType=ASYNC_FLUSH',
      `namesrvAddr=${namesrvAddr}`,
      `listenPort=${port}`,
      'brokerIP1=127.0.0.1',
      'brokerIP2=127.0.0.1',
      `storePathRootDir=${store}`,
      `storePathCommitLog=${store}/commitlog`,
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    commands.push(['mqbroker', file]);
  }
  const javaHome = JSON.parse((await rmqdev('up', 'single', '--dry-run', '--rocketmq', options.release, '--json')).stdout).java.home;
  const watch = watchCluster({ namesrvs, brokers });
  const stockEnv = {
    ...process.env,
    ROCKETMQ_HOME: stockHome,
    JAVA_HOME: javaHome,
    JAVA_OPT_EXT: `${HEAP} -Duser.home=${folder}`,
    NAMESRV_ADDR: '',
  };
  for (const [script, file] of commands) {
    spawn('nohup', ['sh', join(stockHome, 'bin', script), '-c', file], {
      cwd: folder,
      env: stockEnv,
      stdio: 'ignore',
      detached: true,
    }).unref();
  }
  try {
    const times = await watch;
    const pids = await javaPids(commands);
    const rssBytes = [...(await processStats(pids)).values()].reduce((sum, stats) => sum + stats.rssBytes, 0);
    const stopSince = performance.now();
    await stopAll(commands);
    return { ...times, rssBytes, stopMs: performance.now() - stopSince };
  } finally {
    await stopAll(commands);
  }
}

/** ms from now until every NameServer routes every broker, and until each master answers a send with 0, its slave in sync. */
async function watchCluster({ namesrvs, brokers }) {
  const since = performance.now();
  const until = async (condition) => {
    while (!(await condition().catch(() => false))) {
      if (performance.now() - since > GIVE_UP_MS) throw new Error(`not there after ${GIVE_UP_MS / 1_000} s`);
      await sleep(20);
    }
    return performance.now() - since;
  };
  const signal = () => AbortSignal.timeout(6_000);
  const isRouted = async () => {
    for (const port of namesrvs) {
      for (const broker of brokers) {
        const route = await getTopicRoute(remoting, `127.0.0.1:${port}`, broker.name, signal());
        const addresses = route?.brokerDatas.find((data) => data.brokerName === broker.name)?.brokerAddrs;
        if (addresses?.get(broker.brokerId) !== `127.0.0.1:${broker.port}`) return false;
      }
    }
    return true;
  };
  const takesSend =
    ({ name, port }) =>
    async () => {
      const message = { topic: name, queueId: 0, body: Buffer.from('bench'), producerGroup: 'bench' };
      return (await sendMessage(remoting, `127.0.0.1:${port}`, message, signal())).code === 0;
    };
  const masters = brokers.filter(({ brokerId }) => brokerId === 0);
  const registeredMs = await until(isRouted);
  const writable = await Promise.all(masters.map((master) => until(takesSend(master))));
  return { registeredMs, writableMs: Math.max(registeredMs, ...writable) };
}

/** The scripts and conf of the source release over the jars of the installed one. */
async function prepareStock(releaseHome) {
  const zips = join(work, 'zips');
  const coordinates = `org.apache.rocketmq:rocketmq-all:${scriptsOf}:zip:source-release`;
  await run(
    'mvn',
    ['-q', '-B', 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy', `-Dartifact=${coordinates}`, `-DoutputDirectory=${zips}`],
    { cwd: work },
  );
  const [zip] = await readdir(zips);
  const sources = join(work, 'sources');
  const archive = await ZipArchive.open(join(zips, zip));
  await archive.unpackTo(sources, { signal: new AbortController().signal, onFile: () => {} });
  archive[Symbol.dispose]();
  const stockHome = join(work, 'stock');
  await mkdir(stockHome);
  for (const folder of ['bin', 'conf']) await cp(join(sources, 'distribution', folder), join(stockHome, folder), { recursive: true });
  await symlink(join(releaseHome, 'lib'), join(stockHome, 'lib'));
  return stockHome;
}

/** Only ours: a JVM is known by the properties file that this run wrote for it. */
async function javaPids(commands) {
  const files = new Set(commands.map(([, file]) => file));
  const rows = await currentPlatform().processTable();
  return rows.filter(({ command }) => /\bjava\b/.test(command) && [...files].some((file) => command.includes(file))).map(({ pid }) => pid);
}

async function stopAll(commands) {
  const since = performance.now();
  for (let pids = await javaPids(commands), isFirst = true; pids.length > 0; pids = await javaPids(commands), isFirst = false) {
    const signal = performance.now() - since > 60_000 ? 'SIGKILL' : 'SIGTERM';
    if (isFirst || signal === 'SIGKILL') for (const pid of pids) process.kill(pid, signal);
    await sleep(100);
  }
}

/** Later rounds are to find the class archives that the first one left. */
async function untilArchived() {
  const since = performance.now();
  const archives = async () => (await readdir(join(home, 'cache', 'cds')).catch(() => [])).filter((name) => name.endsWith('.jsa'));
  while ((await archives()).length < 2 && performance.now() - since < 60_000) await sleep(200);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** A run of free ports. */
async function freeBlock(size) {
  for (;;) {
    const base = await freePort();
    if (base + size > 65_000) continue;
    const free = await Promise.all(Array.from({ length: size }, (_, index) => currentPlatform().isPortFree(base + index)));
    if (free.every(Boolean)) return base;
  }
}

function describe({ registeredMs, writableMs, rssBytes, stopMs }) {
  const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;
  return `registered ${seconds(registeredMs)}, writable ${seconds(writableMs)}, resident ${(rssBytes / 2 ** 30).toFixed(2)} GB, down in ${seconds(stopMs)}`;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function report(rounds) {
  const later = rounds.length > 1 ? rounds.slice(1) : rounds;
  const ratios = (rows) =>
    Object.fromEntries(
      ['registeredMs', 'writableMs', 'rssBytes', 'stopMs'].map((key) => [
        key,
        median(rows.map(({ rmqdev: ours, stock }) => ours[key] / stock[key])),
      ]),
    );
  const result = { release: options.release, scriptsOf, rounds, firstStart: ratios(rounds.slice(0, 1)), laterStarts: ratios(later) };
  if (options.json) return console.log(JSON.stringify(result));
  const percent = (ratio) => `${Math.round(ratio * 100)} %`;
  for (const [name, ratio] of [
    ['first start', result.firstStart],
    ['later starts', result.laterStarts],
  ]) {
    say(
      `${name}: rmqdev takes ${percent(ratio.registeredMs)} of the scripts' time to registered, ${percent(ratio.writableMs)} to writable, ${percent(ratio.stopMs)} to stop, ${percent(ratio.rssBytes)} of their memory`,
    );
  }
}
