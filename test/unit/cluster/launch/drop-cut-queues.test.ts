import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dropCutQueues } from '../../../../src/cluster/launch/drop-cut-queues.js';
import type { NodeSpec } from '../../../../src/cluster/spec/node-spec.js';
import { profileOf, specOf } from '../../../fakes/cluster.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rmqdev-queues-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function peer(version: string, ids = ['namesrv-1', 'broker-a-n0', 'broker-a-n1', 'broker-a-n2']): NodeSpec {
  return specOf(ids[1] as string, { profile: profileOf(ids), version, root });
}

/** A store as a broker leaves it: with `abort` where it was killed. */
function storeOf(spec: NodeSpec, { abort }: { abort: boolean }): (name: string) => boolean {
  for (const folder of ['consumequeue/T/0', 'index', 'dledger-n0/data', 'config'])
    mkdirSync(join(spec.paths.store, folder), { recursive: true });
  for (const file of ['checkpoint', 'config/topics.json', ...(abort ? ['abort'] : [])]) writeFileSync(join(spec.paths.store, file), '');
  return (name) => existsSync(join(spec.paths.store, name));
}

// Killed with -9, a peer of 5.5.0 came back with 2,462 of 3,000 acknowledged messages in its queues, was elected, and gave their offsets to new ones.
test('a killed DLedger peer of such a release builds its queues anew; log, topics and offsets stay', async () => {
  const spec = peer('5.5.0');
  const has = storeOf(spec, { abort: true });
  expect(await dropCutQueues(spec)).toBe(true);
  expect(['consumequeue', 'index', 'checkpoint'].map(has)).toEqual([false, false, false]);
  expect(['dledger-n0/data', 'config/topics.json', 'abort'].map(has)).toEqual([true, true, true]);
  expect(await dropCutQueues(spec), 'nothing is left to drop').toBe(false);
});

test.each([
  ['a store that was closed', peer, '5.5.0', false],
  ['a release that counts rightly', peer, '4.9.7', true],
  ['a broker of a fixed pair', (version: string) => peer(version, ['namesrv-1', 'broker-a', 'broker-a-s']), '5.5.0', true],
])('%s keeps them', async (_, specFor, version, abort) => {
  const spec = specFor(version);
  const has = storeOf(spec, { abort });
  expect(await dropCutQueues(spec)).toBe(false);
  expect(['consumequeue', 'index', 'checkpoint'].map(has)).toEqual([true, true, true]);
});
