import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeFolder } from '../../../../src/cli/export/write-folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rmqdev-write-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FILES = [
  { path: 'compose.yaml', text: 'new\n' },
  { path: 'conf/broker-a.conf', text: 'a=1\n' },
  { path: 'start.sh', text: '#!/bin/sh\n', isExecutable: true },
];

test('writes into a folder that is empty or not there yet', async () => {
  const root = await writeFolder(join(folder, 'new'), FILES, false);
  expect(readFileSync(join(root, 'conf', 'broker-a.conf'), 'utf8')).toBe('a=1\n');
  expect(statSync(join(root, 'start.sh')).mode & 0o111).not.toBe(0);
  expect(statSync(join(root, 'compose.yaml')).mode & 0o111).toBe(0);
});

test('a file with a secret is for its owner only, also if it replaces one that others could read', async () => {
  writeFileSync(join(folder, 'broker-a.conf'), 'old', { mode: 0o644 });
  await writeFolder(folder, [{ path: 'broker-a.conf', text: 'secretKey=x\n', isSecret: true }], true);
  expect(statSync(join(folder, 'broker-a.conf')).mode & 0o777).toBe(0o600);
});

test('a folder that holds a file is refused, and nothing is written', async () => {
  writeFileSync(join(folder, 'mine.txt'), 'mine');
  await expect(writeFolder(folder, FILES, false)).rejects.toMatchObject({ code: 'FILE_NOT_WRITTEN' });
  expect(readdirSync(folder)).toEqual(['mine.txt']);
});

test('with --force only the files of the export are replaced', async () => {
  writeFileSync(join(folder, 'mine.txt'), 'mine');
  writeFileSync(join(folder, 'compose.yaml'), 'old');
  await writeFolder(folder, FILES, true);
  expect(readFileSync(join(folder, 'compose.yaml'), 'utf8')).toBe('new\n');
  expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine');
});

test('a file in place of the folder, and a folder in place of a file, are refused', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(writeFolder(join(folder, 'file'), FILES, true)).rejects.toMatchObject({ code: 'FILE_NOT_WRITTEN' });
  mkdirSync(join(folder, 'out', 'compose.yaml', 'x'), { recursive: true });
  await expect(writeFolder(join(folder, 'out'), FILES, true)).rejects.toMatchObject({ code: 'FILE_NOT_WRITTEN' });
});
