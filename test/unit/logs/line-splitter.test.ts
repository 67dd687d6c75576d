import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CUT_MARK, LineSplitter, MAX_LINE_BYTES } from '../../../src/logs/line-splitter.js';

function split(bytes: Buffer, cuts: number[]): string[] {
  const splitter = new LineSplitter();
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const lines = edges.slice(1).flatMap((edge, i) => splitter.push(bytes.subarray(edges[i], edge)));
  const rest = splitter.flush();
  return rest === undefined ? lines : [...lines, rest];
}

test('any chunking gives the same lines, also through the middle of a character', () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n\0]/g, '·'));
  fc.assert(
    fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.array(fc.nat()), (lines, end, cuts) => {
      expect(split(Buffer.from(lines.map((text) => text + end).join('')), cuts)).toEqual(lines);
    }),
  );
});

test('the last line without an end is held until the rest of it has come', () => {
  const splitter = new LineSplitter();
  expect(splitter.push(Buffer.from('one\ntw'))).toEqual(['one']);
  expect(splitter.push(Buffer.from('o\n'))).toEqual(['two']);
  expect(splitter.flush()).toBeUndefined();
});

test('a line of more than 1 MiB is cut between two characters, and the next line is whole', () => {
  const long = `x${'é'.repeat(MAX_LINE_BYTES)}`;
  const [first, second] = split(Buffer.from(`${long}\nnext\n`), [100, 70_000, MAX_LINE_BYTES, MAX_LINE_BYTES + 1]);
  expect(first).toBe(`x${'é'.repeat(MAX_LINE_BYTES / 2 - 1)}${CUT_MARK}`);
  expect(second).toBe('next');
});

test('the hole that a truncation leaves under a writer that does not append is no part of a line', () => {
  const bytes = Buffer.concat([Buffer.alloc(3 * MAX_LINE_BYTES), Buffer.from('after the hole\n')]);
  expect(split(bytes, [10, MAX_LINE_BYTES + 5])).toEqual(['after the hole']);
});
