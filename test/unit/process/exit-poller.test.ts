import { beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { ExitPoller } from '../../../src/process/exit-poller.js';
import type { Platform } from '../../../src/process/platform.js';

/** As on macOS, where a question is a process of its own. */
const ASK_EVERY_MS = 3_000;

/** What has a pid, by pid: its start time, and whether it is a zombie, which kill(2) takes for alive. */
const holders = new Map<number, { startTime: string; isZombie?: boolean }>();
const startTimes = vi.fn<Platform['startTimes']>();
let poller: ExitPoller;
beforeEach(() => {
  vi.useFakeTimers();
  holders.clear();
  startTimes.mockReset().mockImplementation(
    async (pids) =>
      new Map(
        pids.flatMap((pid) => {
          const holder = holders.get(pid);
          return holder && !holder.isZombie ? [[pid, holder.startTime]] : [];
        }),
      ),
  );
  poller = pollerThatAsks(ASK_EVERY_MS);
  return () => {
    vi.useRealTimers();
  };
});

function pollerThatAsks(askEveryMs: number): ExitPoller {
  return new ExitPoller({ startTimes, askEveryMs } as Partial<Platform> as Platform, systemClock, (pid) => holders.has(pid));
}

function watch(pid: number): { onEnd: ReturnType<typeof vi.fn>; stop: () => void } {
  holders.set(pid, { startTime: `t${pid}` });
  const onEnd = vi.fn();
  return { onEnd, stop: poller.watch({ pid, startTime: `t${pid}` }, onEnd) };
}

test('an end is told within 100 ms, once, without a question of its own', async () => {
  const [a, b] = [watch(1), watch(2)];
  await vi.advanceTimersByTimeAsync(100);
  expect(startTimes.mock.calls).toEqual([[[1, 2]]]);
  holders.delete(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(a.onEnd.mock.calls).toEqual([['gone']]);
  await vi.advanceTimersByTimeAsync(2_500);
  expect(a.onEnd).toHaveBeenCalledOnce();
  expect(b.onEnd).not.toHaveBeenCalled();
  expect(startTimes).toHaveBeenCalledOnce();
});

test('one question for all, no more often than the platform allows', async () => {
  watch(1);
  watch(2);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(startTimes.mock.calls.length).toBeLessThanOrEqual(1 + 60_000 / ASK_EVERY_MS);
  expect(startTimes).toHaveBeenLastCalledWith([1, 2]);
});

test('where a question costs nothing it is asked at every tick', async () => {
  poller = pollerThatAsks(0);
  const { onEnd } = watch(1);
  await vi.advanceTimersByTimeAsync(1_000);
  holders.set(1, { startTime: 't1', isZombie: true });
  await vi.advanceTimersByTimeAsync(100);
  expect(onEnd.mock.calls).toEqual([['gone']]);
});

test('a reused pid is an end, and told as such: its group is a stranger’s', async () => {
  const { onEnd } = watch(1);
  await vi.advanceTimersByTimeAsync(100);
  holders.set(1, { startTime: 'later' });
  await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
  expect(onEnd.mock.calls).toEqual([['reused']]);
});

test('a zombie is gone', async () => {
  const { onEnd } = watch(1);
  await vi.advanceTimersByTimeAsync(100);
  holders.set(1, { startTime: 't1', isZombie: true });
  await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
  expect(onEnd.mock.calls).toEqual([['gone']]);
});

test('a question that fails is no end, and is asked again at once', async () => {
  const { onEnd } = watch(1);
  startTimes.mockRejectedValueOnce(new Error('EMFILE'));
  await vi.advanceTimersByTimeAsync(200);
  expect(startTimes).toHaveBeenCalledTimes(2);
  expect(onEnd).not.toHaveBeenCalled();
});

test('an end is told also while an answer is awaited, and no second question is asked meanwhile', async () => {
  const { onEnd } = watch(1);
  startTimes.mockImplementationOnce(() => new Promise(() => {}));
  await vi.advanceTimersByTimeAsync(ASK_EVERY_MS * 2);
  expect(startTimes).toHaveBeenCalledOnce();
  holders.delete(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(onEnd.mock.calls).toEqual([['gone']]);
});

test('a process that joins while an answer is awaited is not judged by it', async () => {
  watch(1);
  let answer: (value: Map<number, string>) => void = () => {};
  startTimes.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
  await vi.advanceTimersByTimeAsync(100);
  const late = watch(2);
  answer(new Map([[1, 't1']]));
  await vi.advanceTimersByTimeAsync(ASK_EVERY_MS + 300);
  expect(late.onEnd).not.toHaveBeenCalled();
  expect(startTimes).toHaveBeenLastCalledWith([1, 2]);
});

test('one that throws as it is told keeps no other from being told', async () => {
  const [a, b] = [watch(1), watch(2)];
  a.onEnd.mockImplementation(() => {
    throw new Error('no');
  });
  holders.clear();
  await expect(vi.advanceTimersByTimeAsync(100)).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(100);
  expect(b.onEnd.mock.calls).toEqual([['gone']]);
});

test('after the last one is let go nothing is asked any more', async () => {
  const { onEnd, stop } = watch(1);
  stop();
  holders.clear();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(onEnd).not.toHaveBeenCalled();
  expect(startTimes).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
