import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { Journal } from '../../../src/cluster/state/journal.js';
import { followJournal } from '../../../src/daemon/follow-journal.js';

let folder: string;
let journal: Journal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rmqdev-follow-'));
  journal = new Journal(join(folder, 'events.ndjson'), '2m2s', systemClock);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const record = (node: string | null = 'broker-a') => journal.record('x', node, 'x').seq;
type Request = Partial<Parameters<typeof followJournal>[1]>;
/** @returns the numbers of the events as they come, and the end of it all. */
function follow(request: Request, onEvent: (seq: number) => void | Promise<void> = () => {}) {
  const seqs: number[] = [];
  const closed = new AbortController();
  const ended = followJournal(
    journal,
    { follow: true, lines: undefined, wanted: undefined, closed: closed.signal, ...request },
    ({ seq }) => {
      seqs.push(seq);
      return onEvent(seq);
    },
  );
  return { seqs, ended, close: () => closed.abort() };
}

test('without --follow: what there is, and done', async () => {
  for (let i = 0; i < 5; i += 1) record();
  const { seqs, ended } = follow({ follow: false });
  await ended;
  expect(seqs).toEqual([1, 2, 3, 4, 5]);
});

test.each([
  [0, []],
  [2, [4, 5]],
  [50, [1, 2, 3, 4, 5]],
])('-n %i: the last ones', async (lines, expected) => {
  for (let i = 0; i < 5; i += 1) record();
  const { seqs, ended } = follow({ follow: false, lines });
  await ended;
  expect(seqs).toEqual(expected);
});

test('-n counts what is wanted, not what there is', async () => {
  for (const node of ['broker-a', null, 'broker-a', 'broker-b', 'broker-b']) record(node);
  const { seqs, ended } = follow({ follow: false, lines: 1, wanted: new Set(['broker-a']) });
  await ended;
  expect(seqs).toEqual([3]);
});

test('with --follow: nothing is lost or doubled between what there is and what comes, also while the reader is slow', async () => {
  for (let i = 0; i < 3; i += 1) record();
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { seqs, ended, close } = follow({}, (seq) => (seq === 2 ? gate : undefined));
  await vi.waitUntil(() => seqs.length === 2, 60_000);
  for (let i = 0; i < 3; i += 1) record();
  release();
  await vi.waitUntil(() => seqs.length === 6, 60_000);
  record();
  record('broker-b');
  await vi.waitUntil(() => seqs.length === 8, 60_000);
  expect(seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  close();
  await ended;
});

test('with --follow only wanted nodes wake the reader', async () => {
  const { seqs, ended, close } = follow({ wanted: new Set(['broker-b']) });
  record('broker-a');
  record(null);
  const wanted = record('broker-b');
  await vi.waitUntil(() => seqs.length === 1, 60_000);
  expect(seqs).toEqual([wanted]);
  close();
  await ended;
});

test('a reader that has gone ends it, before and while it waits, and nobody listens any more', async () => {
  const { seqs, ended, close } = follow({});
  close();
  await ended;
  record();
  expect(seqs).toEqual([]);
  const gone = follow({ closed: AbortSignal.abort() });
  await gone.ended;
  expect(gone.seqs).toEqual([]);
});
