import { expect, test } from 'vitest';
import { DEBUG_OFFSET, FIRST_PORT, PORT_OFFSETS, PORT_STEP } from '../../../src/rocketmq/ports.js';

test('the first broker takes 10909, 10911 and 10912, the first NameServer 9876', () => {
  const taken = (role: 'broker' | 'namesrv') => Object.values(PORT_OFFSETS[role]).map((offset) => FIRST_PORT[role] + offset);
  expect(taken('broker').sort()).toEqual([10909, 10911, 10912]);
  expect(taken('namesrv')).toEqual([9876]);
});

test('neighbours never meet, debug port included', () => {
  for (const role of ['broker', 'proxy'] as const) {
    const offsets = [...Object.values(PORT_OFFSETS[role]), DEBUG_OFFSET];
    const nodes = [0, 1, 2].flatMap((n) => offsets.map((offset) => n * PORT_STEP[role] + offset));
    expect(new Set(nodes).size).toBe(nodes.length);
  }
});
