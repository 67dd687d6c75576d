import { beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { periodically } from '../../../src/base/periodic.js';

beforeEach(() => {
  vi.useFakeTimers();
  return () => {
    vi.useRealTimers();
  };
});

test('runs after each period until it is ended, and leaves no timer', async () => {
  const task = vi.fn();
  const end = periodically(systemClock, 100, task);
  expect(task).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(350);
  expect(task).toHaveBeenCalledTimes(3);
  end();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(task).toHaveBeenCalledTimes(3);
});

test('at once: the first run does not wait', async () => {
  const task = vi.fn();
  const end = periodically(systemClock, 100, task, 'at-once');
  expect(task).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(100);
  expect(task).toHaveBeenCalledTimes(2);
  end();
});

test('never runs twice at once: the period begins when the task has ended', async () => {
  let finish = () => {};
  const task = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  const end = periodically(systemClock, 100, task);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(task).toHaveBeenCalledOnce();
  finish();
  await vi.advanceTimersByTimeAsync(99);
  expect(task).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(1);
  expect(task).toHaveBeenCalledTimes(2);
  end();
});

test('a task that is ended while it is under way, or that ends itself, is the last', async () => {
  let finish = () => {};
  const slow = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)));
  const endSlow = periodically(systemClock, 100, slow, 'at-once');
  endSlow();
  finish();
  const own = vi.fn(() => endOwn());
  const endOwn = periodically(systemClock, 100, own);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([slow.mock.calls.length, own.mock.calls.length]).toEqual([1, 1]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a task that throws is run again; the error is told', async () => {
  const task = vi.fn().mockImplementationOnce(() => {
    throw new Error('no');
  });
  const end = periodically(systemClock, 100, task);
  await expect(vi.advanceTimersByTimeAsync(100)).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(100);
  expect(task).toHaveBeenCalledTimes(2);
  end();
});

test('a period that changes counts from the next wait on', async () => {
  let periodMs = 100;
  const task = vi.fn(() => {
    periodMs = 1_000;
  });
  const end = periodically(systemClock, () => periodMs, task);
  await vi.advanceTimersByTimeAsync(1_099);
  expect(task).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(1);
  expect(task).toHaveBeenCalledTimes(2);
  end();
});
