import { expect, test } from 'vitest';
import { EXIT_ROWS, exitMeaning } from '../../../src/rocketmq/exit-status.js';

const ended = (code: number | null, signal: string | null = null, adopted = false) => ({ code, signal, adopted });

test.each([
  [253, 'broker', /store or one of its JSON files/],
  [255, 'broker', /port in use, a store that another JVM uses/],
  [255, 'namesrv', /port in use or a missing file/],
  [254, null, /home is not set/],
  [252, 'broker', /controller mode and DLedger/],
  [3, 'broker', /ExitOnOutOfMemoryError/],
  [2, 'broker', /agent/],
  [1, 'proxy', /proxy could not start/],
  [1, 'broker', /refused to start/],
  [137, null, /SIGKILL/],
  [139, null, /SIGSEGV/],
  [134, null, /hs_err/],
  [143, null, /SIGTERM/],
  [130, null, /Ctrl-C/],
  [0, null, /success/],
] as const)('status %i of a %s', (code, role, meaning) => {
  expect(exitMeaning(ended(code), role)).toMatch(meaning);
});

test('a signal wins over a status, and an adopted node says that it cannot be known', () => {
  expect(exitMeaning(ended(null, 'SIGKILL'))).toMatch(/nothing was closed/);
  expect(exitMeaning(ended(null, 'SIGRTMIN'))).toBe('ended by SIGRTMIN');
  expect(exitMeaning(ended(null, null, true))).toBe('its exit status is not known, because an earlier daemon started it');
  expect(exitMeaning(ended(140))).toBe('ended by signal 12');
  expect(exitMeaning(ended(77))).toMatch(/neither RocketMQ nor the JVM/);
});

test('each row has a source, and a general row comes after those of one role', () => {
  for (const [index, { codes, roles, source }] of EXIT_ROWS.entries()) {
    expect(source).toMatch(/\w/);
    if (!roles) expect(EXIT_ROWS.slice(index + 1).some((later) => later.codes.some((code) => codes.includes(code)))).toBe(false);
  }
});
