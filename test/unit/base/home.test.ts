import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RmqdevError } from '../../../src/base/errors.js';
import { prepareHome } from '../../../src/base/home.js';
import { HomePaths, MAX_SOCKET_PATH_BYTES } from '../../../src/base/paths.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rmqdev-home-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('RMQDEV_HOME says where everything lies, else ~/.rmqdev; empty is not set', () => {
  expect(HomePaths.fromEnvironment({ RMQDEV_HOME: folder }).root).toBe(folder);
  expect(HomePaths.fromEnvironment({ RMQDEV_HOME: '' }).root).toBe(join(homedir(), '.rmqdev'));
  expect(HomePaths.fromEnvironment({}).root).toBe(join(homedir(), '.rmqdev'));
});

test('a relative RMQDEV_HOME is settled at once, so that a change of directory does not move it', () => {
  expect(HomePaths.fromEnvironment({ RMQDEV_HOME: 'dev' }).socket).toBe(join(process.cwd(), 'dev', 'daemon.sock'));
});

test('a home is made with its parents, for its owner alone', () => {
  const home = new HomePaths(join(folder, 'a', 'home'));
  prepareHome(home);
  expect(statSync(home.root).mode & 0o777).toBe(0o700);
});

test('a folder that was there keeps its mode; one that everybody may write into is refused', () => {
  const home = new HomePaths(folder);
  chmodSync(folder, 0o755);
  prepareHome(home);
  expect(statSync(folder).mode & 0o777).toBe(0o755);
  chmodSync(folder, 0o777);
  expect(() => prepareHome(home)).toThrow(expect.objectContaining({ code: 'HOME_NOT_WRITABLE' }));
  expect(statSync(folder).mode & 0o777).toBe(0o777);
});

const lengthTo = (bytes: number) => '/'.padEnd(bytes - '/daemon.sock'.length, 'x');

test('a socket path of 103 bytes is allowed, one of 104 is not, and bytes count, not letters', () => {
  const tooLong = (root: string) => {
    try {
      prepareHome(new HomePaths(root));
    } catch (error) {
      return (error as RmqdevError).code === 'SOCKET_PATH_TOO_LONG';
    }
    return false;
  };
  expect(Buffer.byteLength(new HomePaths(lengthTo(103)).socket)).toBe(MAX_SOCKET_PATH_BYTES);
  expect(tooLong(lengthTo(104))).toBe(true);
  expect(tooLong(lengthTo(100).replaceAll('x', 'é'))).toBe(true);
  const filler = 'y'.repeat(MAX_SOCKET_PATH_BYTES - Buffer.byteLength(join(folder, '', 'daemon.sock')) - 1);
  expect(tooLong(join(folder, filler))).toBe(false);
});

test('a home below a file is an error that names it', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const home = new HomePaths(join(file, 'home'));
  expect(() => prepareHome(home)).toThrow(
    expect.objectContaining({
      code: 'HOME_NOT_WRITABLE',
      text: expect.objectContaining({ what: `RMQDEV_HOME cannot be used: ${home.root}` }),
    }),
  );
});
