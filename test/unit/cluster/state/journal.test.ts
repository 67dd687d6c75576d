import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../../../src/base/clock.js';
import { Journal } from '../../../../src/cluster/state/journal.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rmqdev-journal-'));
  file = join(folder, 'clusters', '2m2s', 'events.ndjson');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => new Journal(file, '2m2s', { ...systemClock, now: () => Date.UTC(2026, 10, 20, 12) });
const seqs = (journal: Journal) => journal.read().map(({ seq }) => seq);

test('what happens is kept, one JSON object a line, oldest first', () => {
  const journal = open();
  journal.record('up-started', null, 'up 2m2s');
  journal.record('node-ready', 'broker-a', 'broker-a is ready', { pid: 4_242 });
  expect(journal.read()).toEqual([
    { seq: 1, at: '2026-11-20T12:00:00.000Z', cluster: '2m2s', node: null, type: 'up-started', message: 'up 2m2s' },
    {
      seq: 2,
      at: '2026-11-20T12:00:00.000Z',
      cluster: '2m2s',
      node: 'broker-a',
      type: 'node-ready',
      message: 'broker-a is ready',
      data: { pid: 4_242 },
    },
  ]);
  expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(2);
});

test('nothing is written before anything happens', () => {
  expect(open().read()).toEqual([]);
  expect(existsSync(file)).toBe(false);
});

test('a later daemon counts on', () => {
  open().record('a', null, 'a');
  const later = open();
  expect(later.record('b', null, 'b').seq).toBe(2);
  expect(seqs(later)).toEqual([1, 2]);
});

test('a line that a crash tore is passed over, and the next event is not lost with it', () => {
  open().record('a', null, 'a');
  appendFileSync(file, '{"seq":2,"at":"2026-11-20T12:0');
  const later = open();
  later.record('b', null, 'b');
  later.record('c', null, 'c');
  expect(later.read().map(({ type }) => type)).toEqual(['a', 'b', 'c']);
  expect(seqs(open())).toEqual([1, 2, 3]);
});

test('lines that are no events do not stop the others', () => {
  open().record('a', null, 'a');
  appendFileSync(file, '\n[]\nnull\n"text"\n{"no":"seq"}\n');
  expect(seqs(open())).toEqual([1]);
});

test('a journal that has grown too long is put aside once, and the numbers go on', () => {
  open().record('a', null, 'a');
  const filler = `${JSON.stringify({ seq: 2, type: 'b', message: 'x'.repeat(9 * 1_048_576) })}\n`;
  appendFileSync(file, filler);
  const journal = open();
  journal.record('c', null, 'c');
  expect(statSync(`${file}.1`).size).toBeGreaterThan(9 * 1_048_576);
  expect(statSync(file).size).toBeLessThan(1_000);
  expect(seqs(journal)).toEqual([1, 2, 3]);
  expect(seqs(open())).toEqual([1, 2, 3]);
});

test('after rotation the number is not forgotten while the new file is still empty', () => {
  open().record('a', null, 'a');
  rmSync(file);
  writeFileSync(`${file}.1`, `${JSON.stringify({ seq: 41 })}\n`);
  expect(open().record('b', null, 'b').seq).toBe(42);
});

test('listeners hear of each event until they end', () => {
  const journal = open();
  const heard: string[] = [];
  const end = journal.subscribe(({ type }) => {
    heard.push(type);
    if (type === 'b') end();
  });
  journal.subscribe(({ type }) => heard.push(`${type} too`));
  for (const type of ['a', 'b', 'c']) journal.record(type, null, type);
  expect(heard).toEqual(['a', 'a too', 'b', 'b too', 'c too']);
});

test('an event that cannot be written, on a full disk, is still heard of, and the next one is kept', () => {
  const journal = open();
  const heard: string[] = [];
  journal.subscribe(({ type }) => heard.push(type));
  mkdirSync(file, { recursive: true });
  journal.record('a', null, 'a');
  rmSync(file, { recursive: true });
  journal.record('b', null, 'b');
  expect({ heard, kept: journal.read().map(({ type }) => type) }).toEqual({ heard: ['a', 'b'], kept: ['b'] });
});
