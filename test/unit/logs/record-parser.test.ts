import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogKind, LogRecord } from '../../../src/logs/log-record.js';
import { MAX_RECORD_CHARS, RecordParser } from '../../../src/logs/record-parser.js';
import { RecordReader } from '../../../src/logs/record-reader.js';

const source = (kind: LogKind) => ({ node: 'broker-a', file: `/logs/${kind}.log`, kind });

function parse(kind: LogKind, text: string, arrivedAt: number | null = null): LogRecord[] {
  const reader = new RecordReader(source(kind));
  return [...reader.push(Buffer.from(text), arrivedAt), ...reader.flush(arrivedAt)];
}

const noonUtc = Date.UTC(2026, 10, 20, 12, 0, 0);

test.each([
  {
    line: '2026-11-20 20:00:00 INFO main - The broker[broker-a, 127.0.0.1:10911] boot success.',
    expected: { at: noonUtc, level: 'INFO', thread: 'main', message: 'The broker[broker-a, 127.0.0.1:10911] boot success.' },
  },
  {
    line: '2026-11-20 20:00:00 WARN Broker heartbeat thread 1 - a - b',
    expected: { at: noonUtc, level: 'WARN', thread: 'Broker heartbeat thread 1', message: 'a - b' },
  },
  {
    line: '2026-11-20 20:00:00 INFO - [TOPIC_PUT_NUMS] [Test] Stats In One Minute, SUM: 1',
    expected: { at: noonUtc, level: 'INFO', thread: null, message: '[TOPIC_PUT_NUMS] [Test] Stats In One Minute, SUM: 1' },
  },
  {
    line: '2026-11-20 20:00:00 - [WATERMARK] Send Queue Size: 0',
    expected: { at: noonUtc, level: null, thread: null, message: '[WATERMARK] Send Queue Size: 0' },
  },
  { line: '2026-11-20 20:00:00[PROXY] mark', expected: { at: noonUtc, level: null, thread: null, message: '[PROXY] mark' } },
  {
    line: '2026-11-20 20:00:00.123 INFO  [4242] [main] [c.a.rocketmq#start:12] - the client starts',
    expected: { at: noonUtc + 123, level: 'INFO', thread: 'main', message: 'the client starts' },
  },
  {
    line: '[2026-11-20T13:00:00.123+0100][0.512s][info ][gc] GC(0) Pause Young',
    expected: { at: noonUtc + 123, level: 'INFO', thread: null, message: '[gc] GC(0) Pause Young' },
  },
  {
    line: '[2026-11-20T12:00:00.123+0000][warning][gc] low',
    expected: { at: noonUtc + 123, level: 'WARN', thread: null, message: '[gc] low' },
  },
  {
    line: '2026-11-20T12:00:00.123+0000: 0.512: [GC (Allocation Failure) 65536K->8192K(251392K), 0.0051 secs]',
    expected: {
      at: noonUtc + 123,
      level: null,
      thread: null,
      message: '0.512: [GC (Allocation Failure) 65536K->8192K(251392K), 0.0051 secs]',
    },
  },
  {
    line: '2026/11/20-12:00:00.123456 140123 [WARN] [/db_impl.cc:1] stalling',
    expected: { at: new Date(2026, 10, 20, 12, 0, 0, 123).getTime(), level: 'WARN', thread: '140123', message: '[/db_impl.cc:1] stalling' },
  },
] as const)('reads $line', ({ line, expected }) => {
  expect(parse('other', line)).toEqual([{ node: 'broker-a', file: 'other.log', kind: 'other', raw: line, ...expected }]);
});

const TRACE = `2026-11-20 20:00:00 ERROR main - send failed
java.lang.IllegalStateException: store closed
\tat org.apache.rocketmq.store.CommitLog.put(CommitLog.java:1)

Caused by: java.io.IOException: No space left on device
\t... 12 more`;

test('a stack trace stays with its record, for any chunking', () => {
  const text = Buffer.from(`${TRACE}\n2026-11-20 20:00:01 INFO main - next\n`);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: text.length })), (cuts) => {
      const reader = new RecordReader(source('broker'));
      const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
      const records = edges.slice(1).flatMap((edge, i) => reader.push(text.subarray(edges[i], edge)));
      expect([...records, ...reader.flush()].map((record) => record.raw)).toEqual([TRACE, '2026-11-20 20:00:01 INFO main - next']);
    }),
  );
});

test('the message of a record with a stack trace is all but time, level and thread', () => {
  expect(parse('broker', TRACE)[0]?.message).toBe(TRACE.slice('2026-11-20 20:00:00 ERROR main - '.length));
});

test('stdout: a line is a record without a time or level, an exception and its trace are one', () => {
  const text = `OpenJDK 64-Bit Server VM warning: options
The broker[broker-a] boot success.
Exception in thread "main" java.lang.OutOfMemoryError: Java heap space
\tat a.b.C(D.java:1)
Caused by: java.lang.Error
`;
  const records = parse('stdout', text, 77);
  expect(records.map(({ raw }) => raw.split('\n').length)).toEqual([1, 1, 3]);
  expect(records.map(({ at, level, thread }) => ({ at, level, thread }))).toEqual(Array(3).fill({ at: 77, level: null, thread: null }));
});

test('what comes after a record was given out goes on under its time, level and thread', () => {
  const parser = new RecordParser(source('broker'));
  parser.push('2026-11-20 20:00:00 ERROR main - send failed');
  parser.flush();
  parser.push('\tat a.b.C(D.java:1)', 99);
  expect(parser.flush()).toMatchObject({ at: noonUtc, level: 'ERROR', thread: 'main', message: '\tat a.b.C(D.java:1)' });
});

test('a line before any time has none', () => {
  expect(parse('broker', 'no time\n')).toMatchObject([{ at: null, level: null, raw: 'no time' }]);
});

test('lines without end do not make a record without end', () => {
  const parser = new RecordParser(source('broker'));
  parser.push('2026-11-20 20:00:00 WARN main - dump');
  const line = 'x'.repeat(MAX_RECORD_CHARS / 4);
  const ended = Array.from({ length: 9 }, () => parser.push(line)).filter((record) => record !== undefined);
  expect(ended.map(({ level, raw }) => ({ level, isBounded: raw.length <= MAX_RECORD_CHARS }))).toEqual(
    Array(2).fill({ level: 'WARN', isBounded: true }),
  );
});
