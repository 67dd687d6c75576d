import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RmqdevError } from '../../../src/base/errors.js';
import { readClassFile } from '../../../src/install/class-file.js';
import { onlyDashboardIn, parseManifest, readDashboardJar } from '../../../src/install/dashboard-jar.js';
import { classFile, writeDashboardJar } from '../../support/dashboard-jar.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rd-jar-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it was accepted');
    },
    (error: RmqdevError) => ({ code: error.code, ...error.text }),
  );

test.each([
  ['console', '1.0.0', 8],
  ['dashboard-1', '1.0.0', 8],
  ['dashboard-2', '2.1.0', 17],
] as const)('a jar of %s says what it is and which Java it needs', async (generation, version, java) => {
  const path = await writeDashboardJar(join(folder, 'd.jar'), { generation, version, java });
  expect(await readDashboardJar(path)).toMatchObject({ path, generation, version, java, modifiedMs: expect.any(Number) });
});

test('a jar without one of its marks is refused by name', async () => {
  const without = ['application.yml'];
  const path = await writeDashboardJar(join(folder, 'd.jar'), { without });
  expect(await errorOf(readDashboardJar(path))).toMatchObject({
    code: 'DASHBOARD_INVALID',
    what: `${path} is not a RocketMQ dashboard`,
    why: expect.stringContaining('application.properties or application.yml'),
  });
});

test('a folder names the jars in it', async () => {
  const path = await writeDashboardJar(join(folder, 'd.jar'));
  expect(await errorOf(readDashboardJar(folder))).toMatchObject({ code: 'DASHBOARD_INVALID', next: `Name the jar: ${path}` });
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  expect(await errorOf(readDashboardJar(empty))).toMatchObject({ code: 'DASHBOARD_INVALID', why: 'it is a folder' });
});

test('of several jars in the folder none is guessed', async () => {
  expect(await errorOf(onlyDashboardIn(folder))).toMatchObject({
    code: 'DASHBOARD_NOT_FOUND',
    next: expect.stringContaining('rmqdev help dashboard'),
  });
  const first = await writeDashboardJar(join(folder, 'a.jar'));
  expect(await onlyDashboardIn(folder)).toBe(first);
  await writeDashboardJar(join(folder, 'b.jar'));
  expect(await errorOf(onlyDashboardIn(folder))).toMatchObject({
    code: 'DASHBOARD_NOT_FOUND',
    why: expect.stringContaining('a.jar, b.jar'),
  });
});

test('a manifest is read as Java reads it: continued lines, and only its first section', () => {
  const text = 'Manifest-Version: 1.0\r\nStart-Class: org.apache.\r\n rocketmq.App\r\n\r\nName: x\r\nStart-Class: other\r\n';
  expect(Object.fromEntries(parseManifest(text))).toEqual({ 'Manifest-Version': '1.0', 'Start-Class': 'org.apache.rocketmq.App' });
});

test('a class file gives its version and its texts, also behind a long, which counts twice', () => {
  expect(readClassFile(classFile(21, ['setUseTLS', 'ünï']))).toEqual({ major: 65, texts: new Set(['setUseTLS', 'ünï']) });
  expect(() => readClassFile(Buffer.from('PK\u0003\u0004 no class file'))).toThrow('not a class file');
});
