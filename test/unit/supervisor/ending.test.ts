import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Closing } from '../../../src/supervisor/closing.js';
import { SupervisedNode } from '../../fakes/supervisor.js';

/**
 * A node could stick in `stopping`: SIGKILL was sent once and never looked after, a second stop only waited, kill was refused, and a signal
 * that could not be sent left no timer behind.
 */
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** A node that is ready, and whose process ends for nothing that is sent to it. */
async function immortalNode(): Promise<SupervisedNode> {
  const all = new SupervisedNode({ stopTimeoutMs: 15_000 });
  all.node.start();
  await pass();
  Object.assign(all.launcher.last, { isStubborn: true, isUnkillable: true });
  return all;
}

/** The disk that it waited for is there again. */
function dies({ launcher }: SupervisedNode): void {
  launcher.last.isUnkillable = false;
  launcher.last.exit({ signal: 'SIGKILL' });
}

describe('SIGKILL that does not help', () => {
  test('is sent again after 1 s, 2 s, 4 s, … 30 s, until the process is gone', async () => {
    const all = await immortalNode();
    const { node, launcher } = all;
    const stopping = node.stop();
    await pass(15_000);
    const kills = [launcher.last.treeKills];
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      await pass(waitMs - 1);
      kills.push(launcher.last.treeKills);
      await pass(1);
    }
    expect(kills).toEqual([1, 1, 2, 3, 4, 5, 6, 7]);
    dies(all);
    expect(await stopping).toMatchObject({ how: 'killed' });
    expect({ state: node.state, timers: vi.getTimerCount() }).toEqual({ state: 'stopped', timers: 0 });
  });

  test('is told with its reason', async () => {
    const all = await immortalNode();
    all.launcher.last.word = { word: 'uninterruptible' };
    void all.node.stop();
    await pass(15_000);
    expect(all.node.reason).toBe('did not end within 15 s of SIGTERM; killed');
    await pass(1_000);
    expect(all.node.reason).toMatch(/^SIGKILL was sent once and pid 1001 is still there: it waits in the kernel \(state D\)/);
    await pass(2_000);
    expect(all.node.reason).toMatch(/^SIGKILL was sent 2 times and pid 1001 is still there/);
    dies(all);
    await pass();
    expect(all.node.reason).toBeNull();
  });

  test('of a hung node is sent again too, and nobody asks it anything meanwhile', async () => {
    const all = await immortalNode();
    const { node, launcher, liveness, readiness } = all;
    liveness.answer = 'mute';
    readiness.answer = 'mute';
    await pass(60_000);
    const asked = [liveness.asked, readiness.asked];
    expect(launcher.last.treeKills).toBeGreaterThan(2);
    await pass(60_000);
    expect({ state: node.state, asked: [liveness.asked, readiness.asked] }).toEqual({ state: 'unready', asked });
    dies(all);
    await pass();
    expect({ launches: launcher.launches, detail: node.lastExit?.detail }).toEqual({
      launches: 2,
      detail: expect.stringMatching(/^hung: /),
    });
  });

  test('of a kill by the user: the node is no longer ready, all it started is killed as well, and its end is that kill', async () => {
    const all = await immortalNode();
    const { node, launcher } = all;
    node.kill('SIGKILL', { restart: false });
    expect({ signals: launcher.last.signals, tree: launcher.last.treeKills }).toEqual({ signals: ['SIGKILL'], tree: 0 });
    await pass(1_000);
    expect({ state: node.state, reason: node.reason, tree: launcher.last.treeKills }).toEqual({
      state: 'unready',
      reason: 'SIGKILL was sent once and pid 1001 is still there: the system has not ended it yet',
      tree: 1,
    });
    dies(all);
    await pass();
    expect({ state: node.state, cause: node.lastExit?.cause }).toEqual({ state: 'stopped', cause: 'killed-by-user' });
  });
});

describe('asking again escalates', () => {
  test('a stop past the stop time-out sends SIGKILL again at once, and both end together', async () => {
    const all = await immortalNode();
    const first = all.node.stop();
    await pass(15_500);
    const second = all.node.stop();
    expect(all.launcher.last.treeKills).toBe(2);
    dies(all);
    expect(await Promise.all([first, second])).toMatchObject([{ how: 'killed' }, { how: 'killed' }]);
  });

  test('a stop within the stop time-out lets the store be closed', async () => {
    const { node, launcher } = await immortalNode();
    void node.stop();
    void node.stop();
    await pass(14_999);
    expect({ signals: launcher.last.signals, tree: launcher.last.treeKills }).toEqual({ signals: ['SIGTERM'], tree: 0 });
    launcher.exit(143);
  });

  test('a kill ends a node that is stopping, with all it started', async () => {
    const { node, launcher } = await immortalNode();
    launcher.last.isUnkillable = false;
    const stopping = node.stop();
    await pass(100);
    node.kill('SIGKILL', { restart: false });
    expect(launcher.last.treeKills).toBe(1);
    expect(await stopping).toEqual({ how: 'killed', tookMs: 100 });
    expect({ state: node.state, cause: node.lastExit?.cause }).toEqual({ state: 'stopped', cause: 'killed-by-user' });
  });

  test('a kill again kills all it started, and the waits do not begin anew', async () => {
    const all = await immortalNode();
    all.node.kill('SIGKILL', { restart: true });
    all.node.kill('SIGKILL', { restart: true });
    expect(all.launcher.last.treeKills).toBe(1);
    await pass(1_999);
    expect(all.launcher.last.treeKills).toBe(1);
    await pass(1);
    expect(all.launcher.last.treeKills).toBe(2);
    dies(all);
    await pass();
    expect(all.launcher.launches).toBe(2);
  });
});

describe('a signal that cannot be sent', () => {
  test('stop goes on: SIGTERM again each second, SIGKILL after the time-out all the same', async () => {
    const { node, launcher } = await immortalNode();
    const process = launcher.last;
    process.signalFailure = new Error('EMFILE: too many open files');
    const stopping = node.stop();
    await pass();
    expect(node.reason).toContain('SIGTERM could not be sent to pid 1001 (EMFILE: too many open files)');
    process.signalFailure = undefined;
    await pass(1_000);
    expect(process.signals).toEqual(['SIGTERM']);
    process.isUnkillable = false;
    await pass(14_000);
    expect(await stopping).toEqual({ how: 'killed', tookMs: 15_000 });
  });

  test('asking again sends it at once', async () => {
    const { node, launcher } = await immortalNode();
    launcher.last.signalFailure = new Error('EMFILE');
    void node.stop();
    await pass();
    launcher.last.signalFailure = undefined;
    void node.stop();
    await pass();
    expect(launcher.last.signals).toEqual(['SIGCONT', 'SIGTERM']);
    launcher.exit(143);
  });

  test('a kill is sent again', async () => {
    const all = await immortalNode();
    all.launcher.last.signalFailure = new Error('EMFILE');
    all.node.kill('SIGKILL', { restart: false });
    await pass(1_000);
    expect({ reason: all.node.reason, tree: all.launcher.last.treeKills }).toEqual({
      reason: 'SIGKILL was sent once and pid 1001 is still there: the signal could not be sent (EMFILE)',
      tree: 1,
    });
    dies(all);
  });
});

test('a daemon that lets go of a process that does not end leaves no timer', async () => {
  const { node } = await immortalNode();
  void node.stop();
  await pass(20_000);
  node.release();
  expect(vi.getTimerCount()).toBe(0);
});

/** What a process holds is put away when the test says so. */
class FakeClosing implements Closing {
  readonly proved = 'has put away what it holds';
  isReady = Promise.resolve();
  isAway = false;
  asked = 0;
  ends = 0;

  ready(): Promise<void> {
    return this.isReady;
  }
  async isClosed(): Promise<boolean> {
    this.asked += 1;
    return this.isAway;
  }
  end(): void {
    this.ends += 1;
  }
}

describe('a process that has put away what it holds', () => {
  async function closingNode(): Promise<{ all: SupervisedNode; closing: FakeClosing }> {
    const closing = new FakeClosing();
    const all = new SupervisedNode({ closing: () => closing });
    all.node.start();
    await pass();
    all.launcher.last.isStubborn = true;
    return { all, closing };
  }

  test('is ended as soon as that is proved, and the stop says by what', async () => {
    const { all, closing } = await closingNode();
    const { node, launcher } = all;
    const stopping = node.stop();
    await pass(1_000);
    expect(launcher.last).toMatchObject({ signals: ['SIGTERM'], treeKills: 0 });
    closing.isAway = true;
    await pass(25);
    expect(await stopping).toEqual({ how: 'closed', tookMs: 1_025, proved: 'has put away what it holds' });
    expect({ cause: node.lastExit?.cause, state: node.state, timers: vi.getTimerCount() }).toEqual({
      cause: 'stopped-by-user',
      state: 'stopped',
      timers: 0,
    });
    expect(closing.ends).toBeGreaterThan(0);
  });

  test('gets no SIGTERM if it holds nothing from the start', async () => {
    const { all, closing } = await closingNode();
    closing.isAway = true;
    expect(await all.node.stop()).toMatchObject({ how: 'closed' });
    expect(all.launcher.last).toMatchObject({ signals: [], treeKills: 1 });
  });

  test('is waited for if that is never proved: it may end by itself, or at its stop time-out', async () => {
    const { all, closing } = await closingNode();
    const stopping = all.node.stop();
    await pass(5_000);
    all.launcher.exit(143);
    expect(await stopping).toEqual({ how: 'terminated', tookMs: 5_000 });
    await pass(25);
    expect({ ended: closing.ends > 0, timers: vi.getTimerCount() }).toEqual({ ended: true, timers: 0 });

    const { all: late, closing: never } = await closingNode();
    const overdue = late.node.stop();
    await pass(15_000);
    expect(await overdue).toMatchObject({ how: 'killed' });
    expect(never.ends).toBeGreaterThan(0);
  });

  test('is told to end only when its watch is ready', async () => {
    const { all, closing } = await closingNode();
    let open = () => {};
    closing.isReady = new Promise((resolve) => {
      open = resolve;
    });
    void all.node.stop();
    await pass(100);
    expect(all.launcher.last.signals).toEqual([]);
    open();
    await pass();
    expect(all.launcher.last.signals).toEqual(['SIGTERM']);
    all.launcher.exit(143);
  });

  test('a second stop sends no second signal; one at once ends the watch too', async () => {
    const { all, closing } = await closingNode();
    const first = all.node.stop();
    await pass(100);
    void all.node.stop();
    await pass(100);
    expect(all.launcher.last).toMatchObject({ signals: ['SIGTERM'], treeKills: 0 });
    expect(await all.node.stop('at-once')).toMatchObject({ how: 'discarded' });
    expect(await first).not.toHaveProperty('proved');
    const { asked } = closing;
    await pass(1_000);
    expect(closing.asked).toBe(asked);
  });

  test('a proof that comes after a SIGKILL of the user changes nothing', async () => {
    const { all, closing } = await closingNode();
    void all.node.stop();
    await pass(100);
    all.launcher.last.isUnkillable = true;
    await all.node.kill('SIGKILL', { restart: false });
    closing.isAway = true;
    await pass(100);
    expect(all.launcher.last.treeKills).toBe(1);
    dies(all);
    await pass();
    expect(all.node.lastExit?.cause).toBe('killed-by-user');
  });
});
