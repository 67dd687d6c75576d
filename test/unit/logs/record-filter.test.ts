import { expect, test } from 'vitest';
import { LogPattern } from '../../../src/logs/log-pattern.js';
import type { LogRecord, LogSource } from '../../../src/logs/log-record.js';
import { levelOf, type RecordFilter, wantedOf } from '../../../src/logs/record-filter.js';
import { questionTraceIn } from '../../../src/rocketmq/log-files.js';

const source = { node: 'broker-a', file: '/logs/store.log', kind: 'store' as const };
const record = (overrides: Partial<LogRecord>): LogRecord => ({
  node: 'broker-a',
  file: 'store.log',
  kind: 'store',
  at: 1_000,
  level: 'INFO',
  raw: 'text',
  message: 'text',
  thread: null,
  ...overrides,
});

const isWanted = (one: LogRecord, of: LogSource, filter: RecordFilter) => wantedOf([one], of, filter).length === 1;

test('of the level that is asked for and that of the source the higher one holds', () => {
  const warn = record({ level: 'WARN' });
  expect(isWanted(record({}), source, {})).toBe(true);
  expect(isWanted(record({}), { ...source, minLevel: 'WARN' }, { minLevel: 'DEBUG' })).toBe(false);
  expect(isWanted(warn, { ...source, minLevel: 'WARN' }, {})).toBe(true);
  expect(isWanted(warn, { ...source, minLevel: 'WARN' }, { minLevel: 'ERROR' })).toBe(false);
});

test.each([
  ['The broker[broker-a, 127.0.0.1:10911] boot success.', 'INFO'],
  ['OpenJDK 64-Bit Server VM warning: Option UseBiasedLocking was deprecated', 'WARN'],
  ['[0.003s][warning][cds] no archive', 'WARN'],
  ['java.net.BindException: Address already in use', 'ERROR'],
  ['Terminating due to java.lang.OutOfMemoryError: Java heap space', 'ERROR'],
])('a line without a level counts by what it says: %s', (raw, level) => {
  expect(levelOf(record({ level: null, raw }))).toBe(level);
});

test('grep looks at the whole record, of those that the other filters let through, and keeps their order', () => {
  const trace = record({ raw: 'failed\n\tat a.b.C(D.java:1)' });
  const grep = new LogPattern('D\\.java');
  const early = { ...trace, at: 1 };
  const second = { ...trace, at: 3_000 };
  expect(wantedOf([trace, record({}), early, second], source, { grep, sinceMs: 2 })).toEqual([trace, second]);
});

test('since and until include their own millisecond', () => {
  expect(isWanted(record({}), source, { sinceMs: 1_000, untilMs: 1_000 })).toBe(true);
  expect(isWanted(record({}), source, { sinceMs: 1_001 })).toBe(false);
  expect(isWanted(record({}), source, { untilMs: 999 })).toBe(false);
});

test('what a source hides is left out, whatever its level', () => {
  const hides = questionTraceIn('store');
  const trace = (thread: string) =>
    record({
      level: 'WARN',
      raw: `2026-11-25 05:00:59 WARN ${thread} - selectMappedBuffer request pos invalid, request pos: 0, size: 8388608`,
    });
  expect(isWanted(trace('AdminBrokerThread_1'), { ...source, hides }, {})).toBe(false);
  // Nobody asked this one for its administration: a reader met a wrong offset.
  expect(isWanted(trace('PullMessageThread_1'), { ...source, hides }, {})).toBe(true);
  expect(isWanted(trace('AdminBrokerThread_1'), source, {})).toBe(true);
});
