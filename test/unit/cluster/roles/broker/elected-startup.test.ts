import { expect, test } from 'vitest';
import { systemClock } from '../../../../../src/base/clock.js';
import { electedStartup, hasRole } from '../../../../../src/cluster/roles/broker/elected-startup.js';
import { ResponseCode } from '../../../../../src/remoting/codes.js';
import { profileOf, specsOf } from '../../../../fakes/cluster.js';
import { FakeRocketMq } from '../../../../fakes/rocketmq.js';

const IDS = ['namesrv-1', 'namesrv-2', 'broker-a-n0', 'broker-a-n1', 'broker-a-n2'];

function starting(id: string, down: readonly string[] = []) {
  const specs = specsOf({ profile: profileOf(IDS) });
  const rocketmq = new FakeRocketMq(specs);
  const stages: string[] = [];
  const now = { ms: 0 };
  const context = {
    remoting: rocketmq.client,
    clock: { ...systemClock, monotonicMs: () => now.ms },
    peers: () => specs,
    isExpected: (peer: string) => !down.includes(peer),
    stage: (_: string, stage: string) => void stages.push(stage),
  };
  const spec = specs.find((candidate) => candidate.id === id);
  if (!spec) throw new Error(`${id} is no node`);
  const probe = electedStartup(spec, context);
  const ask = async () => {
    const result = await probe.check(new AbortController().signal);
    return result.ok ? 'ready' : result.reason;
  };
  return { rocketmq, stages, ask, spec, context, now };
}

test('a replica that answers waits for a leader, on every NameServer, and for its own registration', async () => {
  const { rocketmq, ask, stages } = starting('broker-a-n1');
  expect(await ask()).toBe('broker-a has no leader yet');
  rocketmq.register(['broker-a-n0']);
  expect(await ask()).toBe('not registered with namesrv-1 (127.0.0.1:9876)');
  expect({ stages: new Set(stages), sends: rocketmq.count('SEND_MESSAGE_V2') }).toEqual({ stages: new Set(['answering']), sends: 0 });
});

test('without a majority nobody can be elected: it says who is missing', async () => {
  const { ask } = starting('broker-a-n1', ['broker-a-n0', 'broker-a-n2']);
  expect(await ask()).toBe('broker-a has no leader: 1 of 3 peers are up and 2 are needed; start broker-a-n0 or broker-a-n2');
});

test('the leader proves a write once, and that every registered follower holds it', async () => {
  const { rocketmq, ask, stages } = starting('broker-a-n0');
  rocketmq.register(['broker-a-n0', 'broker-a-n1']);
  rocketmq.node('broker-a-n0').replicates = false;
  expect(await ask()).toBe('broker-a-n1 does not hold the last message of broker-a-n0 yet');
  rocketmq.node('broker-a-n1').maxOffset = 1;
  expect([await ask(), await ask()]).toEqual(['ready', 'ready']);
  expect({ sends: rocketmq.count('SEND_MESSAGE_V2'), isInSync: stages.includes('in sync') }).toEqual({ sends: 1, isInSync: true });
});

test('a leader that does not acknowledge is not ready', async () => {
  const { rocketmq, ask } = starting('broker-a-n0');
  rocketmq.register(['broker-a-n0']);
  rocketmq.node('broker-a-n0').sendCode = ResponseCode.FLUSH_SLAVE_TIMEOUT;
  expect(await ask()).toBe('it leads broker-a and answered a write with code 12');
});

test('a follower is ready once it holds all that its leader has taken', async () => {
  const { rocketmq, ask } = starting('broker-a-n1');
  rocketmq.register(['broker-a-n0', 'broker-a-n1']);
  expect(await ask()).toBe('broker-a-n0 leads broker-a and has not taken a write yet');
  rocketmq.node('broker-a-n0').maxOffset = 7;
  expect(await ask()).toBe('broker-a-n1 does not hold the last message of broker-a-n0 yet');
  rocketmq.node('broker-a-n1').maxOffset = 7;
  expect(await ask()).toBe('ready');
  expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(0);
});

// A follower that was killed while the group had no majority came back and was never filled: with nothing to append, its leader did not ask it.
test('a follower that stays behind is brought to its leader’s notice by a write, every 5 s', async () => {
  const { rocketmq, ask, now } = starting('broker-a-n1');
  rocketmq.register(['broker-a-n0', 'broker-a-n1']);
  rocketmq.node('broker-a-n0').maxOffset = 7;
  rocketmq.node('broker-a-n0').replicates = false;
  for (const [ms, writes] of [
    [0, 0],
    [4_000, 0],
    [5_000, 1],
    [9_000, 1],
    [10_000, 2],
  ] as const) {
    now.ms = ms;
    expect(await ask()).toBe('broker-a-n1 does not hold the last message of broker-a-n0 yet');
    expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(writes);
  }
  rocketmq.node('broker-a-n1').maxOffset = 9;
  expect(await ask()).toBe('ready');
});

test.each([
  [{ brokerId: '-1', brokerRole: 'ASYNC_MASTER' }, false],
  [{ brokerId: '0', brokerRole: 'ASYNC_MASTER' }, false],
  [{ brokerId: '0', brokerRole: 'SYNC_MASTER' }, true],
  [{ brokerId: '2', brokerRole: 'SLAVE' }, true],
])('a replica with %j knows its role: %s', async (config, expected) => {
  const { rocketmq, spec, context } = starting('broker-a-n0');
  rocketmq.node('broker-a-n0').config = config;
  expect(await hasRole(spec, context, new AbortController().signal)).toBe(expected);
});
