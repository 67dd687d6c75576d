import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { liveProgress } from '../../../../src/cli/output/live-progress.js';
import { plainProgress } from '../../../../src/cli/output/progress-view.js';
import { colorsFor } from '../../../../src/cli/output/terminal.js';
import type { ProgressItem } from '../../../../src/contract/events.js';
import { Printed, plannedNode, planOf } from '../../../fakes/status.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type NodeItem = Extract<ProgressItem, { event: 'node' }>;
const node = (step: string, tMs: number, settings: Partial<NodeItem> = {}): NodeItem => ({
  event: 'node',
  node: 'broker-a',
  state: step === 'ready' ? 'ready' : 'starting',
  step,
  reason: null,
  tMs,
  ...settings,
});
const install = (message: string, receivedBytes: number | null = null, totalBytes: number | null = null): ProgressItem => ({
  event: 'install',
  version: '5.5.0',
  message,
  receivedBytes,
  totalBytes,
});

/** @returns what a pipe gets. */
function piped(items: (ProgressItem | { waitMs: number })[]): string[] {
  const printed = new Printed();
  const view = plainProgress(printed.stream, colorsFor(printed.stream));
  for (const item of items) {
    if ('waitMs' in item) vi.advanceTimersByTime(item.waitMs);
    else view.show(item);
  }
  view.end();
  const { text } = printed;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  return text.trimEnd().split('\n');
}

test('in a pipe: a line for each step of a node, with its seconds', () => {
  const items = [node('starting', 0), node('answering', 1_234), node('registered', 1_800), node('in sync', 2_000), node('ready', 2_080)];
  expect(piped(items)).toEqual([
    'broker-a  starting  0.0s',
    'broker-a  answering  1.2s',
    'broker-a  registered  1.8s',
    'broker-a  in sync  2.0s',
    'broker-a  ready  2.1s',
  ]);
});

test('in a pipe: a reason that changes while the step stays is no new line', () => {
  const items = [0, 1, 2].map((i) => node('answering', i * 100, { reason: `not registered with namesrv-${i}` }));
  expect(piped(items)).toEqual(['broker-a  answering  0.0s']);
});

test('in a pipe: why a node failed or backs off is told, each reason once', () => {
  const crashed = { state: 'backoff', reason: 'exit status 1; restart in 1000 ms' } as const;
  const items = [
    node('backoff', 500, crashed),
    node('backoff', 600, crashed),
    node('failed', 900, { state: 'failed', reason: 'exit status 1' }),
  ];
  expect(piped(items)).toEqual(['broker-a  backoff: exit status 1; restart in 1000 ms  0.5s', 'broker-a  failed: exit status 1  0.9s']);
});

test('in a pipe: a download is a line each 10 %', () => {
  const items = Array.from({ length: 1_001 }, (_, i) => install('downloading https://example.org/r.zip', i, 1_000));
  const lines = piped(items);
  expect(lines).toHaveLength(11);
  expect([lines[0], lines.at(-1)]).toEqual([
    'RocketMQ 5.5.0: downloading https://example.org/r.zip 0%',
    'RocketMQ 5.5.0: downloading https://example.org/r.zip 100%',
  ]);
});

test('in a pipe: of Maven’s many lines one each 3 s', () => {
  const items = Array.from({ length: 100 }, (_, i) => [install(`jar ${i}`), { waitMs: 100 }]).flat();
  expect(piped(items)).toEqual(['jar 0', 'jar 30', 'jar 60', 'jar 90'].map((text) => `RocketMQ 5.5.0: ${text}`));
});

test('in a pipe: the plan and each notice, before the nodes', () => {
  const plan = planOf(plannedNode('namesrv-1', 'namesrv'), plannedNode('broker-a', 'ASYNC_MASTER'));
  expect(
    piped([
      { event: 'plan', plan },
      { event: 'notice', message: 'broker-a moves' },
      { event: 'stage', stage: 'plan', tMs: 5 },
    ]),
  ).toEqual(['dev  1 NameServer, 1 broker, RocketMQ 5.5.0, JDK 17, about 1.0 MB', 'note: broker-a moves']);
});

test('on a terminal the seconds of a node run on by themselves until it is done, and nothing runs on after the end', () => {
  const printed = new Printed({ isTTY: true, columns: 100 });
  const view = liveProgress(printed.stream, colorsFor(new Printed().stream));
  const shown = () => stripVTControlCharacters(printed.text).trimEnd().split('\n').at(-1)?.trim();
  view.show(node('answering', 1_000, { reason: 'not registered with namesrv-1' }));
  expect(shown()).toBe('broker-a    1.0s  answering  not registered with namesrv-1');
  vi.advanceTimersByTime(2_000);
  expect(shown()).toBe('broker-a    3.0s  answering  not registered with namesrv-1');
  view.show(node('ready', 3_100));
  vi.advanceTimersByTime(5_000);
  expect(shown()).toBe('broker-a    3.1s  ready');
  view.end();
  expect(vi.getTimerCount()).toBe(0);
});

test('on a terminal no line is wider than the terminal', () => {
  const printed = new Printed({ isTTY: true, columns: 40 });
  const view = liveProgress(printed.stream, colorsFor(new Printed().stream));
  view.show(node('answering', 1_000, { reason: 'x'.repeat(200) }));
  view.end();
  const widths = stripVTControlCharacters(printed.text)
    .split('\n')
    .map((line) => line.length);
  expect(Math.max(...widths)).toBeLessThan(40);
});
