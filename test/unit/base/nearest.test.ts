import { expect, test } from 'vitest';
import { nearest } from '../../../src/base/nearest.js';

const IDS = ['namesrv-1', 'broker-a', 'broker-a-s', 'broker-b', 'masters', 'slaves'];

test.each([
  ['broker-c', 'broker-a'],
  ['brokr-a', 'broker-a'],
  ['borker-b', 'broker-b'],
  ['BROKER-B', 'broker-b'],
  ['master', 'masters'],
  ['namesrv1', 'namesrv-1'],
  ['salves', 'slaves'],
  ['dashboard', undefined],
  ['x', undefined],
  ['', undefined],
])('%s was meant as %s', (word, meant) => {
  expect(nearest(word, IDS)).toBe(meant);
});

test('among nothing there is nothing near', () => {
  expect(nearest('broker-a', [])).toBeUndefined();
});

test.each([
  ['sendThreadPoolNum', 'sendMessageThreadPoolNums'],
  ['recoverThreadPoolNum', 'recoverThreadPoolNums'],
  ['flushDiskTyp', 'flushDiskType'],
  ['diskMaxUsedRatio', 'diskMaxUsedSpaceRatio'],
])('%s leaves out a word of %s', (word, meant) => {
  const keys = ['recoverThreadPoolNums', 'sendMessageThreadPoolNums', 'flushDiskType', 'diskMaxUsedSpaceRatio', 'threadPool'];
  expect(nearest(word, keys)).toBe(meant);
});
