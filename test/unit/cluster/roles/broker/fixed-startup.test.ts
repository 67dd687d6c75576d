import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../../../src/base/clock.js';
import { brokerStartup } from '../../../../../src/cluster/roles/broker/fixed-startup.js';
import type { NodeProfile } from '../../../../../src/profile/profile.js';
import { ResponseCode } from '../../../../../src/remoting/codes.js';
import { nodeProfile, profileOf, specsOf } from '../../../../fakes/cluster.js';
import { FakeRocketMq } from '../../../../fakes/rocketmq.js';
import { folderOf } from '../../../../support/import-files.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const PAIR: (string | NodeProfile)[] = ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s'];

/** The start of one node among `ids`, of which those in `unexpected` are stopped or given up. */
function starting(id: string, { version = '5.5.0', ids = PAIR, unexpected = [] as string[], root = '/no-such-folder' } = {}) {
  const specs = specsOf({ profile: profileOf(ids), version, root });
  const rocketmq = new FakeRocketMq(specs);
  const stages: string[] = [];
  const spec = specs.find((candidate) => candidate.id === id);
  if (!spec) throw new Error(`${id} is no node`);
  const context = {
    remoting: rocketmq.client,
    clock: systemClock,
    peers: () => specs,
    isExpected: (peer: string) => !unexpected.includes(peer),
    stage: (node: string, stage: string) => void stages.push(`${node} ${stage}`),
  };
  const probe = brokerStartup(spec, context);
  /** @returns `ready`, or why not yet. */
  const ask = async (signal = new AbortController().signal) => {
    const result = await probe.check(signal);
    return result.ok ? 'ready' : result.reason;
  };
  return { rocketmq, stages, ask, spec, specs, newStart: () => brokerStartup(spec, context) };
}

describe('in order', () => {
  test('answering, registered, in sync: each is asked for only when the one before it holds', async () => {
    const { rocketmq, stages, ask } = starting('broker-a', { version: '4.9.7' });
    rocketmq.node('broker-a').isDown = true;
    rocketmq.node('broker-a').replicates = false;
    expect(await ask()).toBe('connect ECONNREFUSED 127.0.0.1:10911');
    expect(rocketmq.calls).toEqual(['broker-a GET_MAX_OFFSET']);

    rocketmq.node('broker-a').isDown = false;
    rocketmq.register(['broker-a'], ['namesrv-1']);
    expect(await ask()).toBe('not registered with namesrv-2 (127.0.0.1:9877)');
    expect({ sent: rocketmq.count('SEND_MESSAGE_V2'), stages }).toEqual({ sent: 0, stages: ['broker-a answering'] });

    rocketmq.register(['broker-a'], ['namesrv-2']);
    expect(await ask()).toBe('broker-a-s does not hold the last message of broker-a yet');
    expect({ sent: rocketmq.count('SEND_MESSAGE_V2'), last: stages.at(-1) }).toEqual({ sent: 1, last: 'broker-a registered' });

    rocketmq.node('broker-a-s').maxOffset = 1;
    expect(await ask()).toBe('ready');
    expect(stages.at(-1)).toBe('broker-a in sync');
  });

  test('a node that is mute is asked until the caller gives up, and the reason says so', async () => {
    const { rocketmq, ask } = starting('broker-a');
    rocketmq.node('broker-a').isMute = true;
    using deadline = systemClock.deadline(6_000);
    const asked = ask(deadline.signal);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(await asked).toBe('no answer within 6000 ms');
  });
});

describe('registration', () => {
  test('every NameServer that is wanted up must list the broker; one that is down does not count', async () => {
    const { rocketmq, ask } = starting('broker-a', { ids: ['namesrv-1', 'namesrv-2', 'broker-a'], unexpected: ['namesrv-2'] });
    rocketmq.node('namesrv-2').isDown = true;
    rocketmq.register(['broker-a'], ['namesrv-1']);
    expect(await ask()).toBe('ready');
  });

  test('a broker of 4.x that booted before its NameServer is told to register again, once it is late', async () => {
    const { rocketmq, ask } = starting('broker-a', { ids: ['namesrv-1', 'broker-a'], version: '4.9.7' });
    expect(await ask()).toBe('not registered with namesrv-1 (127.0.0.1:9876)');
    await vi.advanceTimersByTimeAsync(1_900);
    await ask();
    expect(rocketmq.count('UPDATE_BROKER_CONFIG')).toBe(0);
    await vi.advanceTimersByTimeAsync(100);
    await ask();
    expect(rocketmq.calls).toContain('broker-a UPDATE_BROKER_CONFIG');
  });

  test('a slave that booted before its master is told to register again: the answer names the master', async () => {
    const { rocketmq, ask } = starting('broker-a', { version: '4.9.7' });
    rocketmq.register(['broker-a', 'broker-a-s']);
    rocketmq.node('broker-a').replicates = false;
    expect(await ask()).toBe('broker-a-s does not hold the last message of broker-a yet');
    expect(rocketmq.count('UPDATE_BROKER_CONFIG')).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    await ask();
    expect(rocketmq.calls.filter((call) => call.endsWith('UPDATE_BROKER_CONFIG'))).toEqual(['broker-a-s UPDATE_BROKER_CONFIG']);
  });

  test('without any NameServer a broker is not ready', async () => {
    const { ask } = starting('broker-a', { ids: ['namesrv-1', 'broker-a'], version: '4.9.7', unexpected: ['namesrv-1'] });
    expect(await ask()).toBe('no NameServer of the cluster runs');
  });

  test('another address under its id does not count', async () => {
    const { rocketmq, ask, specs } = starting('broker-a', { version: '4.9.7' });
    const slave = specs.find(({ id }) => id === 'broker-a-s');
    if (slave) rocketmq.list(slave, 0);
    expect(await ask()).toBe('not registered with namesrv-1 (127.0.0.1:9876)');
  });

  test('its address under another id does not count', async () => {
    const { rocketmq, ask, spec } = starting('broker-a', { version: '4.9.7' });
    rocketmq.list(spec, 1);
    expect(await ask()).toBe('not registered with namesrv-1 (127.0.0.1:9876)');
  });
});

describe('the nudge', () => {
  test('5.x is told to register, and not more often than each 500 ms: every time it rewrites its file', async () => {
    const { rocketmq, ask } = starting('broker-a');
    for (const passedMs of [0, 100, 100, 299]) {
      await vi.advanceTimersByTimeAsync(passedMs);
      await ask();
      expect(rocketmq.count('UPDATE_BROKER_CONFIG')).toBe(1);
    }
    await vi.advanceTimersByTimeAsync(1);
    await ask();
    expect(rocketmq.count('UPDATE_BROKER_CONFIG', 'broker-a')).toBe(2);
  });

  test('4.x registers by itself while it boots and is not nudged', async () => {
    const { rocketmq, ask } = starting('broker-a', { version: '4.9.7' });
    await ask();
    await vi.advanceTimersByTimeAsync(1_500);
    await ask();
    expect(rocketmq.count('UPDATE_BROKER_CONFIG')).toBe(0);
  });

  test('a broker that is registered is not nudged', async () => {
    const { rocketmq, ask } = starting('broker-a');
    rocketmq.register(['broker-a']);
    expect(await ask()).toBe('ready');
    expect(rocketmq.count('UPDATE_BROKER_CONFIG')).toBe(0);
  });

  test('a slave waits for its master, and is nudged once after that: from the answer it learns its master', async () => {
    const { rocketmq, ask } = starting('broker-a-s');
    rocketmq.node('broker-a-s').registersWhenNudged = true;
    // Somebody's `mqadmin updateBrokerConfig`: the nudge must not undo it.
    rocketmq.node('broker-a-s').config = { brokerPermission: '4' };
    expect(await ask()).toBe('waits for its master: broker-a is not registered with namesrv-1 (127.0.0.1:9876)');
    expect(rocketmq.count('UPDATE_BROKER_CONFIG')).toBe(0);
    rocketmq.register(['broker-a']);
    expect(await ask()).toBe('ready');
    expect(rocketmq.count('UPDATE_BROKER_CONFIG', 'broker-a-s')).toBe(1);
    expect(rocketmq.node('broker-a-s').config).toEqual({ brokerPermission: '4' });
  });
});

describe('the write that proves replication', () => {
  test.each(['4.9.7', '5.5.0'])(
    '%s: nothing is written, and neither is ready, while the slave holds more than its master: it would be acknowledged and lost',
    async (version) => {
      for (const id of ['broker-a', 'broker-a-s']) {
        const root = folderOf({ 'nodes/broker-a-s/store/commitlog/00000000000000000000': '' });
        const { rocketmq, ask } = starting(id, { version, root });
        rocketmq.register(['broker-a', 'broker-a-s']);
        rocketmq.node('broker-a').maxOffset = 8_572;
        rocketmq.node('broker-a-s').maxOffset = 28_312;
        expect(await ask()).toMatch(
          /^broker-a-s holds 28312 bytes of commit log, its master broker-a only 8572: .*`rmqdev reset broker-a-s`/,
        );
        expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(0);
        // It was reset, and copies.
        rocketmq.node('broker-a-s').maxOffset = 0;
        expect(await ask()).toBe('ready');
      }
    },
  );

  test('a slave whose store was empty is not asked what it holds: in its first second a broker has no answer', async () => {
    for (const id of ['broker-a', 'broker-a-s']) {
      const { rocketmq, ask } = starting(id, { version: '4.9.7' });
      rocketmq.register(['broker-a', 'broker-a-s']);
      expect(await ask()).toBe('ready');
      expect(rocketmq.count('GET_BROKER_RUNTIME_INFO')).toBe(0);
    }
  });

  test('on 5.x nothing is written before a slave has connected: the broker would hold the answer back for seconds', async () => {
    const { rocketmq, ask } = starting('broker-a');
    rocketmq.register(['broker-a']);
    rocketmq.node('broker-a').inSyncSlaveNums = 0;
    expect(await ask()).toBe('broker-a-s has not connected to broker-a for replication');
    expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(0);
    rocketmq.node('broker-a').inSyncSlaveNums = 1;
    expect(await ask()).toBe('ready');
  });

  test('4.x is not asked for its HA status: it would not answer', async () => {
    const { rocketmq, ask } = starting('broker-a', { version: '4.7.0' });
    rocketmq.register(['broker-a']);
    expect(await ask()).toBe('ready');
    expect(rocketmq.count('GET_BROKER_HA_STATUS')).toBe(0);
  });

  test.each([ResponseCode.SLAVE_NOT_AVAILABLE, ResponseCode.FLUSH_SLAVE_TIMEOUT])(
    'answered with %i it is written again, but only once the slave holds the last one',
    async (code) => {
      const { rocketmq, ask } = starting('broker-a', { version: '4.9.7' });
      rocketmq.register(['broker-a']);
      Object.assign(rocketmq.node('broker-a'), { sendCode: code, replicates: false });
      for (let attempt = 0; attempt < 5; attempt += 1)
        expect(await ask()).toBe('broker-a-s does not hold the last message of broker-a yet');
      expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(1);
      rocketmq.node('broker-a-s').maxOffset = 1;
      expect(await ask()).toBe('broker-a-s does not hold the last message of broker-a yet');
      expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(2);
      Object.assign(rocketmq.node('broker-a'), { sendCode: ResponseCode.SUCCESS, replicates: true });
      rocketmq.node('broker-a-s').maxOffset = 2;
      expect(await ask()).toBe('ready');
      expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(3);
    },
  );

  test.each([ResponseCode.SLAVE_NOT_AVAILABLE, ResponseCode.FLUSH_SLAVE_TIMEOUT, ResponseCode.FLUSH_DISK_TIMEOUT])(
    'a master whose slave is stopped or given up is ready when it has stored, though it answers %i',
    async (code) => {
      const { rocketmq, ask } = starting('broker-a', { unexpected: ['broker-a-s'] });
      rocketmq.register(['broker-a']);
      Object.assign(rocketmq.node('broker-a'), { sendCode: code, inSyncSlaveNums: 0 });
      expect(await ask()).toBe('ready');
      expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(1);
    },
  );

  test('a master that refuses the write is not ready, and says why', async () => {
    const { rocketmq, ask } = starting('broker-a', { ids: ['namesrv-1', 'broker-a'] });
    rocketmq.register(['broker-a']);
    rocketmq.node('broker-a').sendCode = ResponseCode.SERVICE_NOT_AVAILABLE;
    expect(await ask()).toBe('127.0.0.1:10911 answered SEND_MESSAGE_V2 with code 14 SERVICE_NOT_AVAILABLE');
  });

  test('a slave is ready when it holds what its master took', async () => {
    const { rocketmq, ask } = starting('broker-a-s', { version: '4.9.7' });
    rocketmq.register(['broker-a', 'broker-a-s']);
    rocketmq.node('broker-a').replicates = false;
    expect(await ask()).toBe('broker-a-s does not hold the last message of broker-a yet');
    rocketmq.node('broker-a-s').maxOffset = 1;
    expect(await ask()).toBe('ready');
    expect(rocketmq.count('SEND_MESSAGE_V2', 'broker-a')).toBe(1);
  });

  test('a slave whose master is down is ready when it is registered, and nothing is written', async () => {
    const { rocketmq, ask } = starting('broker-a-s', { unexpected: ['broker-a'] });
    rocketmq.register(['broker-a-s']);
    expect(await ask()).toBe('ready');
    expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(0);
  });

  test('is made once a start: later checks write nothing, the next start writes again', async () => {
    const { rocketmq, ask, newStart } = starting('broker-a');
    rocketmq.register(['broker-a']);
    for (let check = 0; check < 5; check += 1) expect(await ask()).toBe('ready');
    expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(1);
    expect(await newStart().check(new AbortController().signal)).toEqual({ ok: true });
    expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(2);
  });

  test('of two slaves both must hold it', async () => {
    const second = nodeProfile('broker-a-s2', { brokerName: 'broker-a', brokerId: 2 });
    const { rocketmq, ask } = starting('broker-a', { ids: [...PAIR, second], version: '4.9.7' });
    rocketmq.register(['broker-a']);
    rocketmq.node('broker-a').replicates = false;
    await ask();
    rocketmq.node('broker-a-s').maxOffset = 1;
    expect(await ask()).toBe('broker-a-s2 does not hold the last message of broker-a yet');
    rocketmq.node('broker-a-s2').maxOffset = 1;
    expect(await ask()).toBe('ready');
  });

  // A roll from 4.9 to 5.5 restarts slaves first: their master is asked what only a 5.x broker knows, and answers code 3.
  test('a slave of 5.x beside a master that still runs 4.9 is ready when it holds the last message', async () => {
    const { rocketmq, ask } = starting('broker-a-s');
    rocketmq.register(['broker-a', 'broker-a-s']);
    Object.assign(rocketmq.node('broker-a'), { haStatusCode: ResponseCode.REQUEST_CODE_NOT_SUPPORTED, replicates: false });
    expect(await ask()).toBe('broker-a-s does not hold the last message of broker-a yet');
    rocketmq.node('broker-a-s').maxOffset = 1;
    expect(await ask()).toBe('ready');
  });

  test('any other refusal of GET_BROKER_HA_STATUS keeps a start waiting, with the reason', async () => {
    const { rocketmq, ask } = starting('broker-a-s');
    rocketmq.register(['broker-a', 'broker-a-s']);
    rocketmq.node('broker-a').haStatusCode = ResponseCode.SYSTEM_ERROR;
    expect(await ask()).toContain('GET_BROKER_HA_STATUS with code 1');
    expect(rocketmq.count('SEND_MESSAGE_V2')).toBe(0);
  });
});
