import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../support/until.js';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Loads a module only when it is asked to, as a daemon may that has run for days. */
const PROGRAM = `
import { createInterface } from 'node:readline';
console.log('up');
createInterface({ input: process.stdin }).on('line', async () => console.log((await import('../late.js')).late));
`;

/** A small project that is built as this one is. */
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rmqdev-build-'));
  for (const file of [
    'scripts/build.mjs',
    'scripts/build/bundle.mjs',
    'scripts/build/start.cjs',
    'tsconfig.json',
    'tsconfig.build.json',
    'package.json',
    'package-lock.json',
  ])
    cpSync(join(REPOSITORY, file), join(root, file));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  source('cli/main.ts', PROGRAM);
  source('cli/commands/status.ts', 'export {};\n');
  source('cli/output/text-output.ts', 'export {};\n');
  source('daemon/main.ts', `console.log('daemon');\n`);
  source('late.ts', `export const late: string = 'old';\n`);
});
afterEach(() => rmSync(root, { recursive: true }));

const source = (name: string, text: string) => {
  const file = join(root, 'src', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};
const build = (...args: string[]) =>
  execa(process.execPath, [join(root, 'scripts', 'build.mjs'), ...args], { reject: false, stdin: 'ignore', all: true });
/** As npm does it: `npm ci`, `npm pack`, npx. */
const buildPrograms = () => build('--programs');
const dist = () => readdirSync(join(root, 'dist')).toSorted();
/** Another folder is another number. */
const folderNumber = () => statSync(join(root, 'dist')).ino;
const beside = () => readdirSync(root).filter((name) => name.startsWith('.build') || name.startsWith('dist'));

test('a second build of the same sources builds nothing; one that differs in a byte or lacks a file builds all', async () => {
  source('gone.ts', 'export {};\n');
  expect(await build()).toMatchObject({ exitCode: 0, all: '' });
  expect(dist()).toEqual(['bin', 'cli', 'daemon', 'gone.js', 'late.js', 'made-from.sha256']);
  expect(statSync(join(root, 'dist', 'bin', 'rmqdev.cjs')).mode & 0o777).toBe(0o755);
  const first = folderNumber();
  source('late.ts', `export const late: string = 'old';\n`);
  expect(await build()).toMatchObject({ exitCode: 0, all: '' });
  expect(folderNumber()).toBe(first);

  rmSync(join(root, 'src', 'gone.ts'));
  expect((await build()).exitCode).toBe(0);
  expect(folderNumber()).not.toBe(first);
  expect(dist()).toEqual(['bin', 'cli', 'daemon', 'late.js', 'made-from.sha256']);
  expect(beside()).toEqual(['dist']);
});

test('programs alone: bundled without the modules, once, and kept by a whole build of the same sources', async () => {
  expect(await buildPrograms()).toMatchObject({ exitCode: 0, all: '' });
  expect(dist()).toEqual(['bin']);
  const first = folderNumber();
  await buildPrograms();
  expect(folderNumber()).toBe(first);
  const main = join(root, 'dist', 'bin', 'daemon-main.cjs');
  appendFileSync(main, '// bundled once');
  expect(await build()).toMatchObject({ exitCode: 0, all: '' });
  expect(dist()).toEqual(['bin', 'cli', 'daemon', 'late.js', 'made-from.sha256']);
  expect(statSync(join(root, 'dist', 'bin', 'rmqdev.cjs')).mode & 0o777).toBe(0o755);
  expect(readFileSync(main, 'utf8')).toContain('// bundled once');
  const whole = folderNumber();
  await buildPrograms();
  expect(folderNumber()).toBe(whole);

  source('daemon/main.ts', `console.log('another');\n`);
  await buildPrograms();
  expect(readFileSync(main, 'utf8')).toContain('another');
  expect(dist(), 'no modules of other sources').toEqual(['bin']);
  source('daemon/main.ts', 'console.log(;\n');
  const failed = await buildPrograms();
  expect(failed.exitCode).toBe(1);
  expect(failed.all).toMatch(/src\/daemon\/main\.ts[\s\S]*dist is as it was/);
  expect(readFileSync(main, 'utf8')).toContain('another');
  expect(beside()).toEqual(['dist']);
});

test('a program that runs goes on over a build, and over one that fails', async () => {
  await build();
  const program = spawn(process.execPath, [join(root, 'dist', 'bin', 'rmqdev.cjs')], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  program.stdout.on('data', (chunk) => {
    said += chunk;
  });
  try {
    await until(() => expect(said).toBe('up\n'));
    source('broken.ts', 'export const broken: string = 1;\n');
    const failed = await build();
    expect(failed).toMatchObject({ exitCode: 1 });
    expect(failed.all).toMatch(/src\/broken\.ts.*TS2322[\s\S]*src does not compile; dist is as it was/);
    rmSync(join(root, 'src', 'broken.ts'));
    source('late.ts', `export const late: string = 'new';\n`);
    expect((await build()).exitCode).toBe(0);
    program.stdin.end('\n');
    expect(await once(program, 'close')).toEqual([0, null]);
    expect(said).toBe('up\nnew\n');
    expect(beside()).toEqual(['dist']);
  } finally {
    program.kill('SIGKILL');
  }
});

test('the compiled code that a program keeps is used again, and ignored if it is damaged or cannot be kept', async () => {
  await build();
  const bin = join(root, 'dist', 'bin');
  const run = () => spawnSync(process.execPath, [join(bin, 'daemon.cjs')], { encoding: 'utf8' });
  const right = { status: 0, stdout: 'daemon\n', stderr: '' };
  const kept = () =>
    readdirSync(join(bin, '.cache'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
  expect(run()).toMatchObject(right);
  expect(kept()).not.toEqual([]);
  expect(run()).toMatchObject(right);
  for (const file of kept()) writeFileSync(file, 'no code');
  expect(run()).toMatchObject(right);
  rmSync(join(bin, '.cache'), { recursive: true });
  writeFileSync(join(bin, '.cache'), '');
  expect(run()).toMatchObject(right);
});

test('builds at once: each ends well, and dist is whole', async () => {
  const outcomes = await Promise.all([build(), buildPrograms(), build()]);
  expect(outcomes.map(({ exitCode, all }) => ({ exitCode, all }))).toEqual(Array(3).fill({ exitCode: 0, all: '' }));
  expect(dist()).toEqual(['bin', 'cli', 'daemon', 'late.js', 'made-from.sha256']);
  expect(beside()).toEqual(['dist']);
});

test('what a killed build left is removed by the next', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  mkdirSync(join(root, `.build-${pid}`, 'dist'), { recursive: true });
  expect((await build()).exitCode).toBe(0);
  expect(beside()).toEqual(['dist']);
});
