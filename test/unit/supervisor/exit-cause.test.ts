import { expect, test } from 'vitest';
import type { ExitCause } from '../../../src/base/node-words.js';
import { type Asked, exitCause, isCleanExit } from '../../../src/supervisor/exit-cause.js';

const exit = (code: number | null, signal: string | null, adopted = false) => ({ at: 0, code, signal, adopted });

test.each([
  ['0', exit(0, null), undefined, 'stopped-from-outside'],
  ['143, a JVM after SIGTERM', exit(143, null), undefined, 'stopped-from-outside'],
  ['130, a JVM after SIGINT', exit(130, null), undefined, 'stopped-from-outside'],
  ['129, a JVM after SIGHUP', exit(129, null), undefined, 'stopped-from-outside'],
  ['SIGTERM before a JVM had its handlers', exit(null, 'SIGTERM'), undefined, 'stopped-from-outside'],
  ['SIGKILL', exit(null, 'SIGKILL'), undefined, 'killed-from-outside'],
  ['1', exit(1, null), undefined, 'crashed'],
  ['255, RocketMQ’s System.exit(-1)', exit(255, null), undefined, 'crashed'],
  ['3, out of memory', exit(3, null), undefined, 'crashed'],
  ['SIGABRT', exit(null, 'SIGABRT'), undefined, 'crashed'],
  ['SIGSEGV', exit(null, 'SIGSEGV'), undefined, 'crashed'],
  ['an adopted process, whose status nobody knows', exit(null, null, true), undefined, 'crashed'],
  ['143 on request', exit(143, null), 'stop', 'stopped-by-user'],
  ['255 during a stop', exit(255, null), 'stop', 'stopped-by-user'],
  ['SIGKILL on request', exit(null, 'SIGKILL'), 'kill', 'killed-by-user'],
  ['143 on request, to be started again', exit(143, null), 'kill-and-restart', 'killed-by-user'],
  ['an adopted one on request', exit(null, null, true), 'kill', 'killed-by-user'],
] as const satisfies readonly (readonly [string, ReturnType<typeof exit>, Asked, ExitCause])[])(
  '%s: %o asked %s is %s',
  (_, how, asked, cause) => {
    expect(exitCause(how, asked)).toBe(cause);
  },
);

test('an exit whose status is unknown is not clean', () => {
  expect(isCleanExit(exit(null, null, true))).toBe(false);
});
