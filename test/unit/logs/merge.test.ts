import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogRecord } from '../../../src/logs/log-record.js';
import { mergeByTime } from '../../../src/logs/merge.js';

const record = (node: string, at: number, message: string): LogRecord => ({
  node,
  file: 'broker.log',
  kind: 'broker',
  at,
  level: 'INFO',
  raw: message,
  message,
  thread: null,
});

/** In batches of any size, empty ones too. */
async function* stream(records: LogRecord[]) {
  yield [];
  for (let from = 0, size = 1; from < records.length; from += size, size = (size * 7 + from) % 4) yield records.slice(from, from + size);
}

async function all(records: AsyncIterable<LogRecord>): Promise<LogRecord[]> {
  const taken: LogRecord[] = [];
  for await (const one of records) taken.push(one);
  return taken;
}

const times = fc.array(fc.array(fc.nat(20)), { maxLength: 5 });
const fromTimes = (files: number[][]) => files.map((file, i) => file.map((at, n) => record(`node-${i}`, at, `${i}/${n}`)));

test('every record comes once, those of one file in its order, also where its times go back', async () => {
  await fc.assert(
    fc.asyncProperty(times, async (lists) => {
      const files = fromTimes(lists);
      const merged = await all(mergeByTime(files.map(stream)));
      for (const [i, file] of files.entries()) expect(merged.filter(({ node }) => node === `node-${i}`)).toEqual(file);
      expect(merged).toHaveLength(files.flat().length);
    }),
  );
});

test('files in order merge by time, equal times in the order of the files; newest first is the same reversed', async () => {
  await fc.assert(
    fc.asyncProperty(times, async (lists) => {
      const files = fromTimes(lists.map((list) => list.sort((a, b) => a - b)));
      const merged = await all(mergeByTime(files.map(stream)));
      const byTime = files.flat().sort((a, b) => (a.at ?? 0) - (b.at ?? 0));
      expect(merged).toEqual(byTime);
      const reversed = await all(
        mergeByTime(
          files.map((file) => stream(file.toReversed())),
          'newestFirst',
        ),
      );
      expect(reversed.reverse()).toEqual(merged);
    }),
  );
});

test('a reader that stops early ends the streams', async () => {
  let ended = 0;
  async function* endless(node: string) {
    try {
      for (let at = 0; ; at += 1) yield [record(node, at, '')];
    } finally {
      ended += 1;
    }
  }
  for await (const { at } of mergeByTime([endless('a'), endless('b')])) if (at === 3) break;
  expect(ended).toBe(2);
});
