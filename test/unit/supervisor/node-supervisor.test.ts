import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RmqdevError } from '../../../src/base/errors.js';
import { FRESH_SNAPSHOT, type NodeSnapshot } from '../../../src/supervisor/node-run.js';
import { brokerSpec, FakeProbe, no, OK, SupervisedNode } from '../../fakes/supervisor.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** A node whose process runs and is ready. */
async function readyNode(...parameters: ConstructorParameters<typeof SupervisedNode>): Promise<SupervisedNode> {
  const all = new SupervisedNode(...parameters);
  all.node.start();
  await pass();
  expect(all.node.state).toBe('ready');
  return all;
}

describe('start', () => {
  test('launches once, tells its pid, and is ready once the start-up probe passes', async () => {
    const { node, launcher, startup, observer } = new SupervisedNode();
    startup.answer = no('not registered with namesrv-1');
    expect(node.start()).toBe(true);
    await pass(500);
    expect({ state: node.state, reason: node.reason, pid: node.pid }).toEqual({
      state: 'starting',
      reason: 'not registered with namesrv-1',
      pid: 1_001,
    });
    expect(observer.launchedPids).toEqual([1_001]);
    startup.answer = OK;
    await pass(100);
    expect({ state: node.state, reason: node.reason, intent: node.intent, launches: launcher.launches }).toEqual({
      state: 'ready',
      reason: null,
      intent: 'up',
      launches: 1,
    });
  });

  test('a repeated start launches nothing and says so', async () => {
    const { node, launcher } = await readyNode();
    expect(node.start()).toBe(false);
    await pass();
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'ready', launches: 1 });
  });

  test('each start gets a start-up probe of its own', async () => {
    const probes: FakeProbe[] = [];
    const startup = () => {
      probes.push(new FakeProbe(OK));
      return probes.at(-1) as FakeProbe;
    };
    const { node } = await readyNode({ startup });
    await node.stop();
    node.start();
    await pass();
    expect(probes.map((probe) => probe.asked)).toEqual([1, 1]);
  });

  test('a launch that fails counts as a crash, and its message is the reason', async () => {
    const { node, launcher, observer } = new SupervisedNode();
    launcher.failWith('spawn java ENOENT');
    node.start();
    await pass();
    expect({ state: node.state, reason: node.reason }).toEqual({ state: 'backoff', reason: 'spawn java ENOENT; restart in 1000 ms' });
    await pass(1_000 + 2_000);
    expect({ state: node.state, launches: launcher.launches, pid: node.pid }).toEqual({ state: 'failed', launches: 3, pid: null });
    expect(observer.exits.at(-1)).toMatchObject({ code: null, signal: null, cause: 'crashed', detail: 'spawn java ENOENT' });
  });

  test('preparation that fails counts as a crash too', async () => {
    const prepareLaunch = vi.fn().mockRejectedValueOnce(new Error('no space left on device')).mockResolvedValue('java');
    const { node } = new SupervisedNode({ prepareLaunch });
    node.start();
    await pass();
    expect(node.reason).toBe('no space left on device; restart in 1000 ms');
    await pass(1_000);
    expect(node.state).toBe('ready');
  });

  test('a new spec takes effect at the next launch', async () => {
    const { node, launcher } = await readyNode();
    node.replaceSpec(brokerSpec({ prepareLaunch: async () => 'java of the new release' }));
    expect(launcher.specs).toEqual(['java']);
    await node.stop();
    node.start();
    await pass();
    expect(launcher.specs).toEqual(['java', 'java of the new release']);
  });
});

describe('crashes', () => {
  test('a broker is restarted after 1 s, then 2 s, and given up at its third crash', async () => {
    const { node, launcher } = new SupervisedNode({ startup: () => new FakeProbe(no('no')), restart: { maxRestarts: 2 } });
    node.start();
    for (const backoffMs of [1_000, 2_000]) {
      await pass();
      launcher.exit(1);
      await pass(backoffMs - 1);
      expect(node.state).toBe('backoff');
      await pass(1);
      expect(node.state).toBe('starting');
    }
    launcher.exit(1);
    await pass();
    expect({ state: node.state, launches: launcher.launches, intent: node.intent }).toEqual({
      state: 'failed',
      launches: 3,
      intent: 'down',
    });
    expect(node.reason).toBe('exit status 1; not restarted: it crashed 3 times before it was ever ready');
    await pass(600_000);
    expect(launcher.launches).toBe(3);
  });

  test('a node that had been ready is restarted at once, then after 1 s, 2 s, 4 s, 8 s, and given up at its sixth crash', async () => {
    const { node, launcher } = await readyNode();
    launcher.exit(255);
    await pass();
    expect({ state: node.state, launches: launcher.launches, restarts: node.restarts }).toEqual({
      state: 'ready',
      launches: 2,
      restarts: 1,
    });
    for (const backoffMs of [1_000, 2_000, 4_000, 8_000]) {
      launcher.exit(255);
      await pass();
      expect(node.reason).toBe(`exit status 255; restart in ${backoffMs} ms`);
      await pass(backoffMs);
      expect(node.state).toBe('ready');
    }
    launcher.exit(255);
    await pass();
    expect({ state: node.state, reason: node.reason, restarts: node.restarts }).toEqual({
      state: 'failed',
      reason: 'exit status 255; not restarted: it crashed 6 times within 60 s',
      restarts: 5,
    });
  });

  test('crashes further apart than the window are each the first', async () => {
    const { node, launcher } = await readyNode();
    for (let crash = 1; crash <= 20; crash += 1) {
      await pass(60_000);
      launcher.exit(1);
      await pass();
      expect({ state: node.state, restarts: node.restarts }).toEqual({ state: 'ready', restarts: crash });
    }
  });

  test('a start after giving up begins anew', async () => {
    const { node, launcher } = new SupervisedNode({ restart: { maxRestarts: 0 } });
    node.start();
    await pass();
    launcher.exit(1);
    await pass();
    expect(node.state).toBe('failed');
    expect(node.start()).toBe(true);
    await pass();
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'ready', launches: 2 });
  });

  test.each([0, 143])('an orderly end (%i) that somebody else asked for is not undone', async (code) => {
    const { node, launcher } = await readyNode();
    launcher.exit(code);
    await pass(60_000);
    expect({ state: node.state, intent: node.intent, cause: node.lastExit?.cause, launches: launcher.launches }).toEqual({
      state: 'stopped',
      intent: 'down',
      cause: 'stopped-from-outside',
      launches: 1,
    });
  });

  test('policy always restarts after an orderly end too', async () => {
    const { node, launcher } = await readyNode({ restart: { policy: 'always' } });
    launcher.exit(0);
    await pass();
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'ready', launches: 2 });
  });

  test('policy never only reports', async () => {
    const { node, launcher, observer } = await readyNode({ restart: { policy: 'never' } });
    launcher.exit(255);
    await pass(60_000);
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'failed', launches: 1 });
    expect(node.reason).toBe('exit status 255; not restarted: its restart policy is never');
    expect(observer.exits).toEqual([expect.objectContaining({ code: 255, cause: 'crashed' })]);
  });

  test('a crash while paused is one as well', async () => {
    const { node, launcher } = await readyNode();
    await node.pause();
    launcher.last.exit({ signal: 'SIGKILL' });
    await pass();
    expect({ state: node.state, cause: node.lastExit?.cause, launches: launcher.launches }).toEqual({
      state: 'ready',
      cause: 'killed-from-outside',
      launches: 2,
    });
  });

  test('the end of an older launch is nobody’s business', async () => {
    const { node, launcher } = await readyNode();
    const [first] = launcher.processes;
    launcher.exit(1);
    await pass();
    expect(launcher.launches).toBe(2);
    first?.exit({ code: 1 });
    await pass();
    expect({ state: node.state, pid: node.pid, launches: launcher.launches }).toEqual({ state: 'ready', pid: 1_002, launches: 2 });
  });

  test('a node that was told to start while it ran is still one that had been ready', async () => {
    const { node, launcher } = await readyNode();
    node.start();
    launcher.exit(255);
    await pass();
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'ready', launches: 2 });
  });

  test('a large maxRestarts is a limit too', async () => {
    const { node, launcher } = await readyNode({ restart: { maxRestarts: 100, backoffMinMs: 100, backoffMaxMs: 100 } });
    for (let crash = 1; crash <= 101; crash += 1) {
      expect(node.state).toBe('ready');
      launcher.exit(1);
      await pass(100);
    }
    expect({ state: node.state, reason: node.reason }).toEqual({
      state: 'failed',
      reason: 'exit status 1; not restarted: it crashed 101 times within 60 s',
    });
  });

  test('that a node had been ready is not forgotten over many crashes', async () => {
    const { node, launcher, startup } = await readyNode({ restart: { maxRestarts: 5, windowMs: 10_000 } });
    launcher.exit(1);
    startup.answer = no('not registered');
    await pass();
    for (let crash = 2; crash <= 50; crash += 1) {
      await pass(4_000);
      expect(node.state).toBe('starting');
      launcher.exit(1);
      await pass();
    }
    expect(node.state).toBe('backoff');
  });
});

test('a launch knows whether it follows the end of the process before, so that no other can run', async () => {
  const after: string[] = [];
  const prepareLaunch = async (what: string) => {
    after.push(what);
    return 'java';
  };
  const { node, launcher } = await readyNode({ prepareLaunch });
  launcher.exit(1);
  await pass();
  await node.stop();
  node.start();
  await pass();
  expect(after).toEqual(['unknown', 'its-end', 'unknown']);
});

describe('stop', () => {
  test('is SIGTERM, and resolves when the process is gone', async () => {
    const { node, launcher } = await readyNode();
    launcher.last.isStubborn = true;
    const stopped = vi.fn();
    const stopping = node.stop().then(stopped);
    await pass(1_200);
    expect({ state: node.state, signals: launcher.last.signals }).toEqual({ state: 'stopping', signals: ['SIGTERM'] });
    expect(stopped).not.toHaveBeenCalled();
    launcher.exit(143);
    await stopping;
    expect(stopped).toHaveBeenCalledWith({ how: 'terminated', tookMs: 1_200 });
    expect({ state: node.state, pid: node.pid, cause: node.lastExit?.cause, tree: launcher.last.isTreeKilled }).toEqual({
      state: 'stopped',
      pid: null,
      cause: 'stopped-by-user',
      tree: false,
    });
  });

  test('kills the tree after its time-out, not before, and says so', async () => {
    const { node, launcher, observer } = await readyNode({ stopTimeoutMs: 15_000 });
    launcher.last.isStubborn = true;
    const stopping = node.stop();
    await pass(14_999);
    expect(launcher.last.isTreeKilled).toBe(false);
    await pass(1);
    expect(launcher.last.isTreeKilled).toBe(true);
    expect(await stopping).toEqual({ how: 'killed', tookMs: 15_000 });
    expect(observer.exits.at(-1)).toMatchObject({ signal: 'SIGKILL', cause: 'stopped-by-user' });
  });

  test('of a node that does not run succeeds and says so', async () => {
    const { node } = new SupervisedNode();
    expect(await node.stop()).toEqual({ how: 'not-running', tookMs: 0 });
  });

  test('a repeated stop waits for the same end and sends no second signal', async () => {
    const { node, launcher } = await readyNode();
    launcher.last.isStubborn = true;
    const both = Promise.all([node.stop(), node.stop()]);
    await pass(1_000);
    launcher.exit(143);
    expect((await both).map(({ how }) => how)).toEqual(['terminated', 'terminated']);
    expect(launcher.last.signals).toEqual(['SIGTERM']);
  });

  test('during back-off calls the restart off', async () => {
    const { node, launcher } = new SupervisedNode();
    launcher.failWith('no');
    node.start();
    await pass();
    expect(node.state).toBe('backoff');
    expect(await node.stop()).toMatchObject({ how: 'not-running' });
    await pass(60_000);
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'stopped', launches: 1 });
  });

  test('of a node that was given up puts it down', async () => {
    const { node, launcher } = await readyNode({ restart: { maxRestarts: 0 } });
    launcher.exit(1);
    await pass();
    expect(node.state).toBe('failed');
    await node.stop();
    expect(node.state).toBe('stopped');
  });

  test('while the process is being spawned ends it as soon as it is there', async () => {
    const { node, launcher } = new SupervisedNode();
    const letThrough = launcher.hold();
    node.start();
    await pass();
    const stopping = node.stop();
    await pass(5_000);
    expect(node.state).toBe('stopping');
    letThrough();
    await stopping;
    expect({ state: node.state, signals: launcher.last.signals }).toEqual({ state: 'stopped', signals: ['SIGTERM'] });
  });

  test('while a launch fails ends stopped, not in back-off', async () => {
    const { node, launcher } = new SupervisedNode();
    const letThrough = launcher.hold();
    node.start();
    await pass();
    const stopping = node.stop();
    launcher.failWith('spawn java ENOENT');
    letThrough();
    await stopping;
    await pass(60_000);
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'stopped', launches: 1 });
  });

  test('lets a paused process go on first, so that it can end in order', async () => {
    const { node, launcher } = await readyNode();
    await node.pause();
    await node.stop();
    expect(launcher.last.signals).toEqual(['SIGSTOP', 'SIGCONT', 'SIGTERM']);
  });

  test('the newest wish wins: a start while stopping comes after the end', async () => {
    const { node, launcher } = await readyNode();
    launcher.last.isStubborn = true;
    const stopping = node.stop();
    expect(node.start()).toBe(true);
    expect({ state: node.state, intent: node.intent, launches: launcher.launches }).toEqual({
      state: 'stopping',
      intent: 'up',
      launches: 1,
    });
    launcher.exit(143);
    await stopping;
    await pass();
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'ready', launches: 2 });
  });

  test('the newest wish wins: stop, start, stop ends down', async () => {
    const { node, launcher } = await readyNode();
    launcher.last.isStubborn = true;
    void node.stop();
    node.start();
    const last = node.stop();
    launcher.exit(143);
    await last;
    await pass(60_000);
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'stopped', launches: 1 });
  });

  test('a start that lands in the spawn of a stopped launch is carried out', async () => {
    const { node, launcher } = new SupervisedNode();
    const letThrough = launcher.hold();
    node.start();
    await pass();
    const stopping = node.stop();
    node.start();
    letThrough();
    await stopping;
    await pass();
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'ready', launches: 2 });
  });
});

/** Where data is thrown away nobody waits until the node has closed it. */
describe('stop at once', () => {
  test('kills the tree without a SIGTERM; nobody calls that a crash, and nothing starts it again', async () => {
    const { node, launcher, observer } = await readyNode();
    launcher.last.isStubborn = true;
    expect(await node.stop('at-once')).toEqual({ how: 'discarded', tookMs: 0 });
    expect(launcher.last).toMatchObject({ treeKills: 1, signals: [] });
    expect(observer.transitions.at(-2)).toMatchObject({ to: 'stopping', reason: expect.stringContaining('its data is thrown away') });
    expect(observer.exits).toMatchObject([{ signal: 'SIGKILL', cause: 'stopped-by-user' }]);
    await pass(60_000);
    expect({ state: node.state, intent: node.intent, launches: launcher.launches }).toEqual({
      state: 'stopped',
      intent: 'down',
      launches: 1,
    });
  });

  test('does not let a paused process go on', async () => {
    const { node, launcher } = await readyNode();
    await node.pause();
    expect(await node.stop('at-once')).toMatchObject({ how: 'discarded' });
    expect(launcher.last).toMatchObject({ treeKills: 1, signals: ['SIGSTOP'] });
  });

  test('during a stop ends the waiting for it', async () => {
    const { node, launcher } = await readyNode();
    launcher.last.isStubborn = true;
    const orderly = node.stop();
    await pass(100);
    expect(await node.stop('at-once')).toMatchObject({ how: 'discarded' });
    expect(await orderly).toEqual({ how: 'discarded', tookMs: 100 });
    expect(node.lastExit).toMatchObject({ cause: 'stopped-by-user' });
  });

  test('while the process is being spawned kills it as soon as it is there', async () => {
    const { node, launcher } = new SupervisedNode();
    const letThrough = launcher.hold();
    node.start();
    await pass();
    const stopping = node.stop('at-once');
    await pass(5_000);
    letThrough();
    expect(await stopping).toMatchObject({ how: 'discarded' });
    expect(launcher.last).toMatchObject({ treeKills: 1, signals: [] });
  });

  test('a SIGKILL that does not help is sent again, and an orderly stop does not take it back', async () => {
    const { node, launcher } = await readyNode();
    Object.assign(launcher.last, { isStubborn: true, isUnkillable: true });
    const stopping = node.stop('at-once');
    await pass(1_000);
    expect(launcher.last.treeKills).toBe(2);
    void node.stop();
    expect(launcher.last).toMatchObject({ treeKills: 3, signals: [] });
    launcher.last.exit({ signal: 'SIGKILL' });
    expect(await stopping).toMatchObject({ how: 'discarded' });
  });

  test('an orderly stop of the next launch is orderly again', async () => {
    const { node, launcher } = await readyNode();
    await node.stop('at-once');
    node.start();
    await pass();
    expect(await node.stop()).toMatchObject({ how: 'terminated' });
    expect(launcher.last.signals).toEqual(['SIGTERM']);
  });
});

describe('kill', () => {
  test('without restart the node stays down', async () => {
    const { node, launcher } = await readyNode();
    expect(await node.kill('SIGKILL', { restart: false })).toEqual(launcher.last.identity);
    await pass(60_000);
    expect({ state: node.state, intent: node.intent, exit: node.lastExit, launches: launcher.launches }).toEqual({
      state: 'stopped',
      intent: 'down',
      exit: expect.objectContaining({ signal: 'SIGKILL', cause: 'killed-by-user' }),
      launches: 1,
    });
  });

  test('with restart its policy decides', async () => {
    const { node, launcher } = await readyNode();
    await node.kill('SIGKILL', { restart: true });
    await pass();
    expect({ state: node.state, restarts: node.restarts, launches: launcher.launches }).toEqual({
      state: 'ready',
      restarts: 1,
      launches: 2,
    });
    expect(node.lastExit).toMatchObject({ signal: 'SIGKILL', cause: 'killed-by-user' });
  });

  test('with restart an orderly end is undone too: it was asked for', async () => {
    const { node, launcher } = await readyNode();
    await node.kill('SIGTERM', { restart: true });
    await pass();
    expect({ state: node.state, cause: node.lastExit?.cause, launches: launcher.launches }).toEqual({
      state: 'ready',
      cause: 'killed-by-user',
      launches: 2,
    });
  });

  test('the newest wish wins: a kill with restart after one without', async () => {
    const { node, launcher } = await readyNode();
    launcher.last.isStubborn = true;
    await node.kill('SIGTERM', { restart: false });
    await node.kill('SIGKILL', { restart: true });
    await pass();
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'ready', launches: 2 });
  });

  test.each(['SIGQUIT', 'SIGCONT', 'SIGWINCH'] as const)(
    '%s ends nothing: the node stays wanted up, and a later crash is one',
    async (signal) => {
      const { node, launcher } = await readyNode();
      await node.kill(signal, { restart: false });
      expect({ state: node.state, intent: node.intent }).toEqual({ state: 'ready', intent: 'up' });
      launcher.exit(255);
      await pass();
      expect({ state: node.state, cause: node.lastExit?.cause, launches: launcher.launches }).toEqual({
        state: 'ready',
        cause: 'crashed',
        launches: 2,
      });
    },
  );

  test('a paused process gets SIGCONT after a signal that it must be awake for', async () => {
    const { node, launcher } = await readyNode();
    launcher.last.isStubborn = true;
    await node.pause();
    await node.kill('SIGTERM', { restart: false });
    expect(launcher.last.signals).toEqual(['SIGSTOP', 'SIGTERM', 'SIGCONT']);
  });

  test('a start before a slow end wins', async () => {
    const { node, launcher } = await readyNode();
    launcher.last.isStubborn = true;
    await node.kill('SIGTERM', { restart: false });
    node.start();
    launcher.exit(143);
    await pass();
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'ready', launches: 2 });
  });

  test.each([
    ['stopped', async (all: SupervisedNode) => void all],
    [
      'starting and has no process yet',
      async ({ node, launcher }: SupervisedNode) => {
        launcher.hold();
        node.start();
        await pass();
      },
    ],
    [
      'backoff',
      async ({ node, launcher }: SupervisedNode) => {
        launcher.failWith('no');
        node.start();
        await pass();
      },
    ],
  ])('of a node that is %s is refused, as pause is', async (why, arrange) => {
    const all = new SupervisedNode();
    await arrange(all);
    for (const [verb, act] of Object.entries({ kill: () => all.node.kill('SIGKILL', { restart: false }), pause: () => all.node.pause() })) {
      await expect(act()).rejects.toThrow(
        expect.objectContaining({
          code: 'NODE_NOT_RUNNING',
          text: expect.objectContaining({ what: `cannot ${verb} broker-a`, why: `it is ${why}` }),
        }) as RmqdevError,
      );
    }
  });
});

describe('pause and resume', () => {
  test('nothing is asked of a paused node, and it is not killed for its silence', async () => {
    const { node, launcher, readiness, liveness } = await readyNode();
    await node.pause();
    readiness.answer = 'mute';
    liveness.answer = 'mute';
    const asked = [readiness.asked, liveness.asked];
    await pass(600_000);
    expect({ state: node.state, asked: [readiness.asked, liveness.asked], tree: launcher.last.isTreeKilled }).toEqual({
      state: 'paused',
      asked,
      tree: false,
    });
  });

  test('a resumed node is unready until it has been probed', async () => {
    const { node, launcher, readiness } = await readyNode();
    await node.pause();
    readiness.answer = no('not registered');
    await node.resume();
    expect({ state: node.state, signals: launcher.last.signals }).toEqual({ state: 'unready', signals: ['SIGSTOP', 'SIGCONT'] });
    await pass(1_000);
    expect({ state: node.state, reason: node.reason }).toEqual({ state: 'unready', reason: 'not registered' });
    readiness.answer = OK;
    await pass(250);
    expect(node.state).toBe('ready');
  });

  test('a repeated pause or resume sends no second signal', async () => {
    const { node, launcher } = await readyNode();
    await node.resume();
    await node.pause();
    await node.pause();
    await node.resume();
    await node.resume();
    expect(launcher.last.signals).toEqual(['SIGSTOP', 'SIGCONT']);
  });
});

describe('probes', () => {
  test('one bad answer is none; two in a row make a node unready, a good one ready again', async () => {
    const { node, readiness } = await readyNode();
    const { asked } = readiness;
    readiness.answer = no('not registered with namesrv-2');
    await pass(1_000);
    expect(readiness.asked).toBe(asked + 1);
    readiness.answer = OK;
    await pass(5_000);
    expect(node.transitions.map(({ to }) => to)).not.toContain('unready');
    readiness.answer = no('not registered with namesrv-2');
    await pass(2_000);
    expect({ state: node.state, reason: node.reason }).toEqual({ state: 'unready', reason: 'not registered with namesrv-2' });
    readiness.answer = OK;
    await pass(250);
    expect({ state: node.state, reason: node.reason }).toEqual({ state: 'ready', reason: null });
  });

  test('a hung node is killed after five silent answers and restarted by its policy', async () => {
    const { node, launcher, liveness } = await readyNode();
    const [first] = launcher.processes;
    liveness.answer = 'mute';
    await pass(10_000);
    expect(first?.isTreeKilled).toBe(false);
    await pass(10_000);
    expect({ tree: first?.isTreeKilled, launches: launcher.launches, state: node.state }).toEqual({
      tree: true,
      launches: 2,
      state: 'ready',
    });
  });

  test('the end of a hung node is its own doing, and the record says what was seen', async () => {
    const { node, liveness } = await readyNode();
    liveness.answer = no('no answer within 2000 ms');
    await pass(5_000);
    expect(node.lastExit).toMatchObject({
      signal: 'SIGKILL',
      cause: 'crashed',
      detail: 'hung: no answer to 5 probes in a row over 4 s (no answer within 2000 ms); killed',
    });
  });

  test('four silent answers and a good one are no hang', async () => {
    const { launcher, liveness } = await readyNode();
    for (let round = 0; round < 5; round += 1) {
      liveness.answer = no('timeout');
      await pass(3_500);
      liveness.answer = OK;
      await pass(1_000);
    }
    expect(launcher.last.isTreeKilled).toBe(false);
  });

  test('a laptop that slept between two questions does not kill its nodes', async () => {
    const { launcher, liveness } = await readyNode();
    liveness.answer = no('timeout');
    for (let nap = 0; nap < 10; nap += 1) {
      await pass(1_000);
      vi.setSystemTime(Date.now() + 3_600_000);
    }
    expect(launcher.last.isTreeKilled).toBe(false);
  });

  test('a starting node is asked for its life only after its start time-out', async () => {
    const { node, launcher, startup, liveness } = new SupervisedNode({ startTimeoutMs: 60_000 });
    startup.answer = no('loading its store');
    liveness.answer = no('refused');
    node.start();
    await pass(59_999);
    expect(liveness.asked).toBe(0);
    await pass(10_000);
    expect(launcher.processes[0]?.isTreeKilled).toBe(true);
    expect(node.lastExit?.signal).toBe('SIGKILL');
  });

  test('a node under a debugger is never asked for its life', async () => {
    const { launcher, node } = await readyNode({ liveness: undefined });
    await pass(600_000);
    expect({ state: node.state, tree: launcher.last.isTreeKilled }).toEqual({ state: 'ready', tree: false });
  });

  test('nobody is asked any more once the node is down', async () => {
    const { node, readiness, liveness, startup } = await readyNode();
    await node.stop();
    const asked = [startup.asked, readiness.asked, liveness.asked];
    await pass(60_000);
    expect([startup.asked, readiness.asked, liveness.asked]).toEqual(asked);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a later daemon', () => {
  const snapshot = (overrides: Partial<NodeSnapshot> = {}): NodeSnapshot => ({
    ...FRESH_SNAPSHOT,
    intent: 'up',
    identity: { pid: 4_242, startTime: 'start of 4242' },
    startedAt: 5_000,
    restarts: 3,
    wasReady: true,
    ...overrides,
  });

  test('takes over a process that lives, without a launch, and probes it before it counts as ready', async () => {
    const kept = snapshot();
    const { node, launcher, readiness } = new SupervisedNode({}, kept);
    launcher.survivor(4_242);
    readiness.answer = no('not asked yet');
    expect(await node.adopt(kept)).toBe(true);
    expect({ state: node.state, pid: node.pid, startedAt: node.startedAt, restarts: node.restarts, launches: launcher.launches }).toEqual({
      state: 'unready',
      pid: 4_242,
      startedAt: 5_000,
      restarts: 3,
      launches: 0,
    });
    readiness.answer = OK;
    await pass(250);
    expect(node.state).toBe('ready');
  });

  test('what it writes down is what the next one reads', async () => {
    const { node, launcher } = await readyNode();
    launcher.exit(255);
    await pass();
    const kept = node.snapshot();
    node.release();
    expect(launcher.last.isReleased).toBe(true);
    expect(launcher.last.isGone).toBe(false);
    const next = new SupervisedNode({}, kept);
    next.launcher.survivor(kept.identity?.pid as number);
    await next.node.adopt(kept);
    await pass();
    expect(next.node.snapshot()).toEqual({ ...kept, identity: { ...kept.identity, startTime: `start of ${kept.identity?.pid}` } });
  });

  test('restarts at once what died while no daemon watched, and does not invent its status', async () => {
    const kept = snapshot();
    const { node, launcher, observer } = new SupervisedNode({}, kept);
    expect(await node.adopt(kept)).toBe(false);
    await pass();
    expect({ state: node.state, launches: launcher.launches, restarts: node.restarts }).toEqual({
      state: 'ready',
      launches: 1,
      restarts: 4,
    });
    expect(observer.exits).toEqual([expect.objectContaining({ code: null, signal: null, adopted: true, cause: 'crashed' })]);
    expect(observer.transitions.map(({ reason }) => reason)).toContain(
      'ended; its exit status is not known, because an earlier daemon started it; restart in 0 ms',
    );
  });

  test('leaves down what was to go down and has gone', async () => {
    const kept = snapshot({ intent: 'down' });
    const { node, launcher } = new SupervisedNode({}, kept);
    expect(await node.adopt(kept)).toBe(false);
    await pass(60_000);
    expect({ state: node.state, cause: node.lastExit?.cause, launches: launcher.launches }).toEqual({
      state: 'stopped',
      cause: 'stopped-by-user',
      launches: 0,
    });
  });

  test('finishes a stop that its predecessor had begun', async () => {
    const kept = snapshot({ intent: 'down' });
    const { node, launcher } = new SupervisedNode({}, kept);
    const process = launcher.survivor(4_242);
    await node.adopt(kept);
    await pass();
    expect({ state: node.state, signals: process.signals, launches: launcher.launches }).toEqual({
      state: 'stopped',
      signals: ['SIGTERM'],
      launches: 0,
    });
  });

  test('keeps a paused process paused', async () => {
    const kept = snapshot({ paused: true });
    const { node, launcher, readiness } = new SupervisedNode({}, kept);
    const process = launcher.survivor(4_242);
    await node.adopt(kept);
    await pass(60_000);
    expect({ state: node.state, asked: readiness.asked, signals: process.signals }).toEqual({ state: 'paused', asked: 0, signals: [] });
    await node.resume();
    await pass();
    expect({ state: node.state, signals: process.signals }).toEqual({ state: 'ready', signals: ['SIGCONT'] });
  });

  test('goes on with a node that was wanted up and had no process, such as one in back-off', async () => {
    const kept = snapshot({ identity: null });
    const { node } = new SupervisedNode({}, kept);
    expect(await node.adopt(kept)).toBe(false);
    await pass();
    expect(node.state).toBe('ready');
  });

  test('leaves down what was down', async () => {
    const kept = snapshot({ identity: null, intent: 'down' });
    const { node, launcher } = new SupervisedNode({}, kept);
    await node.adopt(kept);
    await pass(60_000);
    expect({ state: node.state, launches: launcher.launches }).toEqual({ state: 'stopped', launches: 0 });
  });

  test('a process that comes to life after the daemon let go is left running', async () => {
    const { node, launcher, observer } = new SupervisedNode();
    const letThrough = launcher.hold();
    node.start();
    await pass();
    node.release();
    letThrough();
    await pass();
    expect({ released: launcher.last.isReleased, gone: launcher.last.isGone, launched: observer.launchedPids }).toEqual({
      released: true,
      gone: false,
      launched: [],
    });
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('what it tells', () => {
  test('each transition with its time and cause, the exit before the state that follows from it', async () => {
    const { node, launcher, observer } = await readyNode();
    vi.setSystemTime(1_000_000);
    const order: string[] = [];
    observer.exited = () => void order.push('exit');
    observer.transition = (_, { to }) => void order.push(to);
    launcher.exit(255);
    await pass();
    expect(order.slice(0, 3)).toEqual(['exit', 'backoff', 'starting']);
    expect(node.transitions.slice(-3)).toEqual([
      { at: 1_000_000, from: 'ready', to: 'backoff', event: 'crashed', reason: 'exit status 255; restart in 0 ms' },
      { at: 1_000_000, from: 'backoff', to: 'starting', event: 'backoffElapsed', reason: 'its process is being started' },
      { at: 1_000_000, from: 'starting', to: 'ready', event: 'readinessPassed', reason: null },
    ]);
  });

  test('the last 32 transitions are kept', async () => {
    const { node, observer } = await readyNode();
    for (let i = 0; i < 20; i += 1) {
      await node.pause();
      await node.resume();
    }
    expect(observer.transitions.length).toBeGreaterThan(32);
    expect(node.transitions).toEqual(observer.transitions.slice(-32));
  });

  test('a listener hears of each change until it is ended', async () => {
    const { node } = new SupervisedNode();
    const heard: string[] = [];
    const end = node.onChange(() => heard.push(node.state));
    node.start();
    await pass();
    end();
    await node.stop();
    expect(heard).toEqual(['starting', 'ready']);
  });
});
