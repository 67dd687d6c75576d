import { beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { ClusterPaths } from '../../../src/base/paths.js';
import type { Cluster } from '../../../src/cluster/cluster.js';
import { ClusterMeter } from '../../../src/cluster/measure.js';
import type { InvokeOptions } from '../../../src/remoting/client.js';
import { RequestCode, ResponseCode } from '../../../src/remoting/codes.js';

beforeEach(() => {
  vi.useFakeTimers();
  return () => {
    vi.useRealTimers();
  };
});

type Answer = { code: number; commitLogMaxOffset?: number } | 'mute';

/** A ready pair without NameServers; `ask` is what the broker at an address answers to GET_BROKER_RUNTIME_INFO at the moment. */
function pair(ask: (id: string) => Answer): Cluster {
  const paths = new ClusterPaths('/nowhere');
  const specs = ['broker-a', 'broker-a-s'].map((id, brokerId) => ({
    id,
    role: 'broker',
    brokerName: 'broker-a',
    brokerId,
    localAddress: id,
    registeredAddress: id,
    paths: paths.node(id),
    release: { version: '5.5.0' },
    jdk: { major: 17, home: '/jdk' },
    config: [],
    ports: {},
  }));
  const invoke = async (id: string, request: number, { signal }: InvokeOptions) => {
    expect(request).toBe(RequestCode.GET_BROKER_RUNTIME_INFO);
    const answer = ask(id);
    if (answer === 'mute') return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const table = { commitLogMaxOffset: String(answer.commitLogMaxOffset), brokerVersionDesc: 'V5_5_0' };
    return { code: answer.code, remark: undefined, extFields: {}, body: Buffer.from(JSON.stringify({ table })) };
  };
  const supervisor = { state: 'ready', pid: null, startedAt: null, lastExit: null };
  return {
    name: 'pair',
    profile: { name: 'pair' },
    state: 'ready',
    namesrvAddr: '',
    specs,
    world: { clock: systemClock, remoting: { invoke } },
    spec: (id: string) => specs.find((spec) => spec.id === id),
    supervisor: () => supervisor,
    isLive: () => true,
    onChange: () => () => {},
  } as unknown as Cluster;
}

const inSyncOf = async (cluster: Cluster) =>
  (await new ClusterMeter(cluster).status(['broker-a', 'broker-a-s'])).nodes.map((node) => node.inSync);

test('a broker that cannot tell its offset in its first second is asked again', async () => {
  let isBooting = true;
  const cluster = pair(() => (isBooting ? { code: ResponseCode.SYSTEM_ERROR } : { code: ResponseCode.SUCCESS, commitLogMaxOffset: 7 }));
  const asked = inSyncOf(cluster);
  await vi.advanceTimersByTimeAsync(1_000);
  isBooting = false;
  await vi.advanceTimersByTimeAsync(200);
  expect(await asked).toEqual([true, true]);
});

test.each<[string, Answer]>([
  ['never says more than code 1', { code: ResponseCode.SYSTEM_ERROR }],
  ['is mute', 'mute'],
])('a broker that %s delays a status by no more than 1.5 s', async (_, answer) => {
  const asked = inSyncOf(pair((id) => (id === 'broker-a' ? answer : { code: ResponseCode.SUCCESS, commitLogMaxOffset: 7 })));
  await vi.advanceTimersByTimeAsync(1_500);
  expect(await asked).toEqual([null, null]);
});

test('a slave is in sync once it holds what its master holds', async () => {
  let held = 6;
  const cluster = pair((id) => ({ code: ResponseCode.SUCCESS, commitLogMaxOffset: id === 'broker-a' ? 7 : held }));
  expect(await inSyncOf(cluster)).toEqual([false, false]);
  held = 7;
  expect(await inSyncOf(cluster)).toEqual([true, true]);
});
