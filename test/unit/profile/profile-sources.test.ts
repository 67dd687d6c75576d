import { mkdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readProfileSources } from '../../../src/profile/profile-sources.js';
import { ProfileFolder, SMALL } from './profile-folder.js';

let folder: ProfileFolder;
beforeEach(() => {
  folder = new ProfileFolder();
});
afterEach(() => folder.dispose());

const read = async (name: string) => {
  const sources = await readProfileSources(name, folder);
  const there = [...sources].flatMap(([file, source]) => (source ? [file] : []));
  return { there, absent: [...sources.keys()].filter((file) => !there.includes(file)) };
};

test('the files of a profile are its own and all that it extends, from folder to folder', async () => {
  mkdirSync(join(folder.cwd, 'team'));
  const own = folder.write('rmqdev.yaml', 'extends: ./team/base.yaml\n');
  const base = folder.write('team/base.yaml', 'extends: ../more.yaml\n');
  const more = folder.write('more.yaml', 'extends: single\n');
  expect((await read('rmqdev')).there).toEqual([own, base, more, join(folder.shippedProfiles, 'single.yaml')]);
});

test('a place that is looked at first counts: what comes there is read instead', async () => {
  expect((await read('single')).absent).toContain(join(folder.userProfiles, 'single.yaml'));
  const own = folder.write('single.yaml', 'extends: single\n', folder.userProfiles);
  expect((await read('single')).there).toEqual([own, join(folder.shippedProfiles, 'single.yaml')]);
});

test('what is wrong with a profile does not hide its files: a parent that is broken or absent is one of them', async () => {
  const own = folder.write('rmqdev.yaml', `extends: ./base.yaml\nnodes: { broker-a: { heap: much } }\n`);
  expect(await read('rmqdev')).toEqual({
    there: [own],
    absent: [join(folder.cwd, 'base.yaml'), join(folder.cwd, 'base.yaml', 'rmqdev.yaml')],
  });
  const base = folder.write('base.yaml', 'nodes: [\n');
  expect((await read('rmqdev')).there).toEqual([own, base]);
  rmSync(own);
  expect(await read('rmqdev')).toMatchObject({ there: [], absent: expect.arrayContaining([own]) });
});

test('profiles that extend each other end', async () => {
  const a = folder.write('a.yaml', 'extends: ./b.yaml\n');
  const b = folder.write('b.yaml', 'extends: ./a.yaml\n');
  expect((await read('./a.yaml')).there).toEqual([a, b]);
});

test('a file that has not been written since is not read again; one that was written a moment ago is', async () => {
  const own = folder.write('a.yaml', SMALL);
  const at = (secondsAgo: number) => utimesSync(own, new Date(), new Date(Date.now() - secondsAgo * 1_000));
  const first = await readProfileSources('./a.yaml', folder);
  const again = await readProfileSources('./a.yaml', folder, first);
  expect(again.get(own)).not.toBe(first.get(own));
  at(10);
  const settled = await readProfileSources('./a.yaml', folder, again);
  expect((await readProfileSources('./a.yaml', folder, settled)).get(own)).toBe(settled.get(own));
  at(9);
  const touched = await readProfileSources('./a.yaml', folder, settled);
  expect(touched.get(own)?.text).toBe(SMALL);
  expect(touched.get(own)?.modifiedMs).not.toBe(settled.get(own)?.modifiedMs);
});
