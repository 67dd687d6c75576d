import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../../src/base/clock.js';
import { Follower } from '../../../src/logs/follow.js';
import { LogPattern } from '../../../src/logs/log-pattern.js';
import { queryLogs } from '../../../src/logs/query.js';
import { brokerLine, brokerSource, collect, useLogFolder } from './log-folder.js';

vi.setConfig({ testTimeout: 30_000 });
const folder = useLogFolder();
const line = (message: string) => brokerLine(Date.now(), message);
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i}`);

/**
 * Appends numbered lines in a process of its own and renames the file at random moments, often again before anybody looked;
 * 12 ms apart, as files of the same kernel tick (4 or 10 ms) cannot be told apart by their birth.
 */
const ROTATING_WRITER = `
const fs = require('node:fs');
const [file, count] = process.argv.slice(1);
let fd = fs.openSync(file, 'a'), rotations = 0, rotatedAt = Date.now();
for (let i = 0; i < Number(count); i += 1) {
  fs.writeSync(fd, '2026-11-20 20:00:00 INFO main - ' + i + '\\n');
  if (Math.random() < 0.02 && Date.now() - rotatedAt > 12) {
    rotatedAt = Date.now();
    fs.closeSync(fd);
    fs.renameSync(file, file + '.' + (rotations += 1));
    fd = fs.openSync(file, 'a');
  }
  if (i % 50 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
`;

test('rotation under load: every line once and in order', async () => {
  const file = folder.path('broker.log');
  writeFileSync(file, line('before'));
  const log = collect([brokerSource(file)], { lines: 10 });
  await log.until((messages) => messages.length === 1);
  const writer = spawn(process.execPath, ['-e', ROTATING_WRITER, file, '10000'], { stdio: ['ignore', 'inherit', 'inherit'] });
  await once(writer, 'exit');
  await log.until((messages) => messages.length > 10_000);
  expect(log.messages).toEqual(['before', ...numbers(0, 10_000)]);
});

test('history and following meet without a gap or a double under load', async () => {
  const file = folder.path('broker.log');
  writeFileSync(file, '');
  const writer = spawn(process.execPath, ['-e', ROTATING_WRITER.replace('0.02', '0'), file, '10000'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const isOver = once(writer, 'exit');
  const logs = [];
  for (let i = 0; i < 5; i += 1) {
    const log = collect([brokerSource(file)]);
    logs.push(log);
    await log.until((messages) => messages.length > 1_000 * (i + 1));
  }
  await isOver;
  for (const log of logs) {
    await log.until((messages) => messages.at(-1) === '9999');
    expect(log.messages).toEqual(numbers(0, 10_000));
  }
});

test('a truncated file is read from its start, also where it has grown past the old position since', async () => {
  const file = folder.path('stdout.log');
  writeFileSync(file, 'one\n');
  const log = collect([{ node: 'broker-a', file, kind: 'stdout' }]);
  await log.until((messages) => messages.length === 1);
  truncateSync(file, 0);
  appendFileSync(file, 'two\n');
  await log.until((messages) => messages.length === 2);
  truncateSync(file, 0);
  appendFileSync(file, 'three and more than before\nfour\n');
  await log.until((messages) => messages.length === 4);
  expect(log.messages).toEqual(['one', 'two', 'three and more than before', 'four']);
});

test('a stack trace that is written in pieces is one record, given out once it is quiet', async () => {
  const file = folder.path('broker.log');
  writeFileSync(file, line('before'));
  const log = collect([brokerSource(file)]);
  await log.until((messages) => messages.length === 1);
  appendFileSync(file, `${line('failed')}java.io.IOException: full\n\tat a.b.`);
  appendFileSync(file, 'C(D.java:1)\nCaused by: java.lang.Error\n');
  await log.until((messages) => messages.length === 2);
  expect(log.messages[1]).toBe('failed\njava.io.IOException: full\n\tat a.b.C(D.java:1)\nCaused by: java.lang.Error');
});

test('a line without its end waits for it', async () => {
  const file = folder.path('broker.log');
  writeFileSync(file, `${line('before')}${line('half').slice(0, -3)}`);
  const log = collect([brokerSource(file)]);
  await log.until((messages) => messages.length === 1);
  appendFileSync(file, 'lf\n');
  await log.until((messages) => messages.length === 2);
  expect(log.messages).toEqual(['before', 'half']);
});

test('directories and files that come later, go and come again are followed from their start', async () => {
  const file = folder.path('nodes/broker-a/logs/broker.log');
  const log = collect([brokerSource(file)]);
  for (const round of [1, 2]) {
    mkdirSync(folder.path('nodes/broker-a/logs'), { recursive: true });
    writeFileSync(file, line(`first ${round}`));
    await log.until((messages) => messages.includes(`first ${round}`));
    appendFileSync(file, line(`second ${round}`));
    await log.until((messages) => messages.includes(`second ${round}`));
    rmSync(folder.path('nodes'), { recursive: true });
  }
  expect(log.messages).toEqual(['first 1', 'second 1', 'first 2', 'second 2']);
});

test('what is written just before a rename is read, and a stdout line carries its arrival', async () => {
  const file = folder.path('stdout.log');
  writeFileSync(file, 'before\n');
  const log = collect([{ node: 'broker-a', file, kind: 'stdout' }]);
  await log.until((messages) => messages.length === 1);
  const from = Date.now();
  appendFileSync(file, 'old\nhalf a line');
  renameSync(file, folder.path('stdout.log.1'));
  writeFileSync(file, 'new\n');
  await log.until((messages) => messages.includes('new'));
  expect(log.messages).toEqual(['before', 'old', 'half a line', 'new']);
  for (const { at } of log.records.slice(1)) expect(at).toSatisfy((ms: number) => ms >= from - 1 && ms <= Date.now());
});

test('a file that came and was rotated away before anybody looked is read in its place', async () => {
  const file = folder.path('broker.log');
  mkdirSync(folder.path('otherdays'));
  writeFileSync(folder.path('otherdays/broker.9.log'), line('long ago'));
  writeFileSync(file, line('one'));
  const log = collect([brokerSource(file)]);
  await log.until((messages) => messages.length === 1);
  for (const [message, rotated] of [
    ['two', 'otherdays/broker.2.log'],
    ['three', 'otherdays/broker.1.log'],
    ['four', 'broker.log.tmp'],
  ] as const) {
    renameSync(file, folder.path(rotated));
    // Holds this process, and so the follower, until the kernel's clock has ticked: births tell the files apart.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 12);
    writeFileSync(file, line(message));
  }
  await log.until((messages) => messages.includes('four'));
  expect(log.messages).toEqual(['one', 'two', 'three', 'four']);
});

test('changes that follow one another so fast that only the first is told are all read, without the look around each second', async () => {
  const file = folder.path('stdout.log');
  writeFileSync(file, '');
  const eventsAlone: Clock = { ...systemClock, after: (ms, run) => (ms >= 1_000 ? () => {} : systemClock.after(ms, run)) };
  const log = collect([{ node: 'broker-a', file, kind: 'stdout' }], { clock: eventsAlone });
  for (let round = 0; round < 5; round += 1) {
    for (const piece of ['a line ', 'in ', `pieces ${round}\n`]) {
      appendFileSync(file, piece);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await log.until((messages) => messages.length === round + 1);
  }
  expect(log.messages).toEqual(numbers(0, 5).map((round) => `a line in pieces ${round}`));
});

test('filters hold while following, and a source has its own level', async () => {
  const file = folder.path('store.log');
  const log = collect([{ node: 'broker-a', file, kind: 'store', minLevel: 'WARN' }], { grep: new LogPattern('disk') });
  const text = ['INFO disk info', 'WARN disk slow', 'WARN net slow', 'ERROR disk full'].map((words) => {
    const [level, ...rest] = words.split(' ');
    return brokerLine(Date.now(), rest.join(' '), level);
  });
  writeFileSync(file, text.join(''));
  await log.until((messages) => messages.includes('disk full'));
  expect(log.messages).toEqual(['disk slow', 'disk full']);
});

test('a slow reader makes the file wait: no more than a chunk is read ahead, and rotations meanwhile lose nothing', async () => {
  const file = folder.path('broker.log');
  writeFileSync(file, '');
  const stop = new AbortController();
  const follower = await Follower.open([brokerSource(file)], systemClock, stop.signal);
  try {
    const records = follower.records();
    const write = (from: number) =>
      appendFileSync(
        file,
        numbers(from, from + 10_000)
          .map(line)
          .join(''),
      );
    write(0);
    expect((await records.next()).value?.message).toBe('0');
    renameSync(file, folder.path('broker.log.1'));
    write(10_000);
    await follower.files[0]?.noticeRotation();
    rmSync(folder.path('broker.log.1'));
    renameSync(file, folder.path('broker.log.2'));
    write(20_000);
    expect(follower.files[0]?.position).toBeLessThanOrEqual(65_536);
    const rest: (string | undefined)[] = [];
    while (rest.length < 29_999) rest.push((await records.next()).value?.message);
    expect(rest).toEqual(numbers(1, 30_000));
  } finally {
    stop.abort();
    await follower.close();
  }
});

test('following ends at until, and a file that cannot be read is an error with its path', async () => {
  const file = folder.path('broker.log');
  writeFileSync(file, line('one'));
  const found: string[] = [];
  const query = { clock: systemClock, follow: true, untilMs: Date.now() + 300 };
  for await (const { message } of queryLogs([brokerSource(file)], query)) found.push(message);
  expect(found).toEqual(['one']);
  const unreadable = brokerSource(`${folder.path('x'.repeat(300))}/broker.log`);
  await expect(queryLogs([unreadable], { clock: systemClock }).next()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});
