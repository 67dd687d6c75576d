#!/usr/bin/env node
/**
 * Truncates random state files at random places under a running cluster and uses the CLI: status, stop and down must still work.
 *
 * --rounds 50  --seed 1  --port 22300  --json <file>; fake JVMs
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { randomOf } from './kill-points/random.mjs';
import { World } from './kill-points/world.mjs';
import { commit, figuresFile } from './report/taken-on.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    port: { type: 'string', default: '22300' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('broken-state [--rounds 50] [--seed 1] [--port 22300] [--json <file>]');
  process.exit(0);
}

const CLI = fileURLToPath(new URL('../../dist/bin/rmqdev.cjs', import.meta.url));
const output = figuresFile('broken-state', values.json);
const random = randomOf(Number(values.seed));
const world = new World({ firstPort: Number(values.port) });

/** @returns the exit code and what was said. */
function cli(...args) {
  const env = { ...process.env, RMQDEV_HOME: world.home.root };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { env }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}

/** Every file that a later daemon reads. */
const files = () =>
  [
    world.paths.state,
    world.paths.stateCopy,
    world.paths.journal,
    world.home.lastCluster,
    ...world.nodes.map((id) => join(world.paths.node(id).root, 'run', 'launch.json')),
  ].filter(existsSync);

const counts = { filesTruncated: {}, statusAnswered: 0, statusNamedThePids: 0 };
const failures = [];
try {
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const said = [];
    const fail = (what) => failures.push({ round, what, said });
    await world.startDaemon();
    await world.up(() => {});
    const before = world.jvms();
    await world.killDaemon();
    // One to all of them, each at a place of its own.
    const all = files();
    const chosen = all.filter(() => random() < 0.4);
    for (const file of chosen.length > 0 ? chosen : [all[Math.floor(random() * all.length)]]) {
      const length = Math.floor(random() * readFileSync(file).length);
      truncateSync(file, length);
      const name = file.slice(file.lastIndexOf('/') + 1);
      counts.filesTruncated[name] = (counts.filesTruncated[name] ?? 0) + 1;
      said.push(`${name} at ${length}`);
    }
    const run = async (...args) => {
      const result = await cli(...args);
      said.push(`${args.join(' ')}: ${result.code} ${result.stderr.slice(0, 500)}`);
      return result;
    };
    const status = await run('status', '-c', 'k', '--json');
    if (status.code === 0) {
      counts.statusAnswered += 1;
      const told = JSON.parse(status.stdout).nodes.map(({ id, pid }) => `${id} ${pid}`);
      const living = before.map(({ node, pid }) => `${node} ${pid}`);
      if (told.sort().join() !== living.sort().join()) fail('status does not show the processes that live');
      if ((await run('stop', 'broker-a-s', '-c', 'k')).code !== 0) fail('stop');
      if (world.jvms().some(({ node }) => node === 'broker-a-s')) fail('stop left the process');
    } else if (status.code === 28 && before.every(({ pid }) => status.stderr.includes(String(pid)))) counts.statusNamedThePids += 1;
    else fail('status neither answers nor names the processes');
    if ((await run('down', '-c', 'k')).code !== 0) fail('down');
    if (world.jvms().length > 0) fail('down left a process');
    const hello = await world.client.call('hello', {}).catch(() => undefined);
    if (hello) {
      await world.client.call('shutdown', {});
      // The daemon that the CLI started is nobody's child here.
      while (await world.client.call('hello', {}).catch(() => undefined)) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if ((round + 1) % 10 === 0) console.error(`${round + 1} rounds, ${failures.length} failures`);
  }
  const result = {
    what: 'random state files truncated at random bytes under a running cluster, then status, stop and down through the CLI',
    commit: commit(),
    seed: Number(values.seed),
    rounds: Number(values.rounds),
    ...counts,
    failures,
  };
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
  process.exitCode = failures.length > 0 ? 1 : 0;
} finally {
  await world.dispose();
}
