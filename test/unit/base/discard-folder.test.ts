import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { discardFolder, isDiscarded, removeDiscarded } from '../../../src/base/discard-folder.js';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'rmqdev-discard-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

function folder(name: string): string {
  mkdirSync(join(parent, name, 'nodes'), { recursive: true });
  writeFileSync(join(parent, name, 'cluster.json'), '{}');
  return join(parent, name);
}

test('the folder is gone at once and as a whole, its files a little later', async () => {
  const path = folder('dev');
  const remove = discardFolder(path);
  expect(existsSync(path)).toBe(false);
  expect(readdirSync(parent).map(isDiscarded)).toEqual([true]);
  await remove();
  expect(readdirSync(parent)).toEqual([]);
});

test('what a death before the end leaves is removed later, and nothing else', async () => {
  discardFolder(folder('dev'));
  folder('other');
  await removeDiscarded(parent);
  expect(readdirSync(parent)).toEqual(['other']);
});

test('a folder that is not there is no error', async () => {
  await discardFolder(join(parent, 'none'))();
  expect(readdirSync(parent)).toEqual([]);
});
