import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { PAIR, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();

const KILLS = 10;
/** The signal and what is told of an end by it. */
const KINDS = [
  ['SIGKILL', 'killed-from-outside'],
  ['SIGSEGV', 'crashed'],
  ['SIGABRT', 'crashed'],
] as const;

test('ten nodes killed from outside, one after the other: each end is noticed, told once as what it was, and undone', async () => {
  const h = harness();
  h.profileOf('pair', PAIR, 'restart: { backoff: 10ms..20ms, maxRestarts: 1000 }');
  await h.up('pair');
  const killed: { node: string; signal: string; cause: string }[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const node = PAIR[randomInt(PAIR.length)] as string;
    const [signal, cause] = KINDS[randomInt(KINDS.length)] as (typeof KINDS)[number];
    const { pid, restarts } = await h.node(node);
    process.kill(pid as number, signal);
    killed.push({ node, signal, cause });
    await until(async () => {
      const now = await h.node(node);
      expect(now, JSON.stringify(killed)).toMatchObject({ restarts: restarts + 1, lastExit: { signal, cause, code: null } });
      expect(now.pid).not.toBe(pid);
      for (const each of (await h.status()).nodes) expect(each, JSON.stringify(killed)).toMatchObject({ state: 'ready' });
    });
  }
  const ends = h.events('pair').filter(({ type }) => type === 'node-crashed' || type === 'node-exited');
  expect(ends.map(({ node, data }) => ({ node, signal: data?.signal, cause: data?.cause }))).toEqual(killed);
  const launches = PAIR.map((id) => [id, 1 + killed.filter(({ node }) => node === id).length]);
  expect(h.launches('pair')).toEqual(Object.fromEntries(launches));
  const jvms = (await h.jvms()).map(({ pid }) => pid).sort();
  expect(jvms).toEqual(Object.values(await h.pids()).sort());
});
