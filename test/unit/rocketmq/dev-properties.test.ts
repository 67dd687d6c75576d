import { describe, expect, test } from 'vitest';
import { devProperties } from '../../../src/rocketmq/dev-properties.js';
import { checkProperty, lookupKey } from '../../../src/rocketmq/keys.js';
import { SUPPORTED_RELEASES } from '../../../src/rocketmq/releases.js';

const BROKERS = [
  { isSlave: false, isSyncPair: true },
  { isSlave: true, isSyncPair: true },
  { isSlave: false, isSyncPair: false },
];

describe.each(SUPPORTED_RELEASES)('brokers of RocketMQ %s', (version) => {
  const rows = BROKERS.flatMap((broker) => devProperties(version, broker));

  test('get only keys that the release reads, with values that it takes', () => {
    for (const { key, value } of rows) {
      expect(lookupKey(version, 'broker', key), key).toBeDefined();
      expect(checkProperty(version, 'broker', key, value), key).toBeUndefined();
    }
  });

  test('keep their timers, pop and transactions', () => {
    const keys = rows.map(({ key }) => key);
    for (const key of ['timerWheelEnable', 'enablePopBufferMerge', 'brokerFastFailureEnable', 'messageDelayLevel'])
      expect(keys).not.toContain(key);
  });

  test('compare their timer wheel once a minute, if they have one', () => {
    const wheel = devProperties(version, { isSlave: false, isSyncPair: false }).find(({ key }) => key === 'timerFlushIntervalMs');
    expect(wheel?.value).toBe(version.startsWith('4.') ? undefined : '60000');
  });
});

test('a slave reports its offset once a second: at once, its store would not take what comes then, and its commit log would break', () => {
  for (const version of ['4.4.0', '4.9.7', '5.5.0']) {
    const rows = devProperties(version, { isSlave: true, isSyncPair: true });
    expect(rows.flatMap(({ key, value }) => (key === 'haSendHeartbeatInterval' ? [value] : []))).toEqual(['1000']);
  }
});
