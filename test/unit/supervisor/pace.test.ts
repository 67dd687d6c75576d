import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { no, OK, SupervisedNode } from '../../fakes/supervisor.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

async function readyNode(): Promise<SupervisedNode> {
  const all = new SupervisedNode();
  all.node.start();
  await pass();
  expect(all.node.state).toBe('ready');
  return all;
}

async function questionsIn(all: SupervisedNode, ms: number): Promise<{ readiness: number; liveness: number }> {
  const [readiness, liveness] = [all.readiness.asked, all.liveness.asked];
  await pass(ms);
  return { readiness: all.readiness.asked - readiness, liveness: all.liveness.asked - liveness };
}

test('a node is asked every second at first, and every five once a minute has passed without an event', async () => {
  const all = await readyNode();
  await pass(10_000);
  expect(await questionsIn(all, 20_000)).toEqual({ readiness: 20, liveness: 20 });
  await pass(60_000);
  expect(await questionsIn(all, 20_000)).toEqual({ readiness: 4, liveness: 4 });
});

test('an event is followed by a question at once, and by one every second', async () => {
  const all = await readyNode();
  await pass(90_000);
  all.node.hurry();
  expect(await questionsIn(all, 0)).toEqual({ readiness: 1, liveness: 1 });
  expect(await questionsIn(all, 20_000)).toEqual({ readiness: 20, liveness: 20 });
});

test('what a quiet node loses is seen within seconds', async () => {
  const all = await readyNode();
  await pass(90_000);
  all.readiness.answer = no('not registered');
  await pass(6_000);
  expect({ state: all.node.state, reason: all.node.reason }).toEqual({ state: 'unready', reason: 'not registered' });
  all.readiness.answer = OK;
  await pass(250);
  expect(all.node.state).toBe('ready');
});

test('a quiet node that hangs is found a few seconds later than another', async () => {
  const all = await readyNode();
  await pass(90_000);
  all.readiness.answer = 'mute';
  all.liveness.answer = 'mute';
  await pass(27_000);
  expect(all.launcher.processes[0]?.isTreeKilled).toBe(true);
});

test('a node that cannot get ready is asked four times a second at first, and once a second after a minute', async () => {
  const all = await readyNode();
  all.readiness.answer = no('waits for its master');
  await pass(5_000);
  expect(all.node.state).toBe('unready');
  expect((await questionsIn(all, 20_000)).readiness).toBe(80);
  await pass(60_000);
  expect((await questionsIn(all, 20_000)).readiness).toBe(20);
});

test('a stop ends the questions of a quiet node at once', async () => {
  const all = await readyNode();
  await pass(90_000);
  await all.node.stop();
  expect(await questionsIn(all, 60_000)).toEqual({ readiness: 0, liveness: 0 });
});
