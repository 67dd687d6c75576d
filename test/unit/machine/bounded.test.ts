import { expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { bounded } from '../../../src/machine/bounded.js';
import { hostNameFacts } from '../../../src/machine/host-name.js';

test('an answer is known; a failure and silence are unknown, with the reason', async () => {
  vi.useFakeTimers();
  try {
    expect(await bounded(async () => 7, 100, systemClock)).toEqual({ value: 7 });
    expect(await bounded(() => Promise.reject(new Error('pmset prints no sleep time\nmore')), 100, systemClock)).toEqual({
      unknown: 'pmset prints no sleep time',
    });
    const cause = Object.assign(new Error('spawn /usr/bin/pmset ENOENT'), { code: 'ENOENT', syscall: 'spawn /usr/bin/pmset' });
    const missing = Object.assign(new Error('Command failed with ENOENT: /usr/bin/pmset -g', { cause }), { code: 'ENOENT' });
    expect(await bounded(() => Promise.reject(missing), 100, systemClock)).toEqual({ unknown: 'the tool for it is missing' });
    const noFile = Object.assign(new Error("ENOENT: open '/proc/none'"), { code: 'ENOENT', syscall: 'open' });
    expect(await bounded(() => Promise.reject(noFile), 100, systemClock)).toEqual({ unknown: "ENOENT: open '/proc/none'" });
    expect(
      await bounded(
        () => {
          throw new Error('at once');
        },
        100,
        systemClock,
      ),
    ).toEqual({ unknown: 'at once' });
    const silent = bounded(() => new Promise(() => {}), 100, systemClock);
    await vi.advanceTimersByTimeAsync(100);
    expect(await silent).toEqual({ unknown: 'there was no answer within 100 ms' });
  } finally {
    vi.useRealTimers();
  }
});

test('a slow lookup of the host name is waited for no longer than asked, and asked once', async () => {
  vi.useFakeTimers();
  try {
    let asked = 0;
    let answer = (_: unknown) => {};
    const slow = () => {
      asked += 1;
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    const first = hostNameFacts(250, systemClock, 'laptop', slow);
    await vi.advanceTimersByTimeAsync(250);
    expect(await first).toEqual({ name: 'laptop', tookMs: 250, outcome: 'no answer yet' });
    const second = hostNameFacts(6_000, systemClock, 'laptop', slow);
    await vi.advanceTimersByTimeAsync(4_750);
    answer({ address: '127.0.0.1' });
    expect(await second).toEqual({ name: 'laptop', tookMs: 5_000, outcome: 'resolved' });
    expect(asked).toBe(1);
    const failed = await hostNameFacts(100, systemClock, 'laptop', () =>
      Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
    );
    expect(failed).toMatchObject({ outcome: 'failed', error: 'ENOTFOUND' });
  } finally {
    vi.useRealTimers();
  }
});
