import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('after runs once, unless it is cancelled', () => {
  const [kept, cancelled] = [vi.fn(), vi.fn()];
  systemClock.after(100, kept);
  systemClock.after(100, cancelled)();
  vi.advanceTimersByTime(99);
  expect(kept).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect([kept.mock.calls.length, cancelled.mock.calls.length]).toEqual([1, 0]);
});

test('a sleep ends at its time, or at once with its signal, and never rejects', async () => {
  const controller = new AbortController();
  const slept = vi.fn();
  void systemClock.sleep(1_000).then(() => slept('by itself'));
  void systemClock.sleep(1_000, controller.signal).then(() => slept('by the signal'));
  controller.abort(new Error('enough'));
  await vi.advanceTimersByTimeAsync(0);
  expect(slept.mock.calls).toEqual([['by the signal']]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(slept).toHaveBeenLastCalledWith('by itself');
  await systemClock.sleep(1_000, controller.signal);
  expect(vi.getTimerCount()).toBe(0);
});

test('a deadline aborts with a TimeoutError', () => {
  using deadline = systemClock.deadline(1_000);
  vi.advanceTimersByTime(999);
  expect(deadline.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(deadline.signal.reason).toMatchObject({ name: 'TimeoutError', message: 'no answer within 1000 ms' });
});

test('a deadline carries on the reason of the signal that it was made with', () => {
  const controller = new AbortController();
  using early = systemClock.deadline(1_000, controller.signal);
  const reason = new Error('the user has gone');
  controller.abort(reason);
  using late = systemClock.deadline(1_000, controller.signal);
  expect([early.signal.reason, late.signal.reason]).toEqual([reason, reason]);
});

test('a deadline that was disposed of leaves no timer and never aborts', () => {
  const controller = new AbortController();
  const deadline = systemClock.deadline(1_000, controller.signal);
  deadline[Symbol.dispose]();
  controller.abort();
  vi.advanceTimersByTime(2_000);
  expect({ timers: vi.getTimerCount(), aborted: deadline.signal.aborted }).toEqual({ timers: 0, aborted: false });
});
