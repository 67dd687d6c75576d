import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RestartPolicy } from '../../../src/base/node-words.js';
import { type Crash, decideRestart, MAX_RESTARTS_BEFORE_READY } from '../../../src/supervisor/restart-policy.js';
import { RESTART } from '../../fakes/supervisor.js';

const NOW = 1_000_000;
const ready = (agoMs: number): Crash => ({ at: NOW - agoMs, wasReady: true });
const early = (agoMs: number): Crash => ({ at: NOW - agoMs, wasReady: false });

test.each<[string, Partial<RestartPolicy>, Crash[], boolean, string]>([
  ['the first crash of a node that had been ready', {}, [ready(0)], false, '0 ms'],
  ['its second within the window', {}, [ready(9_000), ready(0)], false, '1000 ms'],
  ['its third', {}, [ready(9_000), ready(5_000), ready(0)], false, '2000 ms'],
  ['its second, before it was ready again', {}, [ready(9_000), early(0)], false, '1000 ms'],
  ['its sixth', {}, [9, 8, 7, 6, 5, 0].map((s) => ready(s * 1_000)), false, 'no: it crashed 6 times within 60 s'],
  ['a crash long after the last one', {}, [ready(61_000), ready(0)], false, '0 ms'],
  ['a crash exactly one window after the last one', {}, [ready(60_000), ready(0)], false, '0 ms'],
  ['the first crash of a node that was never ready', {}, [early(0)], false, '1000 ms'],
  ['its second', {}, [early(5_000), early(0)], false, '2000 ms'],
  ['its third', {}, [early(9_000), early(5_000), early(0)], false, 'no: it crashed 3 times before it was ever ready'],
  ['back-off has an upper bound', { backoffMaxMs: 1_500 }, [ready(9_000), ready(5_000), ready(0)], false, '1500 ms'],
  ['no restarts allowed', { maxRestarts: 0 }, [ready(0)], false, 'no: it crashed once within 60 s'],
  ['never', { policy: 'never' }, [ready(0)], false, 'no: its restart policy is never'],
  ['never, and an orderly end', { policy: 'never' }, [ready(0)], true, 'no: its restart policy is never'],
  ['on-crash, and an orderly end', {}, [ready(0)], true, 'no: it was stopped from outside'],
  ['always, and an orderly end', { policy: 'always' }, [ready(0)], true, '0 ms'],
])('%s', (_, overrides, crashes, clean, expected) => {
  const decision = decideRestart({ ...RESTART, ...overrides }, crashes, clean, NOW);
  expect(decision.restart ? `${decision.delayMs} ms` : `no: ${decision.why}`).toBe(expected);
});

const policies = fc
  .record({
    policy: fc.constantFrom('on-crash' as const, 'always' as const),
    maxRestarts: fc.integer({ min: 0, max: 8 }),
    windowMs: fc.integer({ min: 1_000, max: 120_000 }),
    backoffMinMs: fc.integer({ min: 100, max: 5_000 }),
    backoffSpreadMs: fc.integer({ min: 0, max: 60_000 }),
  })
  .map(({ backoffSpreadMs, ...policy }): RestartPolicy => ({ ...policy, backoffMaxMs: policy.backoffMinMs + backoffSpreadMs }));
/** How long each launch lived, and whether it had become ready. */
const lives = fc.array(fc.record({ livedMs: fc.integer({ min: 0, max: 90_000 }), wasReady: fc.boolean() }), { maxLength: 60 });

test('whatever crashes when: no window sees more than maxRestarts + 1 launches, and each wait is 0 or within the back-off', () => {
  fc.assert(
    fc.property(policies, lives, (policy, sequence) => {
      let now = NOW;
      const launches = [now];
      const crashes: Crash[] = [];
      for (const { livedMs, wasReady } of sequence) {
        now += livedMs;
        crashes.push({ at: now, wasReady });
        const decision = decideRestart(policy, crashes, false, now);
        if (!decision.restart) {
          const limit = crashes.some((crash) => crash.wasReady) ? policy.maxRestarts : MAX_RESTARTS_BEFORE_READY;
          expect(crashes.length).toBeGreaterThan(Math.min(limit, policy.maxRestarts));
          break;
        }
        const isImmediate = decision.delayMs === 0 && wasReady;
        expect(isImmediate || (decision.delayMs >= policy.backoffMinMs && decision.delayMs <= policy.backoffMaxMs)).toBe(true);
        now += decision.delayMs;
        launches.push(now);
      }
      for (const [i, launch] of launches.entries()) {
        const within = launches.slice(i).filter((other) => other - launch < policy.windowMs);
        expect(within.length).toBeLessThanOrEqual(policy.maxRestarts + 1);
      }
    }),
  );
});
