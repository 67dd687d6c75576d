import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FRESH_SNAPSHOT, type NodeSnapshot } from '../../../src/supervisor/node-run.js';
import { FakeProbe, no, OK, SupervisedNode } from '../../fakes/supervisor.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

async function readyNode(...parameters: ConstructorParameters<typeof SupervisedNode>): Promise<SupervisedNode> {
  const all = new SupervisedNode(...parameters);
  all.node.start();
  await pass();
  expect(all.node.state).toBe('ready');
  return all;
}

function falls(all: SupervisedNode, answer: 'mute' | 'OK'): void {
  for (const probe of [all.readiness, all.liveness]) probe.answer = answer === 'mute' ? 'mute' : OK;
}

describe('a node that answers nothing', () => {
  test.each([
    ['stopped', { word: 'stopped' } as const, 'stopped by a signal from outside (SIGSTOP); `kill -CONT 1001` continues it'],
    ['traced', { word: 'traced', by: 77 } as const, 'a debugger holds it (pid 77)'],
  ])('is not killed while it is %s, says why, and is ready again by itself', async (_, word, reason) => {
    const all = await readyNode();
    all.launcher.last.word = word;
    falls(all, 'mute');
    await pass(60_000);
    expect({ state: all.node.state, reason: all.node.reason, tree: all.launcher.last.isTreeKilled }).toEqual({
      state: 'unready',
      reason,
      tree: false,
    });
    all.launcher.last.word = { word: 'running' };
    falls(all, 'OK');
    await pass(5_000);
    expect({ state: all.node.state, launches: all.launcher.launches }).toEqual({ state: 'ready', launches: 1 });
  });

  test('counts its silences anew once it is let go', async () => {
    const all = await readyNode();
    all.launcher.last.word = { word: 'stopped' };
    falls(all, 'mute');
    await pass(60_000);
    all.launcher.last.word = { word: 'running' };
    await pass(2_500);
    expect(all.launcher.last.isTreeKilled).toBe(false);
    await pass(30_000);
    expect(all.launcher.processes[0]?.isTreeKilled).toBe(true);
  });

  test('with a debugger’s port open says so, and is never asked for its life', async () => {
    const all = await readyNode({ liveness: undefined, mayBeHeld: 'no answer; a debugger may hold it' });
    all.readiness.answer = 'mute';
    await pass(60_000);
    expect({ reason: all.node.reason, tree: all.launcher.last.isTreeKilled }).toEqual({
      reason: 'no answer; a debugger may hold it',
      tree: false,
    });
  });

  test('and no longer listens has as long as a stop may take: somebody else’s SIGTERM is at work, and ends in good order', async () => {
    const all = await readyNode({ stopTimeoutMs: 15_000 });
    for (const probe of [all.readiness, all.liveness]) probe.answer = { ok: false, reason: 'connect ECONNREFUSED', isClosed: true };
    await pass(14_000);
    expect({ state: all.node.state, tree: all.launcher.last.isTreeKilled }).toEqual({ state: 'unready', tree: false });
    all.launcher.exit(143);
    await pass();
    expect(all.node.lastExit).toMatchObject({ code: 143, cause: 'stopped-from-outside' });
    expect(all.node.state).toBe('stopped');
  });

  test('and no longer listens is killed when it has not ended after that time', async () => {
    const all = await readyNode({ stopTimeoutMs: 15_000 });
    for (const probe of [all.readiness, all.liveness]) probe.answer = { ok: false, reason: 'connect ECONNREFUSED', isClosed: true };
    await pass(20_000);
    expect(all.launcher.processes[0]?.isTreeKilled).toBe(true);
    expect(all.node.lastExit).toMatchObject({ cause: 'crashed', detail: expect.stringContaining('ECONNREFUSED') });
  });

  test('leaves a trace before it is killed', async () => {
    const order: string[] = [];
    const all = await readyNode({
      leaveTrace: async (signal) => {
        order.push(`signalled ${await signal('SIGQUIT')}`);
        await new Promise((resolve) => setTimeout(resolve, 800));
        order.push(`killed ${all.launcher.last.isTreeKilled}`);
      },
    });
    falls(all, 'mute');
    await pass(25_000);
    expect(order).toEqual(['signalled true', 'killed false']);
    expect(all.launcher.processes[0]).toMatchObject({ isTreeKilled: true, signals: ['SIGQUIT'] });
    expect(all.node.lastExit?.detail).toMatch(/^hung: no answer to 5 probes in a row over 14 s \(.+\); killed$/);
  });

  test('is not killed when the user stops it while it leaves its trace', async () => {
    const traced = vi.fn();
    const all = await readyNode({
      leaveTrace: () => new Promise((resolve) => traced.mockImplementation(resolve)),
    });
    falls(all, 'mute');
    await pass(23_000);
    expect(traced.getMockImplementation()).toBeDefined();
    all.launcher.last.isStubborn = true;
    const stopping = all.node.stop();
    traced();
    await pass(1_000);
    expect(all.launcher.last.isTreeKilled).toBe(false);
    all.launcher.exit(143);
    await stopping;
    expect(all.node.lastExit).toMatchObject({ cause: 'stopped-by-user', detail: null });
  });

  test('stopped by a signal from outside goes on when it is to end, so that it can do so in order', async () => {
    const all = await readyNode();
    all.launcher.last.word = { word: 'stopped' };
    all.launcher.last.isStubborn = true;
    void all.node.stop();
    await pass();
    expect(all.launcher.last.signals).toEqual(['SIGTERM', 'SIGCONT']);
  });
});

describe('clocks that jump', () => {
  const HOUR = 3_600_000;

  test.each([
    ['forward', 5 * HOUR],
    ['back', -5 * HOUR],
  ])('%s: crashes count on a clock that nobody sets', async (_, jump) => {
    const all = await readyNode({ restart: { maxRestarts: 3 } });
    for (let crash = 1; crash <= 3; crash += 1) {
      vi.setSystemTime(Date.now() + jump);
      all.launcher.exit(1);
      await pass(4_000);
      expect(all.node.state).toBe('ready');
    }
    all.launcher.exit(1);
    await pass();
    expect(all.node.reason).toContain('it crashed 4 times within 60 s');
  });

  test.each([
    ['forward', HOUR],
    ['back', -HOUR],
  ])('%s: a starting node keeps its start time-out', async (_, jump) => {
    const all = new SupervisedNode({ startTimeoutMs: 60_000 });
    all.startup.answer = no('loading');
    all.liveness.answer = no('refused');
    all.node.start();
    await pass(1_000);
    vi.setSystemTime(Date.now() + jump);
    await all.node.pause();
    await all.node.resume();
    await pass(58_000);
    expect(all.liveness.asked).toBe(0);
    await pass(10_000);
    expect(all.launcher.processes[0]?.isTreeKilled).toBe(true);
  });

  test.each([
    ['forward', HOUR],
    ['back', -HOUR],
  ])('%s at each probe: nobody is killed for it', async (_, jump) => {
    const all = await readyNode();
    all.liveness.answer = no('timeout');
    for (let i = 0; i < 20; i += 1) {
      await pass(1_000);
      vi.setSystemTime(Date.now() + jump);
    }
    expect(all.launcher.last.isTreeKilled).toBe(false);
  });
});

describe('a crash loop takes no CPU', () => {
  const startsWithin = async (all: SupervisedNode, ms: number, crash: () => void): Promise<number> => {
    all.node.start();
    for (let passed = 0; passed < ms; passed += 50) {
      await pass(50);
      crash();
    }
    return all.launcher.launches;
  };
  const eager = { policy: 'always', maxRestarts: 1_000, windowMs: 1, backoffMinMs: 0, backoffMaxMs: 0 } as const;

  test('where preparing the launch fails at once', async () => {
    const prepareLaunch = vi.fn().mockRejectedValue(new Error('no'));
    const all = new SupervisedNode({ prepareLaunch, restart: { ...eager, windowMs: 3_600_000 } });
    await startsWithin(all, 10_000, () => {});
    expect(prepareLaunch.mock.calls.length).toBeLessThanOrEqual(101);
  });

  test.each([0, 1])('where it ends with %i as soon as it is ready', async (code) => {
    const all = new SupervisedNode({ restart: eager });
    const launches = await startsWithin(all, 10_000, () => {
      if (all.node.state === 'ready') all.launcher.exit(code);
    });
    expect(launches).toBeLessThanOrEqual(101);
    expect(launches).toBeGreaterThan(50);
  });
});

describe('an end that nobody can know the status of', () => {
  const snapshot = (overrides: Partial<NodeSnapshot> = {}): NodeSnapshot => ({
    ...FRESH_SNAPSHOT,
    intent: 'up',
    identity: { pid: 4_242, startTime: 'start of 4242' },
    startedAt: 5_000,
    wasReady: true,
    ...overrides,
  });

  test('is no crash where its files show that it closed in good order', async () => {
    const kept = snapshot();
    const endedCleanly = vi.fn().mockReturnValue(true);
    const { node, launcher } = new SupervisedNode({ endedCleanly }, kept);
    const survivor = launcher.survivor(4_242);
    await node.adopt(kept);
    await pass(1_000);
    survivor.exit({});
    await pass(60_000);
    expect(endedCleanly).toHaveBeenCalledWith(5_000);
    expect({ state: node.state, launches: launcher.launches, exit: node.lastExit }).toEqual({
      state: 'stopped',
      launches: 0,
      exit: expect.objectContaining({
        cause: 'stopped-from-outside',
        detail: expect.stringContaining('shut down cleanly'),
        notBefore: null,
      }),
    });
  });

  test('is a crash where it never was ready, whatever its files show: a failed start closes in good order too', async () => {
    const kept = snapshot({ wasReady: false });
    const { node } = new SupervisedNode({ endedCleanly: () => true }, kept);
    await node.adopt(kept);
    expect(node.lastExit?.cause).toBe('crashed');
  });

  test('while no daemon watched lies between its last sign of life and now', async () => {
    vi.setSystemTime(100_000);
    const kept = snapshot();
    const { node, observer } = new SupervisedNode({ lastSignOfLife: () => 42_000, restart: { policy: 'never' } }, kept);
    await node.adopt(kept);
    expect(observer.exits).toEqual([expect.objectContaining({ at: 100_000, notBefore: 42_000 })]);
  });

  test.each([
    ['none is to be seen: its start', null, 5_000],
    ['one is older than its start: its start', 1_000, 5_000],
    ['one lies in the future, by a clock that was set: now', 900_000, 100_000],
  ])('and where %s', async (_, sign, notBefore) => {
    vi.setSystemTime(100_000);
    const kept = snapshot();
    const { node } = new SupervisedNode({ lastSignOfLife: () => sign, restart: { policy: 'never' } }, kept);
    await node.adopt(kept);
    expect(node.lastExit?.notBefore).toBe(notBefore);
  });
});

describe('what a later daemon must know is told at once', () => {
  test('a kill is written down before its signal', async () => {
    const all = await readyNode();
    const noted = vi.fn(() => ({ intent: all.node.snapshot().intent, signals: [...all.launcher.last.signals] }));
    all.observer.noted = noted;
    await all.node.kill('SIGKILL', { restart: false });
    expect(noted.mock.results.map(({ value }) => value)).toEqual([{ intent: 'down', signals: [] }]);
  });

  test('a start that waits for a stop to end, and a stop that calls it off', async () => {
    const all = await readyNode();
    all.launcher.last.isStubborn = true;
    void all.node.stop();
    const told: string[] = [];
    all.observer.noted = () => void told.push(all.node.snapshot().intent);
    all.node.start();
    void all.node.stop();
    expect(told).toEqual(['up', 'down']);
  });

  test('what was found out about the last exit, and nothing about an older one', async () => {
    const all = await readyNode({ restart: { policy: 'never' } });
    all.launcher.exit(255);
    await pass();
    const { at } = all.node.lastExit as { at: number };
    all.observer.noted = vi.fn();
    expect(all.node.annotateExit(at - 1, 'OLD')).toBe(false);
    expect(all.node.annotateExit(at, 'OUT_OF_MEMORY')).toBe(true);
    expect(all.node.snapshot().lastExit?.finding).toBe('OUT_OF_MEMORY');
    expect(all.observer.noted).toHaveBeenCalledTimes(1);
  });
});

test('a node that is unready because it is held tells the probe’s reason again once it is let go', async () => {
  const all = await readyNode({ liveness: new FakeProbe(OK) });
  all.launcher.last.word = { word: 'stopped' };
  all.readiness.answer = no('connection refused');
  await pass(3_000);
  expect(all.node.reason).toContain('SIGSTOP');
  all.launcher.last.word = { word: 'running' };
  await pass(1_000);
  expect(all.node.reason).toBe('connection refused');
});
