import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJavaProperties } from '../../../src/import/java-properties.js';

test('pairs are read as java.util.Properties reads them (expected: what JDK 17 printed), with their lines', () => {
  const text =
    '# c\na = 1 \\\n   2\nb:c:d \npath=C:\\store\\new\nkey value\n  spaced\\ key = x\n!x\nempty\n\\u0041b=\\u00e9\nx=y\\\\\nff=1\fz\rcr=2\r\nlast=a\\';
  expect(readJavaProperties(text).map(({ key, value, line }) => [key, value, line])).toEqual([
    ['a', '1 2', 2],
    ['b', 'c:d ', 4],
    ['path', 'C:store\new', 5],
    ['key', 'value', 6],
    ['spaced key', 'x', 7],
    ['empty', '', 9],
    ['Ab', 'é', 10],
    ['x', 'y\\', 11],
    ['ff', '1\fz', 12],
    ['cr', '2', 13],
    ['last', 'a', 14],
  ]);
});

test('no text makes it fail', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readJavaProperties(text).every(({ line }) => line >= 1)));
});
