import { expect, test } from 'vitest';
import { UniqueKeys } from '../../../src/remoting/unique-key.js';

test('32 hex digits: address, process, a random part, time since the month began, counter', () => {
  const now = new Date(2026, 10, 3, 4, 5, 6, 7).getTime();
  const keys = new UniqueKeys({ now: () => now, address: '192.168.1.20', pid: 0x1_2345 });
  const [first, second] = [keys.next(), keys.next()];
  expect(first).toMatch(/^C0A80114.{4}.{8}.{8}0000$/);
  expect(first.slice(8, 12)).toBe('2345');
  expect(second).toBe(`${first.slice(0, 28)}0001`);
  const sinceMonth = now - new Date(2026, 10, 1).getTime();
  expect(Number.parseInt(first.slice(20, 28), 16)).toBe(sinceMonth);
});

test('the counter goes round without a repeat in the same millisecond', () => {
  const keys = new UniqueKeys({ now: () => Date.UTC(2026, 0, 31) });
  expect(new Set(Array.from({ length: 65_536 }, () => keys.next())).size).toBe(65_536);
  expect(keys.next()).toMatch(/0000$/);
});
