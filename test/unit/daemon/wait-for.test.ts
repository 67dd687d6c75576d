import { beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { Entry } from '../../../src/daemon/cluster-registry.js';
import { waitFor } from '../../../src/daemon/wait-for.js';

beforeEach(() => {
  vi.useFakeTimers();
  return () => {
    vi.useRealTimers();
  };
});

/** A ready cluster of a pair and a NameServer, whose `inSync` is what `ask` says at the moment. */
function pair(ask: () => boolean | null): Entry {
  const specs = [
    { id: 'namesrv-1', brokerName: null },
    { id: 'broker-a', brokerName: 'broker-a' },
    { id: 'broker-a-s', brokerName: 'broker-a' },
  ];
  const cluster = {
    name: 'pair',
    world: { clock: systemClock },
    specs,
    operation: undefined,
    spec: (id: string) => specs.find((spec) => spec.id === id),
    supervisor: () => ({ state: 'ready', intent: 'up' }),
    until: () => Promise.resolve(),
  };
  const status = async (ids: string[]) => ({ nodes: ids.map((id) => ({ id, inSync: id === 'namesrv-1' ? null : ask() })) });
  return { cluster, meter: { status } } as unknown as Entry;
}

const IDS = ['namesrv-1', 'broker-a', 'broker-a-s'];
const options = { goal: 'in-sync', timeoutMs: 5_000, closed: new AbortController().signal } as const;

test.each([false, null])('a wait for in-sync goes on while a pair answers %s', async (before) => {
  let inSync: boolean | null = before;
  const ended = vi.fn();
  const waiting = waitFor(
    pair(() => inSync),
    IDS,
    options,
  ).then(ended);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ended).not.toHaveBeenCalled();
  inSync = true;
  await vi.advanceTimersByTimeAsync(1_000);
  await waiting;
});

test('a wait for in-sync ends at once for nodes that replicate nothing', async () => {
  await waitFor(
    pair(() => null),
    ['namesrv-1'],
    options,
  );
});

test('a wait for in-sync ends with TIMEOUT', async () => {
  const waiting = expect(
    waitFor(
      pair(() => null),
      IDS,
      options,
    ),
  ).rejects.toMatchObject({ code: 'TIMEOUT' });
  await vi.advanceTimersByTimeAsync(5_000);
  await waiting;
});
