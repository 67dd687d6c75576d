import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileLogger } from '../../../src/base/logger.js';
import { capFile } from '../../../src/process/cap-file.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rmqdev-cap-'));
  file = join(folder, 'stdout.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `line ${String(from + i).padStart(4, '0')}\n`).join('');

test('a file at its limit is left alone, and so is a missing one', async () => {
  writeFileSync(file, lines(0, 40));
  expect(await capFile(file, 400)).toBe(false);
  expect(await capFile(join(folder, 'missing'), 400)).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe(lines(0, 40));
  expect(existsSync(`${file}.1`)).toBe(false);
});

test('a larger one keeps its last whole lines beside it, and its writer goes on at the start', async () => {
  const writer = openSync(file, 'a');
  writeSync(writer, lines(0, 45));
  expect(await capFile(file, 420)).toBe(true);
  writeSync(writer, 'after\n');
  closeSync(writer);
  expect(readFileSync(`${file}.1`, 'utf8')).toBe(lines(35, 45));
  expect(readFileSync(file, 'utf8')).toBe('after\n');
});

test('it is emptied even where the copy fails, and the failure is told', async () => {
  writeFileSync(file, lines(0, 100));
  mkdirSync(`${file}.1`);
  await expect(capFile(file, 400)).rejects.toMatchObject({ code: 'EISDIR' });
  expect(readFileSync(file, 'utf8')).toBe('');
});

test('nothing that this process writes meanwhile is lost, and every line stays whole', async () => {
  const log = fileLogger(file);
  let count = 0;
  let isOver = false;
  const writing = (async () => {
    while (!isOver) {
      log.info({ count }, 'a line');
      count += 1;
      await new Promise(setImmediate);
    }
  })();
  const read = (path: string) =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): number => JSON.parse(line).count);
  for (let round = 0; round < 20; round += 1) {
    while (!(await capFile(file, 4_000))) await new Promise(setImmediate);
    const before = count;
    while (count === before) await new Promise(setImmediate);
    const [kept, now] = [read(`${file}.1`), read(file)];
    expect(now[0]).toBe((kept.at(-1) as number) + 1);
  }
  isOver = true;
  await writing;
});

test('the copy is as private as the file', async () => {
  writeFileSync(file, lines(0, 100), { mode: 0o600 });
  await capFile(file, 400);
  expect(statSync(`${file}.1`).mode & 0o777).toBe(0o600);
});
