import { expect, test } from 'vitest';
import { ACTING_MASTER_ID, brokerAddresses } from '../../../src/remoting/namesrv-api.js';

const route = (perm: number, enableActingMaster: boolean) => ({
  brokerDatas: [{ cluster: 'c', brokerName: 'broker-a', brokerAddrs: new Map([[0, '127.0.0.1:10921']]), enableActingMaster }],
  queueDatas: [{ brokerName: 'broker-a', readQueueNums: 1, writeQueueNums: 1, perm }],
});

test('a slave that stands in for its master is listed as 0 without write permission, and is no master', () => {
  expect([...brokerAddresses(route(5, true), 'broker-a')]).toEqual([[ACTING_MASTER_ID, '127.0.0.1:10921']]);
});

test('whoever may be written to under 0 is the master, and so is one whose permission somebody took, without acting masters', () => {
  expect([...brokerAddresses(route(7, true), 'broker-a')]).toEqual([[0, '127.0.0.1:10921']]);
  expect([...brokerAddresses(route(5, false), 'broker-a')]).toEqual([[0, '127.0.0.1:10921']]);
});

test('no route, or another brokerName: no address', () => {
  expect(brokerAddresses(undefined, 'broker-a').size).toBe(0);
  expect(brokerAddresses(route(7, true), 'broker-b').size).toBe(0);
});
