import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { liveProgress } from '../../../src/cli/output/live-progress.js';
import { lateProgress, type ProgressView } from '../../../src/cli/output/progress-view.js';
import { colorsFor } from '../../../src/cli/output/terminal.js';
import type { ProgressItem } from '../../../src/contract/events.js';

const notice = (message: string): ProgressItem => ({ event: 'notice', message });
const node = (step: string, reason: string | null): ProgressItem => ({
  event: 'node',
  node: 'broker-a',
  state: 'starting',
  step,
  reason,
  tMs: 1_000,
});

/** A view that keeps what it is shown. */
function keeper(): ProgressView & { shown: unknown[] } {
  const shown: unknown[] = [];
  return { shown, show: (item) => void shown.push(item), end: () => void shown.push('end') };
}

test('what comes before the live view is loaded is shown by it, once, in order', async () => {
  const [live, early] = [keeper(), keeper()];
  const progress = lateProgress(() => Promise.resolve(live), early);
  progress.show(notice('a'));
  progress.show(notice('b'));
  await Promise.resolve();
  await Promise.resolve();
  progress.show(notice('c'));
  progress.end();
  expect(live.shown).toEqual([notice('a'), notice('b'), notice('c'), 'end']);
  expect(early.shown).toEqual([]);
});

test('what ends before the live view is loaded is told plainly, and the live view stays away', async () => {
  const [live, early] = [keeper(), keeper()];
  let finishLoading = (_view: ProgressView) => {};
  const loading = new Promise<ProgressView>((resolve) => {
    finishLoading = resolve;
  });
  const progress = lateProgress(() => loading, early);
  progress.show(notice('a'));
  progress.end();
  finishLoading(live);
  await loading;
  expect(early.shown).toEqual([notice('a')]);
  expect(live.shown).toEqual([]);
});

test('live progress stays within the terminal and shows no reason of an earlier step', () => {
  const stream = Object.assign(new PassThrough(), { columns: 70, rows: 24, isTTY: true });
  const view = liveProgress(stream as unknown as NodeJS.WriteStream, colorsFor(new PassThrough()));
  const shownAfter = (item: ProgressItem) => {
    stream.read();
    view.show(item);
    return String(stream.read());
  };
  const long = shownAfter(node('starting', `connect ECONNREFUSED ${'127.0.0.1:10911 '.repeat(9)}`));
  expect(long).toContain('connect ECONNREFUSED');
  expect(long).toContain('…');
  expect(shownAfter(node('registered', 'connect ECONNREFUSED'))).not.toContain('ECONNREFUSED');
  expect(shownAfter(node('registered', 'broker-a-s has not connected'))).toContain('broker-a-s has not connected');
  view.end();
});
