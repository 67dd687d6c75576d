import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clusterNameOf, findProfile, profileNames } from '../../../src/profile/find-profile.js';
import { listProfiles } from '../../../src/profile/list-profiles.js';
import { ProfileFolder, SMALL } from './profile-folder.js';

let folder: ProfileFolder;
beforeEach(() => {
  folder = new ProfileFolder();
});
afterEach(() => folder.dispose());

test('a shipped profile is found by its name, and by an alias that stays its name', async () => {
  expect(await findProfile('single', folder)).toEqual({
    name: 'single',
    file: join(folder.shippedProfiles, 'single.yaml'),
    source: 'shipped',
  });
  expect(await findProfile('2m2s', folder)).toEqual({
    name: '2m2s',
    file: join(folder.shippedProfiles, '2m2s-sync.yaml'),
    source: 'shipped',
  });
  expect((await folder.load('2m2s')).profile.name).toBe('2m2s');
});

test("the user's profile hides the shipped one of the same name, also behind an alias", async () => {
  const single = folder.write('single.yaml', SMALL, folder.userProfiles);
  const sync = folder.write('2m2s-sync.yml', SMALL, folder.userProfiles);
  expect(await findProfile('single', folder)).toEqual({ name: 'single', file: single, source: 'user' });
  expect(await findProfile('2m2s', folder)).toEqual({ name: '2m2s', file: sync, source: 'user' });
});

test('the profile of a project is found as ".", as "rmqdev" and by its path; a folder stands for the rmqdev.yaml in it', async () => {
  const file = folder.write('rmqdev.yaml', SMALL);
  for (const name of ['.', 'rmqdev', './rmqdev.yaml', 'rmqdev.yaml', file, folder.cwd]) {
    expect(await findProfile(name, folder)).toEqual({ name: 'rmqdev', file, source: 'here' });
  }
});

test.each([
  ['/home/me/shop/rmqdev.yaml', 'here', 'shop'],
  ['/home/me/my shop (new)/rmqdev.yaml', 'here', 'my-shop-new'],
  ['/home/me/.hidden/rmqdev.yaml', 'here', 'hidden'],
  [`/home/me/${'x'.repeat(80)}/rmqdev.yaml`, 'here', 'x'.repeat(63)],
  ['/home/me/商店/rmqdev.yaml', 'here', 'rmqdev'],
  ['/rmqdev.yaml', 'here', 'rmqdev'],
  ['/home/me/.rmqdev/profiles/rmqdev.yaml', 'user', 'rmqdev'],
  ['/home/me/shop/orders.yaml', 'here', 'orders'],
] as const)('the cluster of %s (%s) is called %s', (file, source, name) => {
  expect(clusterNameOf({ name: basename(file, '.yaml'), file, source })).toBe(name);
});

test('a name without a profile is an error with all names and the nearest', async () => {
  folder.write('mine.yaml', SMALL, folder.userProfiles);
  const error = await folder.errorOf('singel');
  expect(error.code).toBe('PROFILE_NOT_FOUND');
  expect(error.text.why).toContain(
    'known are mine, 2m-noslave, 2m2s-async, 2m2s-sync, 2m2s, 2m2s-two-hosts, controller, dledger-three-hosts, dledger, proxy, single',
  );
  expect(error.text.next).toContain('Did you mean "single"?');
});

test('a path without a file is an error with the absolute path', async () => {
  const error = await folder.errorOf('./nothing.yaml');
  expect(error.code).toBe('PROFILE_NOT_FOUND');
  expect(error.text.why).toBe(`${join(folder.cwd, 'nothing.yaml')} does not exist`);
});

test.each(['', 'constructor', '__proto__', 'a b', 'x\0y', '../..'])('%j is no profile', async (name) => {
  expect((await folder.errorOf(name)).code).toBe('PROFILE_NOT_FOUND');
});

test('profiles are listed once each with description, aliases and node count, broken ones with what is wrong', async () => {
  folder.write('rmqdev.yaml', `description: The shop\nextends: single\n`);
  folder.write('single.yaml', `description: Mine\n${SMALL}`, folder.userProfiles);
  folder.write('broken.yaml', 'nodse: {}\n', folder.userProfiles);
  folder.write('notes.txt', 'no profile', folder.userProfiles);
  const listed = await listProfiles(folder);
  expect(listed.map(({ name, source, nodes }) => [name, source, nodes])).toEqual([
    ['rmqdev', 'here', 3],
    ['broken', 'user', 0],
    ['single', 'user', 3],
    ['2m-noslave', 'shipped', 4],
    ['2m2s-async', 'shipped', 6],
    ['2m2s-sync', 'shipped', 6],
    ['2m2s-two-hosts', 'shipped', 6],
    ['controller', 'shipped', 8],
    ['dledger-three-hosts', 'shipped', 6],
    ['dledger', 'shipped', 5],
    ['proxy', 'shipped', 3],
  ]);
  expect(listed.map(({ description }) => description).slice(0, 3)).toEqual(['The shop', '', 'Mine']);
  expect(listed[1]?.problem).toContain('did you mean "nodes"');
  expect(listed.find(({ name }) => name === '2m2s-sync')?.aliases).toEqual(['2m2s']);
});

test('folders that do not exist hold no profile', async () => {
  const nowhere = join(folder.cwd, 'nowhere');
  expect(await profileNames({ cwd: nowhere, userProfiles: nowhere, shippedProfiles: nowhere })).toEqual([]);
});

test('a folder is no profile', async () => {
  mkdirSync(join(folder.userProfiles, 'single.yaml'));
  expect((await findProfile('single', folder)).source).toBe('shipped');
});
