import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type ErrorCode, type ErrorPayload, EXIT_CODES, RmqdevError, systemCode, toRmqdevError } from '../../../src/base/errors.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const text = { what: 'broker-a cannot start', why: 'listenPort 10911 is taken', next: 'Run `rmqdev down`' };

/** The table of docs/errors.md. */
const rows = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [code = '', exit, when = '', next = ''] = line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim());
    return { code: code.replaceAll('`', ''), exit: Number(exit), when, next };
  });

test('every code has a row in docs/errors.md, with its exit code, when it comes and what to do', () => {
  expect(Object.fromEntries(rows.map(({ code, exit }) => [code, exit]))).toEqual(EXIT_CODES);
  expect(rows.map(({ code }) => code)).toEqual(Object.keys(EXIT_CODES));
  for (const { when, next } of rows) expect(Math.min(when.length, next.length)).toBeGreaterThan(10);
});

test('a code that nothing raises is marked as reserved, and no other', () => {
  const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('base/errors.ts'))
    .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
    .join('\n');
  const unused = Object.keys(EXIT_CODES).filter((code) => code !== 'INTERNAL' && !source.includes(`'${code}'`));
  expect(rows.filter(({ when }) => when.startsWith('Reserved')).map(({ code }) => code)).toEqual(unused);
});

test('exit codes of their own lie between 3 and 69, and no two codes there share one', () => {
  const shared: ErrorCode[] = ['INVALID_TRANSITION', 'INTERNAL'];
  const fixed = { FINDINGS: 1, USAGE: 2, INVALID_TRANSITION: 70, INTERNAL: 70, TIMEOUT: 124, INTERRUPTED: 130 };
  expect(EXIT_CODES).toMatchObject(fixed);
  const own = Object.entries(EXIT_CODES).filter(([code]) => !(code in fixed));
  expect(own.every(([, exit]) => exit >= 3 && exit <= 69)).toBe(true);
  expect(new Set(own.map(([, exit]) => exit)).size).toBe(own.length);
  expect(shared.map((code) => EXIT_CODES[code])).toEqual([70, 70]);
});

test('an error crosses the wire with its code and its three parts', () => {
  const error = new RmqdevError('PORT_IN_USE', text);
  const received = RmqdevError.fromPayload(JSON.parse(JSON.stringify(error.toPayload())) as ErrorPayload);
  expect({ code: received.code, text: received.text, exitCode: received.exitCode }).toEqual({ code: 'PORT_IN_USE', text, exitCode: 3 });
  expect(error.message).toBe('broker-a cannot start: listenPort 10911 is taken. Run `rmqdev down`');
});

test('a code that this version does not know counts as internal, its text stays', () => {
  const received = RmqdevError.fromPayload({ code: 'FROM_THE_FUTURE' as ErrorCode, ...text });
  expect({ code: received.code, exitCode: received.exitCode, text: received.text }).toEqual({ code: 'INTERNAL', exitCode: 70, text });
});

test('what was thrown without a code is internal and keeps its cause', () => {
  const cause = new TypeError('x is not a function');
  const error = toRmqdevError(cause);
  expect({ code: error.code, why: error.text.why }).toEqual({ code: 'INTERNAL', why: 'x is not a function' });
  expect(error.cause).toBe(cause);
  expect(toRmqdevError('a string').text.why).toBe('a string');
  const known = new RmqdevError('USAGE', text);
  expect(toRmqdevError(known)).toBe(known);
});

test('only system errors have a system code', () => {
  expect(systemCode(Object.assign(new Error('no'), { code: 'ENOENT' }))).toBe('ENOENT');
  expect([systemCode(new Error('no')), systemCode({ code: 5 }), systemCode(null), systemCode('ENOENT')]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
