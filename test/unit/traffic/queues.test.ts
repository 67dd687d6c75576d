import { describe, expect, test } from 'vitest';
import type { TopicRoute } from '../../../src/remoting/namesrv-api.js';
import { QueueTurns, queueForKey, queueKey, readableQueues, whyNotWritable, writableQueues } from '../../../src/traffic/queues.js';

type Holder = { perm?: number; read?: number; write?: number; addresses?: [number, string][] };

function routeOf(holders: Record<string, Holder>): TopicRoute {
  const entries = Object.entries(holders);
  return {
    brokerDatas: entries.map(([brokerName, { addresses = [[0, `${brokerName}:1`] as [number, string]] }]) => ({
      cluster: 'c',
      brokerName,
      brokerAddrs: new Map(addresses),
    })),
    queueDatas: entries.map(([brokerName, { perm = 6, read = 2, write = 2 }]) => ({
      brokerName,
      perm,
      readQueueNums: read,
      writeQueueNums: write,
    })),
  };
}

const keysOf = (queues: readonly { brokerName: string; queueId: number }[]) => queues.map(queueKey);

describe('queues that take sends', () => {
  test('are those of masters with write permission, by brokerName, whatever order the NameServer has', () => {
    const route = routeOf({ b: {}, c: { perm: 4 }, a: { write: 1, read: 4 }, d: { addresses: [[1, 'd:2']] } });
    expect(keysOf(writableQueues(route))).toEqual(['a 0', 'b 0', 'b 1']);
    expect(whyNotWritable(routeOf({ c: { perm: 4 }, d: { addresses: [[1, 'd:2']] }, e: { write: 0 } }))).toBe(
      'c has it with perm 4, without write permission; d has no master now; e has no write queue for it',
    );
  });

  test('of a topic that a send will make are as many as the template allows, at most four on each broker', () => {
    expect(keysOf(writableQueues(routeOf({ a: { write: 8 }, b: { write: 2 } }), 4))).toEqual(['a 0', 'a 1', 'a 2', 'a 3', 'b 0', 'b 1']);
  });
});

test('reading: the master, else its slave; only slaves; only the broker of an address; never without read permission', () => {
  const pair: [number, string][] = [
    [0, 'a:1'],
    [1, 'a:2'],
  ];
  const route = routeOf({
    a: { addresses: pair, read: 1 },
    b: { addresses: [[2, 'b:3']], read: 1 },
    c: { perm: 2, read: 1 },
    d: { read: 1 },
  });
  const addresses = (from: Parameters<typeof readableQueues>[1]) => readableQueues(route, from).map(({ address }) => address);
  expect(addresses('master')).toEqual(['a:1', 'b:3', 'd:1']);
  expect(addresses('slave')).toEqual(['a:2', 'b:3']);
  expect(addresses({ address: 'a:2' })).toEqual(['a:2']);
  expect(addresses({ address: 'z:1' })).toEqual([]);
});

test('one key, one queue: the one that RocketMQ’s SelectMessageQueueByHash takes', () => {
  const queues = writableQueues(routeOf({ a: { write: 4 }, b: { write: 3 } }));
  // From a JVM: hashCode() % 7 of these is -6, 5, 5, 0 and (of the smallest int) -2.
  const keys = ['order-1', 'Aa', 'BB', '', 'polygenelubricants'];
  expect(keys.map((key) => queueForKey(queues, key))).toEqual([6, 5, 5, 0, 2].map((index) => queues[index]));
  expect(queueForKey([], 'order-1')).toBeUndefined();
});

describe('turns', () => {
  const queues = writableQueues(routeOf({ a: { write: 2 }, b: { write: 1 } }));

  test('every queue in turn', () => {
    const turns = new QueueTurns(() => 0, 1_000);
    expect(keysOf([1, 2, 3, 4].map(() => turns.next(queues) as never))).toEqual(['a 0', 'a 1', 'b 0', 'a 0']);
  });

  test('a broker that failed is passed over for a while, and for the same message at once', () => {
    let now = 0;
    const turns = new QueueTurns(() => now, 1_000);
    expect(turns.next(queues, 'a')?.brokerName).toBe('b');
    turns.noteFailure('a');
    expect(new Set([1, 2, 3].map(() => turns.next(queues)?.brokerName))).toEqual(new Set(['b']));
    now = 1_000;
    expect(new Set([1, 2, 3].map(() => turns.next(queues)?.brokerName))).toEqual(new Set(['a', 'b']));
    turns.noteFailure('a');
    turns.noteSuccess('a');
    expect(new Set([1, 2, 3].map(() => turns.next(queues)?.brokerName))).toEqual(new Set(['a', 'b']));
  });

  test('where no other is left, the one that failed is tried again', () => {
    const turns = new QueueTurns(() => 0, 1_000);
    const only = writableQueues(routeOf({ a: {} }));
    turns.noteFailure('a');
    expect(turns.next(only, 'a')?.brokerName).toBe('a');
    expect(turns.next([])).toBeUndefined();
  });
});
