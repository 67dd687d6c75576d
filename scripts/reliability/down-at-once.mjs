#!/usr/bin/env node
/**
 * `up single`, then at once `down --delete`, on releases and JDKs: what runs at the moment `down` returns, and does the cluster stay deleted?
 *
 * --releases <list>  --jdks 17,25  --rocketmq <folder of installed releases>  --port 22900  --json <file>; real brokers; cells that are not run stay as they stand in the file
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commit, figuresFile, MACHINE } from './report/taken-on.mjs';

const CLI = fileURLToPath(new URL('../../dist/bin/rmqdev.cjs', import.meta.url));
/** A process that writes again into what was deleted did so within some seconds. */
const STAYS_DELETED_MS = 10_000;
const CLUSTER = 'single';

const { values } = parseArgs({
  options: {
    releases: { type: 'string', default: '4.4.0,4.5.1,4.7.0,4.9.3,4.9.7,5.1.4,5.3.3,5.5.0' },
    jdks: { type: 'string', default: '17,25' },
    rocketmq: { type: 'string' },
    port: { type: 'string', default: '22900' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('down-at-once [--releases <list>] [--jdks 17,25] [--rocketmq <folder of installed releases>] [--port 22900] [--json <file>]');
  process.exit(0);
}
const output = figuresFile('down-at-once', values.json);
const checkout = commit();
const home = mkdtempSync(join(tmpdir(), 'rmqd-'));
if (values.rocketmq) symlinkSync(resolve(values.rocketmq), join(home, 'rocketmq'));

const cells = [];
try {
  for (const rocketmq of values.releases.split(','))
    for (const java of values.jdks.split(',')) {
      const cell = await run(rocketmq, java);
      cells.push(cell);
      console.log(`${rocketmq} on JDK ${java}: ${JSON.stringify(cell)}`);
    }
} finally {
  await rmqdev('daemon', 'stop');
  // Whatever went wrong: nothing of this run lives on.
  for (const pid of processes().map((line) => Number(line.split(' ')[0]))) process.kill(pid, 'SIGKILL');
  rmSync(home, { recursive: true, force: true });
}

const before = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')).cells : [];
const isSame = (one) => (other) => one.rocketmq === other.rocketmq && one.java === other.java;
const all = [...before.filter((cell) => !cells.some(isSame(cell))), ...cells].sort((a, b) =>
  `${a.rocketmq} ${a.java}`.localeCompare(`${b.rocketmq} ${b.java}`, 'en', { numeric: true }),
);
const sum = (key) => all.reduce((total, cell) => total + (cell[key] ?? 0), 0);
const result = {
  what: 'up single, then at once down --delete -y',
  commit: checkout,
  machine: MACHINE,
  processesLeft: sum('processesLeft'),
  foldersBack: sum('foldersBack'),
  msOfDown: { max: Math.max(...all.map(({ msOfDown }) => msOfDown ?? 0)) },
  cells: all,
  failures: all.filter(({ failed }) => failed !== null).map(({ rocketmq, java, failed }) => `${rocketmq} on JDK ${java}: ${failed}`),
};
writeFileSync(output, `${JSON.stringify(result, null, 2)}\n`);
process.exitCode = result.failures.length > 0 || result.processesLeft + result.foldersBack > 0 ? 1 : 0;

async function run(rocketmq, java) {
  const cell = { rocketmq, java, commit: checkout, processesLeft: null, foldersBack: null, msOfDown: null, failed: null };
  const first = Number(values.port);
  const ports = { 'namesrv-1': first + 1, 'broker-a': first + 13 };
  const sets = Object.entries(ports).flatMap(([id, port]) => ['--set', `${id}.listenPort=${port}`]);
  const up = await rmqdev('up', 'single', '--rocketmq', rocketmq, '--java', java, ...sets);
  if (up.code !== 0) {
    await rmqdev('down', '--delete', '-y', '-c', CLUSTER);
    return { ...cell, failed: `up: ${up.stderr.trim().slice(-600)}` };
  }
  const since = performance.now();
  const down = await rmqdev('down', '--delete', '-y');
  const left = processes();
  Object.assign(cell, { processesLeft: left.length, msOfDown: Math.round(performance.now() - since) });
  if (left.length > 0) cell.left = left;
  if (down.code !== 0) cell.failed = `down: ${down.stderr.trim().slice(-600)}`;
  await new Promise((done) => setTimeout(done, STAYS_DELETED_MS));
  return { ...cell, foldersBack: existsSync(join(home, 'clusters', CLUSTER)) ? 1 : 0 };
}

function rmqdev(...args) {
  const env = { ...process.env, RMQDEV_HOME: home, ROCKETMQ_HOME: '' };
  return new Promise((done) => {
    const child = execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) =>
      done({ code: error?.code ?? 0, stdout, stderr }),
    );
    child.stdin.end();
  });
}

/** @returns `<pid> <command line>` of each process with a marker of this home: nodes, and work for them such as making a class archive. */
function processes() {
  return execFileSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes(`-Drmqdev.node=${home}`) || line.includes(`-Drmqdev.work=${home}`));
}
