import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { freshHarness, type Harness, PAIR } from '../../support/harness.js';
import { PortBlock } from '../../support/port-block.js';
import { until } from '../../support/until.js';

/** mulberry32: the same kill points for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SEED = Number(process.env.RMQDEV_SEED ?? 1);
const ROUNDS = Number(process.env.RMQDEV_KILL_POINTS ?? 4);

/**
 * The race: a daemon that dies between starting a JVM and writing its pid down leaves a process that no state file knows.
 * The next daemon must find it by its marker; a second JVM on the same store would truncate it.
 */
test(`kill -9 of the daemon at ${ROUNDS} points of an up (seed ${SEED}): the next up ends ready, no JVM doubled, none lost`, async () => {
  const h = await freshHarness();
  h.profileOf('pair', PAIR);
  expect(await h.run('ls')).toMatchObject({ code: 0 });
  const next = random(SEED);
  for (let round = 0; round < ROUNDS; round += 1) {
    const { pid } = await h.hello();
    const up = h.begin(h.upArgs('pair'));
    // By turns after some line of the journal, and after some JVM has been forked: right behind that, nothing is on disk yet.
    const count = 1 + Math.floor(next() * (round % 2 === 0 ? 12 : 3));
    const reached = round % 2 === 0 ? () => journalLines(h) >= count : async () => (await h.jvms()).length >= count;
    let isOver = false;
    void up.outcome.then(() => {
      isOver = true;
    });
    while (!isOver && !(await reached())) await setImmediate();
    process.kill(pid, 'SIGKILL');
    await up.outcome;

    const again = await h.run(...h.upArgs('pair', '--json'));
    const point = `round ${round}, ${round % 2 === 0 ? `${count} lines` : `${count} JVMs`}`;
    const waited = again.code === 27 ? await h.run('wait', '--json') : again;
    expect({ point, code: waited.code, stderr: waited.stderr }).toEqual({ point, code: 0, stderr: '' });
    const status = await h.status();
    expect({ point, states: status.nodes.map(({ state }) => state) }).toEqual({ point, states: ['ready', 'ready', 'ready'] });
    expect({ point, launches: h.launches('pair') }).toEqual({ point, launches: { 'namesrv-1': 1, 'broker-a': 1, 'broker-a-s': 1 } });
    const living = (await h.jvms()).map((jvm) => jvm.pid).sort();
    expect({ point, living }).toEqual({ point, living: status.nodes.map((node) => node.pid).sort() });
    await h.client.stream('down', { cluster: 'pair', remove: true, timeoutMs: 30_000 }, () => {});
    await until(async () => expect(await h.jvms()).toEqual([]));
  }
}, 300_000);

/**
 * The long proof in short: deaths right before and after single calls (spawn, rename, append, fsync, write, kill), then the process table
 * against status, wishes and journal. `npm run reliability -- kill-points` plays 1,000 rounds of it.
 */
test(`the daemon dies at ${ROUNDS} random calls of random operations: no orphan, no double, every wish kept`, async () => {
  await using ports = await PortBlock.claim();
  const folder = mkdtempSync(join(tmpdir(), 'rk-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const json = join(folder, 'result.json');
  const script = fileURLToPath(new URL('../../../scripts/reliability/kill-points.mjs', import.meta.url));
  const options = ['--rounds', String(ROUNDS), '--seed', String(SEED), '--port', String(ports.at(1)), '--json', json];
  const { exitCode, stderr } = await execa(process.execPath, [script, ...options], { reject: false });
  expect(stderr).toBe('');
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ rounds: ROUNDS, failures: [] });
  expect(exitCode).toBe(0);
}, 300_000);

function journalLines(h: Harness): number {
  const { journal } = h.home.cluster('pair');
  return existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0;
}
