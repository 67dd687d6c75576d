import { expect, test } from 'vitest';
import { drawWaterfall } from '../../../../src/cli/trace/draw-waterfall.js';
import { type BootMark, lanesOf, type Span, type Timed } from '../../../../src/cli/trace/lanes.js';
import type { Plan, ProgressItem } from '../../../../src/contract/events.js';

const plan = { cluster: '2m2s', profile: '2m2s', nodes: ['namesrv-1', 'broker-a', 'broker-a-s'].map((id) => ({ id })) } as unknown as Plan;
const node = (id: string, step: string, reason: string | null = null): ProgressItem => ({
  event: 'node',
  node: id,
  state: step === 'ready' ? 'ready' : 'starting',
  step,
  reason,
  tMs: 0,
});

/** An up of a pair: each item with the ms of its arrival. */
const UP: Timed[] = (
  [
    [400, { event: 'plan', plan }],
    [400, { event: 'stage', stage: 'plan', tMs: 60 }],
    [410, node('namesrv-1', 'starting', 'its process is being started')],
    [1_000, node('namesrv-1', 'ready')],
    [1_001, { event: 'stage', stage: 'NameServers', tMs: 660 }],
    [1_002, node('broker-a', 'starting', 'its process is being started')],
    [1_500, node('broker-a', 'starting', 'connect ECONNREFUSED 127.0.0.1:10911')],
    [1_700, node('broker-a', 'answering')],
    [1_700, node('broker-a-s', 'starting')],
    [1_800, node('broker-a', 'registered', 'broker-a-s does not hold the last message of broker-a yet')],
    [2_600, node('broker-a-s', 'answering')],
    [2_650, node('broker-a-s', 'in sync')],
    [2_660, node('broker-a', 'ready')],
    [2_660, node('broker-a-s', 'ready')],
    [2_661, { event: 'stage', stage: 'in sync', tMs: 2_300 }],
  ] as [number, ProgressItem][]
).map(([atMs, item]) => ({ atMs, item }));

const MARKS = new Map<string, BootMark[]>([
  [
    'broker-a',
    [
      { kind: 'jvm', name: 'JVM is created', atMs: 1_050 },
      { kind: 'store', name: 'store starts', atMs: 1_600 },
      { kind: 'store', name: 'of an earlier start', atMs: 300 },
    ],
  ],
]);
const told = (spans: readonly Span[] = []) => spans.map(({ name, fromMs, toMs }) => `${fromMs}-${toMs} ${name}`);

test('every moment of the command and of each node until it is ready has a name', () => {
  const lanes = lanesOf(UP, MARKS, 2_700);
  expect(Object.fromEntries(lanes.map(({ title, spans }) => [title, told(spans)]))).toEqual({
    'rmqdev up': ['0-340 command, daemon', '340-400 plan', '400-1001 NameServers', '1001-2661 in sync', '2661-2700 answer'],
    'namesrv-1': ['0-410 is not started yet', '410-1000 JVM boots'],
    'broker-a': [
      '0-1002 waits for namesrv-1: ready',
      '1002-1050 JVM is created',
      '1050-1600 store starts',
      '1600-1700 servers start',
      '1700-1800 registers',
      '1800-2660 proves a write',
    ],
    'broker-a-s': ['0-1700 waits for broker-a: answering', '1700-2600 JVM boots', '2600-2650 registers', '2650-2660 proves a write'],
  });
  for (const { spans } of lanes) for (const [index, span] of spans.slice(1).entries()) expect(span.fromMs).toBe(spans[index]?.toMs);
});

test('what a node said it waits for is told with its bar', () => {
  const [, , master] = lanesOf(UP, new Map(), 2_700);
  expect(master?.spans.at(-1)?.details).toEqual(['1.80 s broker-a-s does not hold the last message of broker-a yet']);
});

test('a node that was not ready when the command ended has a bar until then', () => {
  const lanes = lanesOf(UP.slice(0, 7), new Map(), 9_000);
  expect(told(lanes.at(-1)?.spans)).toEqual(['0-1002 waits for namesrv-1: ready', '1002-9000 JVM boots']);
});

test('the page is well-formed whatever a node says', () => {
  const events: Timed[] = [...UP.slice(0, 3), { atMs: 500, item: node('namesrv-1', 'starting', '<init> & "quotes"') }];
  const page = drawWaterfall({
    title: 'rmqdev up 2m2s',
    subtitle: 'RocketMQ 5.5.0',
    lanes: lanesOf(events, new Map(), 1_000),
    loads: [
      { atMs: 100, busy: 0.5 },
      { atMs: 200, busy: 1.2 },
    ],
    endMs: 1_000,
  });
  expect(page).toContain('&lt;init&gt; &amp; &quot;quotes&quot;');
  expect(page).not.toMatch(/NaN|undefined/);
  expect(page.match(/<(?!\/|\w+[^>]*\/>)/g)).toHaveLength((page.match(/<\//g) ?? []).length);
});
