import { expect, test } from 'vitest';
import { table } from '../../../../src/cli/output/table.js';

test.each([
  ['plain words', ['a', 'longer'], ['NAME    X', 'a       1', 'longer  1']],
  ['colours, which take no column', ['\u001b[31mred\u001b[39m', 'longer'], ['NAME    X', '\u001b[31mred\u001b[39m     1', 'longer  1']],
  ['characters of two columns', ['消息', 'longer'], ['NAME    X', '消息    1', 'longer  1']],
  ['a character of several code points', ['👨‍👩‍👧', 'longer'], ['NAME    X', '👨‍👩‍👧      1', 'longer  1']],
  ['a cell of two lines', ['one\ntwo', 'longer'], ['NAME    X', 'one     1', 'two', 'longer  1']],
])('columns stay aligned with %s', (_, cells, lines) => {
  expect(
    table(
      ['NAME', 'X'],
      cells.map((cell) => [cell, '1']),
    ).split('\n'),
  ).toEqual(lines);
});

test('a table without rows is its head', () => {
  expect(table(['A', 'B'], [], (text) => text.toLowerCase())).toBe('a  b');
});
