import { expect, test } from 'vitest';
import type { PreflightNode } from '../../../../src/diagnose/preflight/plan.js';
import { judgeAges } from '../../../../src/diagnose/preflight/store-age.js';
import { node, readable, store } from '../../../fakes/preflight.js';

const of = (id: string, entries: string[], overrides: Partial<PreflightNode>) => ({ node: node(id, overrides), store: store({ entries }) });
const judge = (entries: string[], overrides: Partial<PreflightNode>) => judgeAges([of('broker-a', entries, overrides)], 'dev');

test('a store of a newer release under an older one: by what it holds, or by what the cluster ran', () => {
  const rocksdb = ['rocksdbstore', 'timerwheel'];
  expect(judge(rocksdb, { release: '5.3.3' })).toMatchObject([
    { code: 'STORE_NEWER', what: expect.stringMatching(/^RocketMQ 5\.4\.0 or newer wrote the store of broker-a/) },
  ]);
  expect(judge(rocksdb, { release: '4.9.7', releaseBefore: '5.5.0' })).toMatchObject([
    { what: expect.stringMatching(/^RocketMQ 5\.5\.0 wrote/) },
  ]);
  expect(judge(rocksdb, { release: '5.4.0' })).toEqual([]);
  expect(judge(['commitlog'], { release: '4.7.0', releaseBefore: '4.9.7' })).toHaveLength(1);
  expect(judge([], { release: '4.7.0', releaseBefore: '4.9.7' })).toEqual([]);
});

test('it is told when the release changes, not again when the older one is started once more', () => {
  expect(judge(['rocksdbstore'], { release: '4.9.7', releaseBefore: '4.9.7' })).toEqual([]);
});

test('four brokers are one note of a few lines', () => {
  const ids = ['broker-a', 'broker-a-s', 'broker-b', 'broker-b-s'];
  const findings = judgeAges(
    ids.map((id) => of(id, ['commitlog'], { release: '4.9.7', releaseBefore: '5.5.0' })),
    'dev',
  );
  expect(findings).toMatchObject([
    {
      what: 'RocketMQ 5.5.0 wrote the stores of broker-a, broker-a-s, broker-b, broker-b-s, and RocketMQ 4.9.7 will run on them',
      next: expect.stringContaining('rmqdev reset broker-a broker-a-s broker-b broker-b-s -c dev'),
    },
  ]);
  expect(readable(findings)).toBe(true);
  const [{ what, why, next }] = findings as [(typeof findings)[number]];
  expect(`${what}${why}${next}`.length).toBeLessThan(320);
});
