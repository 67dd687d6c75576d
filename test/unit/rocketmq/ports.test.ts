import { expect, test } from 'vitest';
import { DEBUG_OFFSET, FIRST_PORT, PORT_OFFSETS, PORT_STEP, portOffsets, socketsAt } from '../../../src/rocketmq/ports.js';

test('the first broker takes 10909, 10911 and 10912, the first NameServer 9876', () => {
  const taken = (role: 'broker' | 'namesrv') => Object.values(PORT_OFFSETS[role]).map((offset) => FIRST_PORT[role] + offset);
  expect(taken('broker').sort()).toEqual([10909, 10911, 10912]);
  expect(taken('namesrv')).toEqual([9876]);
});

test('a DLedger peer replicates over P+5 and opens no HA port', () => {
  expect(socketsAt({ role: 'broker', election: 'dledger' }, 10911)).toEqual({ listen: 10911, fast: 10909, dledger: 10916 });
  expect(socketsAt({ role: 'broker', election: 'controller' }, 10911)).toEqual({ listen: 10911, fast: 10909, ha: 10912 });
  expect(socketsAt({ role: 'namesrv' }, 9876)).toEqual({ listen: 9876 });
});

test('a proxy listens for gRPC on 8081 and for remoting on the port below; a NameServer with a controller in it has a second port', () => {
  expect(socketsAt({ role: 'proxy' }, 8081)).toEqual({ listen: 8081, remoting: 8080 });
  expect(socketsAt({ role: 'namesrv', properties: { enableControllerInNamesrv: 'true' } }, 9876)).toEqual({
    listen: 9876,
    controller: 9896,
  });
  expect(socketsAt({ role: 'namesrv', properties: { enableControllerInNamesrv: 'false' } }, 9876)).toEqual({ listen: 9876 });
});

test('neighbours never meet, debug port included', () => {
  for (const node of [{ role: 'broker' }, { role: 'broker', election: 'dledger' }, { role: 'proxy' }] as const) {
    const offsets = [...Object.values(portOffsets(node)), DEBUG_OFFSET];
    const nodes = [0, 1, 2].flatMap((n) => offsets.map((offset) => n * PORT_STEP[node.role] + offset));
    expect(new Set(nodes).size).toBe(nodes.length);
  }
});
