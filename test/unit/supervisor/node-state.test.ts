import { expect, test } from 'vitest';
import { NODE_STATES, type NodeState } from '../../../src/base/node-words.js';
import { LIVE_STATES, NODE_EVENTS, type NodeEvent, nextState } from '../../../src/supervisor/node-state.js';

/** What each event leads to, in the order of the columns; a dot: not accepted. */
const EVENTS = [
  'start',
  'adopted',
  'readinessPassed',
  'readinessLost',
  'crashed',
  'gaveUp',
  'exited',
  'pause',
  'resume',
  'stop',
  'backoffElapsed',
] as const satisfies readonly NodeEvent[];
const EXPECTED: Record<NodeState, string> = {
  //          start    adopted passed lost    crashed gaveUp exited  pause  resume  stop     elapsed
  stopped: '  starting unready .      .       .       .      .       .      .       .        .',
  starting: ' .        .       ready  .       backoff failed stopped paused .       stopping .',
  ready: '    .        .       .      unready backoff failed stopped paused .       stopping .',
  unready: '  .        .       ready  .       backoff failed stopped paused .       stopping .',
  paused: '   .        .       .      .       backoff failed stopped .      unready stopping .',
  backoff: '  starting .       .      .       .       .      .       .      .       stopped  starting',
  stopping: ' .        .       .      .       .       .      stopped .      .       .        .',
  failed: '   starting .       .      .       .       .      .       .      .       stopped  .',
};

test('the table covers every state and every event', () => {
  expect([...EVENTS].sort()).toEqual([...NODE_EVENTS].sort());
  expect(Object.keys(EXPECTED).sort()).toEqual([...NODE_STATES].sort());
});

test.each(
  Object.entries(EXPECTED).flatMap(([state, row]) => {
    const cells = row.trim().split(/\s+/);
    return EVENTS.map((event, column) => [state as NodeState, event, cells[column] === '.' ? undefined : cells[column]] as const);
  }),
)('%s on %s becomes %s', (state, event, expected) => {
  expect(nextState(state, event)).toBe(expected);
});

test('from every state a stop and a start lead on, so that no node is stuck', () => {
  const reachable = (from: NodeState, seen = new Set<NodeState>()): Set<NodeState> => {
    if (seen.has(from)) return seen;
    seen.add(from);
    for (const event of NODE_EVENTS) {
      const next = nextState(from, event);
      if (next) reachable(next, seen);
    }
    return seen;
  };
  for (const state of NODE_STATES) {
    expect(reachable(state)).toContain('stopped');
    expect(reachable(state)).toContain('ready');
  }
});

test('a process lives in exactly the states that an exit can leave', () => {
  const leftByExit = NODE_STATES.filter((state) => nextState(state, 'exited') !== undefined);
  expect([...LIVE_STATES].sort()).toEqual([...leftByExit].sort());
});
