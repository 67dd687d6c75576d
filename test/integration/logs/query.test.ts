import { appendFileSync, mkdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { snapshot } from '../../../src/logs/byte-source.js';
import { listLogFiles } from '../../../src/logs/log-files.js';
import type { LogSource } from '../../../src/logs/log-record.js';
import { type LogQuery, queryLogs } from '../../../src/logs/query.js';
import { readNewestFirst } from '../../../src/logs/read-tail.js';
import { brokerLine, brokerSource, useLogFolder } from './log-folder.js';

const folder = useLogFolder();
const NOON = Date.UTC(2026, 10, 20, 12);

async function messages(sources: readonly LogSource[], query: Partial<LogQuery>): Promise<string[]> {
  const found: string[] = [];
  for await (const { message } of queryLogs(sources, { clock: systemClock, ...query })) found.push(message);
  return found;
}

/** Writes one line a second from NOON on: `<prefix>0`, `<prefix>1`, … */
function writeLines(name: string, prefix: string, count: number, offsetMs = 0): string {
  const lines = Array.from({ length: count }, (_, i) => brokerLine(NOON + offsetMs + i * 1_000, `${prefix}${i}`));
  writeFileSync(folder.path(name), lines.join(''));
  return folder.path(name);
}

test('the last lines of the merged files, not of each', async () => {
  const a = brokerSource(writeLines('a.log', 'a', 10), 'broker-a');
  const b = brokerSource(writeLines('b.log', 'b', 3), 'broker-b');
  const missing = brokerSource(folder.path('none/broker.log'), 'broker-c');
  expect(await messages([a, b, missing], { lines: 4 })).toEqual(['a6', 'a7', 'a8', 'a9']);
  expect((await messages([a, b, missing], {})).slice(0, 6)).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2']);
  expect(await messages([a, b], { lines: 3, untilMs: NOON + 1_000 })).toEqual(['b0', 'a1', 'b1']);
  expect(await messages([a, b], { lines: 0 })).toEqual([]);
});

test('since reaches into rotated files, compressed or not, and leaves out what is older', async () => {
  mkdirSync(folder.path('otherdays'));
  const archived = (prefix: string, offsetMs: number) =>
    Array.from({ length: 5 }, (_, i) => brokerLine(NOON + offsetMs + i * 1_000, `${prefix}${i}`)).join('');
  const archives = {
    'broker.1.log.gz': ['new', -5_000],
    'broker.2.log': ['old', -10_000],
    'broker.3.log.gz': ['oldest', -15_000],
  } as const;
  for (const [name, [prefix, offsetMs]] of Object.entries(archives)) {
    const text = archived(prefix, offsetMs);
    writeFileSync(folder.path(`otherdays/${name}`), name.endsWith('.gz') ? gzipSync(text) : text);
    utimesSync(folder.path(`otherdays/${name}`), (NOON + offsetMs + 4_500) / 1_000, (NOON + offsetMs + 4_500) / 1_000);
  }
  const source = brokerSource(writeLines('broker.log', 'now', 2));
  const expected = ['old3', 'old4', 'new0', 'new1', 'new2', 'new3', 'new4', 'now0', 'now1'];
  expect(await messages([source], { sinceMs: NOON - 7_000 })).toEqual(expected);
  expect(await messages([source], { sinceMs: NOON - 7_000, lines: 100 })).toEqual(expected);
  expect(await messages([source], { sinceMs: NOON - 7_000, lines: 4 })).toEqual(expected.slice(-4));
  expect(await messages([source], {})).toEqual(['now0', 'now1']);
});

test('an archive that is still being written ends where it ends', async () => {
  mkdirSync(folder.path('otherdays'));
  const whole = gzipSync(brokerLine(NOON - 1_000, 'archived'));
  writeFileSync(folder.path('otherdays/broker.1.log.gz'), whole.subarray(0, whole.length - 9));
  utimesSync(folder.path('otherdays/broker.1.log.gz'), NOON / 1_000, NOON / 1_000);
  const source = brokerSource(writeLines('broker.log', 'now', 1));
  expect((await messages([source], { sinceMs: NOON - 60_000 })).at(-1)).toBe('now0');
});

test('the tail of a 5 GB file reads a few blocks', async () => {
  const file = folder.path('broker.log');
  writeFileSync(file, '');
  truncateSync(file, 5 * 1024 ** 3);
  appendFileSync(file, Array.from({ length: 50 }, (_, i) => brokerLine(NOON + i * 1_000, `line ${i}`)).join(''));
  const source = brokerSource(file);
  expect(await messages([source], { lines: 3 })).toEqual(['line 47', 'line 48', 'line 49']);
  const handle = await open(file);
  try {
    const bytes = await snapshot(handle);
    let bytesRead = 0;
    const read = (position: number, length: number) => {
      bytesRead += length;
      return bytes.read(position, length);
    };
    let count = 0;
    for await (const records of readNewestFirst({ ...bytes, read }, source)) count += records.length;
    expect(count).toBe(50);
    expect(bytesRead).toBeLessThan(1_000_000);
  } finally {
    await handle.close();
  }
});

test('a folder of logs is listed with the kind of each, those of isolated brokers included', async () => {
  mkdirSync(folder.path('otherdays'));
  mkdirSync(folder.path('broker-a_0'));
  const names = ['broker.log', 'broker_default.log', 'namesrv.log', 'remoting.log', 'storeerror.log', 'pop.log', 'notes.txt'];
  for (const name of [...names, 'otherdays/broker.1.log', 'broker-a_0/store.log']) writeFileSync(folder.path(name), '');
  const found = await listLogFiles(folder.root());
  expect(found.map(({ file, kind }) => `${file.slice(folder.root().length + 1)} ${kind}`)).toEqual([
    'broker.log broker',
    'broker_default.log broker',
    'namesrv.log namesrv',
    'pop.log other',
    'remoting.log remoting',
    'storeerror.log store',
    'broker-a_0/store.log store',
  ]);
  expect(await listLogFiles(folder.path('none'))).toEqual([]);
});
