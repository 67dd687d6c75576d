import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteSource } from '../../../src/logs/byte-source.js';
import { LogPattern } from '../../../src/logs/log-pattern.js';
import type { LogKind, LogRecord } from '../../../src/logs/log-record.js';
import { handoverPosition, readNewestFirst, readOldestFirst } from '../../../src/logs/read-tail.js';
import { wantedOf } from '../../../src/logs/record-filter.js';
import { RecordReader } from '../../../src/logs/record-reader.js';

const source = (kind: LogKind) => ({ node: 'broker-a', file: `/logs/${kind}.log`, kind });
const MODIFIED = Date.UTC(2026, 10, 21);

function inMemory(text: string | Buffer): ByteSource & { bytesRead: number } {
  const bytes = Buffer.from(text);
  return {
    sizeBytes: bytes.length,
    modifiedMs: MODIFIED,
    bytesRead: 0,
    async read(position, length) {
      this.bytesRead += length;
      return bytes.subarray(position, position + length);
    },
  };
}

async function take(history: AsyncIterable<LogRecord[]>, limit = Infinity): Promise<LogRecord[]> {
  const taken: LogRecord[] = [];
  for await (const records of history) if (taken.push(...records) >= limit) break;
  return taken.slice(0, limit);
}

const stamp = (second: number) => new Date(Date.UTC(2026, 10, 20, 20, 0, second)).toISOString().replace('T', ' ').slice(0, 19);
const timed = (second: number, text: string) => `${stamp(second)} INFO main - ${text}\n`;
const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => timed(from + i, `line ${from + i}`)).join('');

test('a file read from its end gives the records of a file read from its start', async () => {
  const line = fc.oneof(
    fc.tuple(fc.nat(99), fc.string({ maxLength: 300 })).map(([second, text]) => timed(second, text.replace(/[\r\n\0]/g, ' '))),
    fc.string({ maxLength: 50 }).map((text) => `\tat ${text.replace(/[\r\n\0]/g, ' ')}\n`),
    // Records longer than a block.
    fc.integer({ min: 1, max: 3_000 }).map((count) => `${timed(1, 'dump')}${'\tat a.b.C(D.java:1) and some more text\n'.repeat(count)}`),
  );
  const kind = fc.constantFrom<LogKind>('broker', 'stdout');
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 40 }), kind, fc.boolean(), async (lines, kind, hasLastEnd) => {
      const text = hasLastEnd ? lines.join('') : lines.join('').replace(/\n$/, '');
      const reader = new RecordReader(source(kind));
      const expected = [...reader.push(Buffer.from(text)), ...reader.flush()].map((record) => record.raw);
      const backwards = await take(readNewestFirst(inMemory(text), source(kind)));
      const forwards = await take(readOldestFirst(inMemory(text), source(kind)));
      expect(backwards.reverse().map((record) => record.raw)).toEqual(expected);
      expect(forwards).toEqual(backwards);
    }),
    { numRuns: 60 },
  );
});

test('with a pattern no matching record is missed, whatever the pattern and the lines', async () => {
  const word = fc.constantFrom('failed', 'Failed at', 'offset=1', 'a b', '消息', '', 'x\r', '\0x', ' failed');
  const line = fc.oneof(
    fc.tuple(fc.nat(99), word).map(([second, text]) => timed(second, text)),
    word.map((text) => `\tat ${text}\n`),
    word.map((text) => `${text}\n`),
  );
  const pattern = fc.constantFrom(
    ...[
      'FAILED',
      '^failed',
      'at$',
      '^$',
      'failed\\n\\tat',
      '(?=.*at)offset',
      '^(?!.*failed)',
      'main(?![^]*offset)',
      '(?<!x)failed',
      '\\Bset',
      '消',
    ],
    ...['main - failed$', '\\bat\\b', '[^f]ailed', '(a).*\\1', '^2026[^]*offset=1$', '\\s$', '^x'],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), pattern, async (lines, text) => {
      const bytes = inMemory(lines.join(''));
      const broker = source('broker');
      for (const read of [readNewestFirst, readOldestFirst]) {
        const all = wantedOf(await take(read(bytes, broker)), broker, { grep: new LogPattern(text) });
        const wanted = { grep: new LogPattern(text) };
        expect(wantedOf(await take(read(bytes, broker, wanted)), broker, wanted)).toEqual(all);
      }
    }),
    { numRuns: 300 },
  );
});

test('a search makes records only of the part of a file that has a match, each with its own time', async () => {
  const text = `${numbered(0, 20_000)}${timed(20_001, 'failed')}\tat a.b.C\n${numbered(20_002, 40_000)}`;
  const grep = new LogPattern('failed[^]*C$');
  for (const read of [readNewestFirst, readOldestFirst]) {
    const records = await take(read(inMemory(text), source('broker'), { grep }));
    expect(records.length).toBeLessThan(30_000);
    expect(wantedOf(records, source('broker'), { grep })).toEqual([
      expect.objectContaining({ message: 'failed\n\tat a.b.C', at: Date.UTC(2026, 10, 20, 12, 0, 20_001) }),
    ]);
  }
});

test('the last records of a long file cost a block or two', async () => {
  const bytes = inMemory(numbered(0, 50_000));
  const records = await take(readNewestFirst(bytes, source('broker')), 100);
  expect(records.map((record) => record.message)).toEqual(Array.from({ length: 100 }, (_, i) => `line ${49_999 - i}`));
  expect(bytes.bytesRead).toBeLessThanOrEqual(65_536);
});

test('reading stops at what is older than since', async () => {
  const since = Date.UTC(2026, 10, 20, 12, 0, 49_000);
  for (const read of [readNewestFirst, readOldestFirst]) {
    const bytes = inMemory(numbered(0, 50_000));
    const records = await take(read(bytes, source('broker'), { sinceMs: since }));
    expect(records.filter((record) => (record.at ?? 0) >= since)).toHaveLength(1_000);
    expect(bytes.bytesRead).toBeLessThan(600_000);
  }
});

test('a record without a time takes that of the next timed one, the last ones that of the last change of the file', async () => {
  const text = `first\n${timed(3, 'timed')}second\nthird\n`;
  for (const read of [readNewestFirst, readOldestFirst]) {
    const times = new Map((await take(read(inMemory(text), source('stdout')))).map((record) => [record.message, record.at]));
    const at = Date.UTC(2026, 10, 20, 12, 0, 3);
    expect(Object.fromEntries(times)).toEqual({ first: at, timed: at, second: MODIFIED, third: MODIFIED });
  }
});

test('a hole ends the file, and the line right after it is read', async () => {
  const bytes = inMemory(Buffer.concat([Buffer.alloc(3_000_000), Buffer.from(numbered(0, 5))]));
  for (const read of [readNewestFirst, readOldestFirst]) {
    expect((await take(read(bytes, source('broker')))).map((record) => record.message).sort()).toEqual([
      'line 0',
      'line 1',
      'line 2',
      'line 3',
      'line 4',
    ]);
  }
});

test('a line longer than a segment is cut as it is when read from the start', async () => {
  const text = `${timed(1, 'before')}${timed(2, 'y'.repeat(9_000_000))}${timed(3, 'after')}`;
  const reader = new RecordReader(source('broker'));
  const expected = [...reader.push(Buffer.from(text)), ...reader.flush()];
  const backwards = (await take(readNewestFirst(inMemory(text), source('broker')))).reverse();
  expect(backwards.map(({ raw }) => raw.length)).toEqual(expected.map(({ raw }) => raw.length));
  expect(backwards[1]?.raw === expected[1]?.raw).toBe(true);
});

test('following takes over after the last whole line, of a busy file before its last record', async () => {
  const whole = numbered(0, 3);
  const last = `${timed(4, 'failed')}\tat a.b.C(D.java:1)\n`;
  const bytes = inMemory(`${whole}${last}2026-11-`);
  expect(await handoverPosition(bytes, 'broker', false)).toBe(whole.length + last.length);
  expect(await handoverPosition(bytes, 'broker', true)).toBe(whole.length);
  expect(await handoverPosition(inMemory(''), 'broker', true)).toBe(0);
  expect(await handoverPosition(inMemory('no end'), 'broker', false)).toBe(0);
});
