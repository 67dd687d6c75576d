import { expect, test } from 'vitest';
import { LogPattern } from '../../../src/logs/log-pattern.js';

/** Short, as the test waits for it; no test depends on how long it really takes. */
const LIMIT_MS = 100;
const EXPONENTIAL = '(a+)+$';
const HARD = `${'a'.repeat(60)}!`;

test('the texts that match, whatever their case, each looked at from its start', () => {
  const pattern = new LogPattern('D\\.java|^second');
  expect(pattern.matching(['failed\n\tat a.b.C(d.java:1)', 'no', 'Second', 'D.java'])).toEqual([0, 2, 3]);
  expect(pattern.matching(['D.java'])).toEqual([0]);
  expect(pattern.matching([])).toEqual([]);
});

test('what Java knows too: look-ahead, look-behind, a group that comes again', () => {
  expect(new LogPattern('^(?!.*heartbeat)').matching(['a heartbeat', 'a message'])).toEqual([1]);
  expect(new LogPattern('(?<=code=)1\\b').matching(['code=1', 'code=11'])).toEqual([0]);
  expect(new LogPattern('(broker-.) .*\\1').matching(['broker-a and broker-a', 'broker-a and broker-b'])).toEqual([0]);
});

test('a pattern that never ends is given up, with its record’s length', () => {
  const pattern = new LogPattern(EXPONENTIAL, LIMIT_MS);
  expect(() => pattern.matching(['aaa', HARD, 'aaa'])).toThrow(
    expect.objectContaining({
      code: 'PATTERN_TOO_COSTLY',
      text: expect.objectContaining({ what: expect.stringContaining(EXPONENTIAL), why: expect.stringContaining('61 characters') }),
    }),
  );
  // It can be used again.
  expect(pattern.matching(['aaa', 'b'])).toEqual([0]);
});

test('many records that together take longer than the limit are all looked at', () => {
  const pattern = new LogPattern(EXPONENTIAL, LIMIT_MS);
  // Some milliseconds each.
  const texts = Array.from({ length: 200 }, () => `${'a'.repeat(16)}!`);
  expect(pattern.matching([...texts, 'aaa'])).toEqual([200]);
});

test('a match that runs out of memory is given up as well', () => {
  const pattern = new LogPattern('^(.|\\n)*$');
  expect(() => pattern.matching(['x'.repeat(8_000_000)])).toThrow(expect.objectContaining({ code: 'PATTERN_TOO_COSTLY' }));
});

test('what is not a regular expression is the user’s mistake', () => {
  expect(() => new LogPattern('(')).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

test('a first look at many records that takes too long says nothing against the pattern', () => {
  const pattern = new LogPattern(EXPONENTIAL, LIMIT_MS);
  expect(pattern.mayMatch(`${HARD}\naaa`)).toBe(true);
  expect(pattern.matching(['aaa', 'b'])).toEqual([0]);
  expect(new LogPattern('^failed$').mayMatch('one\nfailed\ntwo')).toBe(true);
  expect(new LogPattern('^failed$').mayMatch('one\nhas failed\ntwo')).toBe(false);
});
