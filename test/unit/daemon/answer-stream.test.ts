import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { AnswerStream, type ReaderLimits } from '../../../src/daemon/answer-stream.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const LIMITS: ReaderLimits = { unreadBytes: 10_000, patienceMs: 60_000, farewellMs: 5_000 };

/** An answer whose reader takes a chunk only when `read` is called. */
function answerTo(sourceWaits: boolean) {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  const raw = new Writable({
    highWaterMark: 100,
    decodeStrings: false,
    write: (chunk, _encoding, done) =>
      void waiting.push(() => {
        taken.push(chunk);
        done();
      }),
  });
  Object.assign(raw, { writeHead: () => {}, flushHeaders: () => {} });
  const answer = new AnswerStream(raw as unknown as ServerResponse, sourceWaits, systemClock, LIMITS);
  return {
    answer,
    raw,
    lines: () => taken.map((line) => JSON.parse(line)),
    read: async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        next();
        await vi.advanceTimersByTimeAsync(0);
      }
    },
  };
}

test('a reader that keeps up gets the items and the result', async () => {
  const { answer, lines, read } = answerTo(true);
  void answer.emit(1);
  answer.end({ result: 'done' });
  await answer.emit(2);
  await read();
  expect(lines()).toEqual([{ item: 1 }, { result: 'done' }]);
});

test('what changes something never waits for its reader; past the limit that one is told, and its memory is bounded', async () => {
  const { answer, raw, lines, read } = answerTo(false);
  for (let i = 0; i < 1_000; i += 1) await answer.emit('x'.repeat(100));
  expect(raw.writableLength).toBeLessThan(2 * LIMITS.unreadBytes);
  expect(answer.gone.aborted).toBe(true);
  await read();
  expect(lines().at(-1)).toMatchObject({ error: { code: 'READER_TOO_SLOW', why: expect.stringContaining('bytes lay unread') } });
});

test('what is read waits for its reader, and one who takes nothing for too long is told and dropped', async () => {
  const { answer, raw, lines, read } = answerTo(true);
  let emitted = 0;
  const source = (async () => {
    for (; emitted < 100 && !answer.gone.aborted; emitted += 1) await answer.emit('x'.repeat(100));
  })();
  await vi.advanceTimersByTimeAsync(LIMITS.patienceMs - 1);
  expect({ emitted, gone: answer.gone.aborted }).toEqual({ emitted: 0, gone: false });
  await vi.advanceTimersByTimeAsync(1);
  await source;
  expect(raw.destroyed).toBe(false);
  await read();
  expect(lines().at(-1)).toMatchObject({ error: { code: 'READER_TOO_SLOW', why: expect.stringContaining('nothing for 60 s') } });
});

test('one who does not fetch even the last lines is cut off', async () => {
  const { answer, raw } = answerTo(false);
  answer.end({ result: 1 });
  await vi.advanceTimersByTimeAsync(LIMITS.farewellMs);
  expect(raw.destroyed).toBe(true);
});
