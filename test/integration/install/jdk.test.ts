import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { findJdk, type JdkWorld, listJdks } from '../../../src/install/jdk.js';
import { usualPlaces } from '../../../src/install/jdk-places.js';
import { until } from '../../support/until.js';

let home: string;

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'rmqdev-jdk-')));
});

afterEach(() => rm(home, { recursive: true }));

const world = (wish: Partial<JdkWorld> = {}): JdkWorld => ({
  clock: systemClock,
  platform: 'linux',
  places: ['~/.jdks/*'],
  timeoutMs: 10_000,
  ...wish,
});

/** A folder that looks like a JDK: a release file, or none, and a bin/java that runs `script`. */
async function fakeJdk(folder: string, version: string | undefined, script = 'exit 1'): Promise<string> {
  const jdk = join(home, folder);
  await mkdir(join(jdk, 'bin'), { recursive: true });
  await writeFile(join(jdk, 'bin', 'java'), `#!/bin/sh\n${script}\n`);
  await chmod(join(jdk, 'bin', 'java'), 0o755);
  if (version) await writeFile(join(jdk, 'release'), `IMPLEMENTOR="Fake"\nJAVA_VERSION="${version}"\n`);
  return jdk;
}

const find = (wanted: string | undefined, env: NodeJS.ProcessEnv = {}, release = '5.5.0') =>
  findJdk({ wanted, env, home, release }, world());

describe('without a wish', () => {
  test('JAVA_HOME comes before PATH, PATH before the usual places', async () => {
    const [atHome, onPath, usual] = await Promise.all([fakeJdk('a', '17.0.1'), fakeJdk('b', '21.0.1'), fakeJdk('.jdks/c', '25.0.1')]);
    const PATH = join(onPath, 'bin');
    expect(await find(undefined, { JAVA_HOME: atHome, PATH })).toEqual({
      home: atHome,
      java: join(atHome, 'bin', 'java'),
      major: 17,
      version: '17.0.1',
      vendor: 'Fake',
      source: 'JAVA_HOME',
    });
    expect(await find(undefined, { PATH })).toMatchObject({ home: onPath, source: 'PATH' });
    expect(await find(undefined)).toMatchObject({ home: usual, source: 'usual place' });
  });

  test('the newest LTS of the usual places is taken', async () => {
    await Promise.all(['8.0.1', '11.0.9', '17.0.9', '17.0.10', '24.0.1'].map((version) => fakeJdk(`.jdks/jdk-${version}`, version)));
    expect(await find(undefined)).toMatchObject({ version: '17.0.10' });
  });

  test('one that RocketMQ cannot run on is passed over', async () => {
    const old = await fakeJdk('old', '1.7.0_80');
    const good = await fakeJdk('.jdks/good', '11.0.2');
    expect(await find(undefined, { JAVA_HOME: old })).toMatchObject({ home: good });
  });

  test('where none suits, the error says which were found and why they do not', async () => {
    const old = await fakeJdk('old', '1.7.0_80');
    await expect(find(undefined, { JAVA_HOME: old })).rejects.toMatchObject({
      code: 'JAVA_UNSUITABLE',
      text: { why: `1.7.0_80 (${old}): RocketMQ 5.5.0 needs Java 8 or newer, and this is Java 7` },
    });
  });

  test('a JAVA_HOME that holds no JDK does not hide the next one', async () => {
    const usual = await fakeJdk('.jdks/c', '25.0.1');
    expect(await find(undefined, { JAVA_HOME: join(home, 'gone') })).toMatchObject({ home: usual });
  });

  test('where there is none, the error lists the places and what is wrong with them', async () => {
    await expect(find(undefined, { JAVA_HOME: join(home, 'gone'), PATH: join(home, 'bin') })).rejects.toMatchObject({
      code: 'JAVA_NOT_FOUND',
      text: {
        why: `rmqdev searched JAVA_HOME: ${join(home, 'gone/bin/java')} is missing or not executable, PATH (no java), ~/.jdks/*; it found no JDK`,
      },
    });
  });
});

describe('a wish', () => {
  test('for a major version is looked for everywhere', async () => {
    const [seventeen, twentyOne] = await Promise.all([
      fakeJdk('a', '17.0.1'),
      fakeJdk('.jdks/b', '21.0.1'),
      fakeJdk('.jdks/c', '1.8.0_392'),
    ]);
    const env = { JAVA_HOME: seventeen };
    expect(await find('17', env)).toMatchObject({ home: seventeen, source: 'JAVA_HOME' });
    expect(await find('21', env)).toMatchObject({ home: twentyOne, source: 'usual place' });
    expect(await find('8', env)).toMatchObject({ version: '1.8.0_392', major: 8 });
    expect(await find('1.8', env)).toMatchObject({ major: 8 });
  });

  test('for a major version that is not there names those that are', async () => {
    const jdk = await fakeJdk('.jdks/b', '21.0.1');
    await expect(find('17')).rejects.toMatchObject({
      code: 'JAVA_NOT_FOUND',
      text: { what: 'No JDK 17 was found', why: expect.stringContaining(`found 21.0.1 (${jdk})`) },
    });
  });

  test('for a path may name the home, its java, a macOS bundle, or start at the home of the user', async () => {
    const plain = await fakeJdk('my jdk', '17.0.1');
    const inBundle = await fakeJdk('x.jdk/Contents/Home', '21.0.1');
    expect(await find(plain)).toMatchObject({ home: plain, source: 'wanted' });
    expect(await find(join(plain, 'bin/java'))).toMatchObject({ home: plain });
    expect(await find(join(home, 'x.jdk'))).toMatchObject({ home: inBundle });
    expect(await find('~/my jdk')).toMatchObject({ home: plain });
  });

  test('for a path is never replaced by another JDK', async () => {
    const jdk = await fakeJdk('a', '17.0.1');
    await expect(find(join(home, 'nowhere'), { JAVA_HOME: jdk })).rejects.toMatchObject({
      code: 'JAVA_NOT_FOUND',
      text: { what: `There is no JDK at ${join(home, 'nowhere')}` },
    });
  });
});

describe('without a release file', () => {
  const tells = (javaHome: string) => `cat >&2 <<END
    java.home = ${javaHome}
    java.vendor = Fake
    java.version = 11.0.5
END`;

  test('java is asked, and a script of a version manager leads to the JDK behind it', async () => {
    const real = await fakeJdk('real', undefined);
    const shims = await fakeJdk('shims', undefined, tells(real));
    expect(await find(undefined, { PATH: `${join(shims, 'bin')}:/usr/bin:/bin` })).toMatchObject({
      home: real,
      java: join(real, 'bin', 'java'),
      version: '11.0.5',
      source: 'PATH',
    });
  });

  test('a java that answers nonsense is no JDK', async () => {
    const jdk = await fakeJdk('a', undefined, 'echo hello; exit 3');
    await expect(find(jdk)).rejects.toMatchObject({
      code: 'JAVA_NOT_FOUND',
      text: { why: `${join(jdk, 'bin/java')} -version ended with 3 and printed no version` },
    });
  });

  test('a java that hangs is given up and leaves no process', async () => {
    const pidFile = join(home, 'pid');
    const jdk = await fakeJdk('a', undefined, `sleep 600 &\necho $! > '${pidFile}'\nwait`);
    const request = { wanted: jdk, env: { PATH: '/usr/bin:/bin' }, home };
    await expect(findJdk(request, world({ timeoutMs: 1_000 }))).rejects.toMatchObject({
      code: 'JAVA_NOT_FOUND',
      text: { why: `${join(jdk, 'bin/java')} did not print its version within 1000 ms` },
    });
    const pid = Number(await readFile(pidFile, 'utf8'));
    expect(pid).toBeGreaterThan(1);
    await until(() => expect(isRunning(pid)).toBe(false));
  });

  /** A zombie, which only waits for init, does not run. */
  function isRunning(pid: number): boolean {
    const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    return /^[^Z]/.test(stdout.trim());
  }
});

describe('listJdks', () => {
  test('each JDK comes once, however many ways lead to it', async () => {
    const jdk = await fakeJdk('.jdks/a', '17.0.1');
    await symlink(jdk, join(home, '.jdks', 'current'));
    const jdks = await listJdks({ env: { JAVA_HOME: jdk, PATH: join(home, '.jdks/current/bin') }, home }, world());
    expect(jdks).toMatchObject([{ home: jdk, source: 'JAVA_HOME' }]);
  });

  test('a folder without a java that may be run is none', async () => {
    const jdk = await fakeJdk('.jdks/a', '17.0.1');
    await chmod(join(jdk, 'bin', 'java'), 0o644);
    await mkdir(join(home, '.jdks', 'empty'));
    expect(await listJdks({ env: {}, home }, world())).toEqual([]);
  });
});

test('the java on PATH of this machine is found, and is what it says', async () => {
  const jdk = await findJdk({ wanted: undefined, env: { PATH: process.env.PATH }, home });
  expect(jdk.source).toBe('PATH');
  expect(jdk.major).toBeGreaterThanOrEqual(8);
  expect(existsSync(jdk.java)).toBe(true);
});

test.each(['linux', 'darwin'] as const)('%s has its places', (platform) => {
  expect(usualPlaces(platform)).toContain('~/.sdkman/candidates/java/*');
});
