import { beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { ExitPoller } from '../../../src/process/exit-poller.js';
import type { Platform } from '../../../src/process/platform.js';

const live = new Map<number, string>();
const startTimes = vi.fn<Platform['startTimes']>();
let poller: ExitPoller;
beforeEach(() => {
  vi.useFakeTimers();
  live.clear();
  startTimes.mockReset().mockImplementation(async (pids) => new Map([...live].filter(([pid]) => pids.includes(pid))));
  poller = new ExitPoller({ startTimes } as Partial<Platform> as Platform, systemClock);
  return () => {
    vi.useRealTimers();
  };
});

function watch(pid: number): { onGone: ReturnType<typeof vi.fn>; stop: () => void } {
  live.set(pid, `t${pid}`);
  const onGone = vi.fn();
  return { onGone, stop: poller.watch({ pid, startTime: `t${pid}` }, onGone) };
}

test('one question for all, and the end of one is told within 100 ms, once', async () => {
  const [a, b] = [watch(1), watch(2)];
  live.delete(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(startTimes.mock.calls).toEqual([[[1, 2]]]);
  expect(a.onGone).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(a.onGone).toHaveBeenCalledOnce();
  expect(b.onGone).not.toHaveBeenCalled();
});

test('a reused pid is an end', async () => {
  const { onGone } = watch(1);
  live.set(1, 'later');
  await vi.advanceTimersByTimeAsync(100);
  expect(onGone).toHaveBeenCalledOnce();
});

test('a question that fails is no end', async () => {
  const { onGone } = watch(1);
  startTimes.mockRejectedValueOnce(new Error('EMFILE'));
  await vi.advanceTimersByTimeAsync(100);
  expect(onGone).not.toHaveBeenCalled();
  live.delete(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(onGone).toHaveBeenCalledOnce();
});

test('a process that joins while an answer is awaited is not judged by it', async () => {
  watch(1);
  let answer: (value: Map<number, string>) => void = () => {};
  startTimes.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  await vi.advanceTimersByTimeAsync(100);
  const late = watch(2);
  answer(new Map([[1, 't1']]));
  await vi.advanceTimersByTimeAsync(300);
  expect(late.onGone).not.toHaveBeenCalled();
  expect(startTimes).toHaveBeenLastCalledWith([1, 2]);
});

test('after the last one is let go nothing is asked any more', async () => {
  const { onGone, stop } = watch(1);
  stop();
  live.delete(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(onGone).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
