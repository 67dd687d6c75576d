import { expect, test } from 'vitest';
import { known, type LimitFacts, notKnown } from '../../../../src/diagnose/preflight/facts.js';
import { judgeHostName, judgeLimits } from '../../../../src/diagnose/preflight/system.js';
import { preflight } from '../../../../src/diagnose/preflight.js';
import { codes, facts, memory, node, plan, readable, store, volume } from '../../../fakes/preflight.js';

test('a host name that is looked up at once says nothing; one that takes a second warns, with the line for the hosts file', () => {
  const name = 'laptop.local';
  expect(judgeHostName({ name, tookMs: 999, outcome: 'resolved' }, 'linux')).toEqual([]);
  expect(judgeHostName({ name, tookMs: 300, outcome: 'no answer yet' }, 'linux')).toEqual([]);
  expect(judgeHostName({ name, tookMs: 1_000, outcome: 'no answer yet' }, 'linux')).toMatchObject([
    {
      code: 'HOST_NAME_SLOW',
      severity: 'warning',
      why: expect.stringContaining('no answer after 1.0s'),
      next: 'Add the name to the hosts file: `echo "127.0.0.1 laptop.local" | sudo tee -a /etc/hosts`',
    },
  ]);
  const [onMac] = judgeHostName({ name, tookMs: 5_012, outcome: 'resolved' }, 'darwin');
  expect(onMac?.why).toContain('it took 5.0s');
  expect(onMac?.next).toContain('echo "::1 laptop.local" | sudo tee -a /etc/hosts');
});

test('a lookup that fails at once delays nobody: it is told, not warned about', () => {
  const failed = (tookMs: number) => judgeHostName({ name: 'box', tookMs, outcome: 'failed', error: 'ENOTFOUND' }, 'linux');
  expect(failed(3)).toMatchObject([{ severity: 'info', why: expect.stringContaining('(ENOTFOUND)') }]);
  expect(codes(failed(4_000))).toEqual(['warning HOST_NAME_SLOW']);
  expect(readable([...failed(3), ...failed(4_000)])).toBe(true);
});

const limits = (overrides: Partial<LimitFacts>) =>
  known<LimitFacts>({ openFiles: null, processes: null, processesNow: null, maxMapCount: null, overcommit: 0, ...overrides });

test.each([
  ['OPEN_FILES_LOW', { openFiles: 1_023 }, { openFiles: 1_024 }],
  // A NameServer and two brokers: 900 threads.
  ['THREADS_LOW', { processes: 2_000, processesNow: 1_101 }, { processes: 2_000, processesNow: 1_100 }],
  ['THREADS_LOW', { processes: 899 }, { processes: 900 }],
  ['MAP_COUNT_LOW', { maxMapCount: 16_383 }, { maxMapCount: 16_384 }],
  ['OVERCOMMIT_STRICT', { overcommit: 2 }, { overcommit: 1 }],
] as const)('%s: %o warns, %o does not', (code, low, enough) => {
  const findings = judgeLimits(plan(), limits(low));
  expect(codes(findings)).toEqual([`warning ${code}`]);
  expect(readable(findings)).toBe(true);
  expect(judgeLimits(plan(), limits(enough))).toEqual([]);
});

test('limits say nothing where they are unknown or nothing starts', () => {
  expect(judgeLimits(plan(), notKnown('only Linux shows them'))).toEqual([]);
  expect(judgeLimits(plan([node('broker-a', { change: 'none' })]), limits({ openFiles: 10, overcommit: 2 }))).toEqual([]);
});

test('a machine on which all is well: preflight says nothing', () => {
  const stores = new Map([['broker-a', known(store({ entries: ['commitlog', 'rocksdbstore'] }))]]);
  expect(preflight(plan(), facts({ stores }))).toEqual([]);
});

test('preflight tells everything at once, errors first', () => {
  const locked = known(store({ locks: [{ file: '/store/lock', holder: { pid: 9, command: 'java' } }] }));
  const findings = preflight(
    plan(),
    facts({
      hostName: { name: 'laptop', tookMs: 5_000, outcome: 'no answer yet' },
      memory: memory({ availableBytes: 1 }),
      volume: volume({ mount: known({ point: '/', type: 'tmpfs', options: [] }) }),
      stores: new Map([
        ['broker-a', locked],
        ['broker-b', notKnown('there was no answer within 1000 ms')],
      ]),
    }),
  );
  expect(codes(findings)).toEqual(['error NOT_ENOUGH_MEMORY', 'error STORE_IN_USE', 'warning HOST_NAME_SLOW', 'info HOME_IN_MEMORY']);
});
