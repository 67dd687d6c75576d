import { expect, test } from 'vitest';
import { counted, formatBytes, formatDuration, parseDurationMs, parseSizeBytes } from '../../../src/base/units.js';

test.each([
  ['500ms', 500],
  ['5s', 5_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['1d', 86_400_000],
  ['1.5s', 1_500],
  ['0', 0],
  [' 7 ', 7_000],
  [30, 30_000],
  ['', undefined],
  ['s', undefined],
  ['5 s', undefined],
  ['-5s', undefined],
  ['5S', undefined],
  ['1h30m', undefined],
  ['5s..1m', undefined],
  ['Infinity', undefined],
])('the duration %j is %s ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

test.each([
  [0, '0ms'],
  [849.6, '850ms'],
  [999.4, '999ms'],
  [1_000, '1.0s'],
  [2_449, '2.4s'],
  [60_000, '1m 00s'],
  [185_000, '3m 05s'],
  [7_800_000, '2h 10m'],
  [442_800_000, '5d 3h'],
])('%d ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  ['512m', 536_870_912],
  ['1g', 1_073_741_824],
  ['64K', 65_536],
  ['65536', 65_536],
  ['256MB', 268_435_456],
  [1024, 1_024],
  ['1.5g', undefined],
  ['-1m', undefined],
  ['m', undefined],
  ['12t', undefined],
])('the size %j is %s bytes', (text, bytes) => {
  expect(parseSizeBytes(text)).toBe(bytes);
});

test.each([
  [0, '0 B'],
  [512, '512 B'],
  [1_023, '1023 B'],
  [1_536, '1.5 KB'],
  [1_048_575, '1.0 MB'],
  [40_580_000, '38.7 MB'],
  [268_435_456, '256 MB'],
  [1_288_490_189, '1.2 GB'],
])('%d bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

/** Rounding must not show a unit's own limit in the smaller unit. */
test.each([
  [999.7, '1.0s'],
  [59_960, '1m 00s'],
  [59_999, '1m 00s'],
])('%d ms reads %s, not a thousand of the smaller unit', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, 'error', undefined, '0 errors'],
  [1, 'error', undefined, '1 error'],
  [2, 'proxy', 'proxies', '2 proxies'],
])('%i %s', (number, one, many, text) => {
  expect(counted(number, one, many)).toBe(text);
});
