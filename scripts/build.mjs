#!/usr/bin/env node
// Makes dist of src, if it was not made of these sources already: bundles the programs in dist/bin, which users run, and compiles the modules
// in dist, which tests and scripts import. `npm run build`, and before the tests run.
// With `--programs` only the former, which takes a fifth of the time and checks no types. npm runs this as `prepare`: after `npm ci`, before
// `npm pack`, and when npx runs rmqdev in a clone.
// It builds into a fresh folder and then renames it. A build that fails changes nothing, builds at the same time do not meet,
// and a daemon that runs has its files at any time: the old ones, then the new ones.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const DIST = join(ROOT, 'dist');
const PROGRAMS = join(DIST, 'bin');
/** What else decides how src is compiled; the lock file has the version of the compiler. */
const SETTINGS = [
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/build/bundle.mjs',
  'scripts/build/start.cjs',
];
/** A file in dist, for the modules, and in dist/bin: the hash of what they were made of. Not times, because a checkout changes them and a deleted source has none. */
const STAMP = 'made-from.sha256';
/** Fresh folders lie beside dist, on the same file system; the name ends with the pid of the build. */
const WORK = '.build-';

const sources = hashOfSources();
const modulesToo = !process.argv.includes('--programs');
const isMade = () => stampOf(PROGRAMS) === sources && (!modulesToo || stampOf(DIST) === sources);
if (!isMade()) await build();

async function build() {
  removeAbandoned();
  const work = join(ROOT, `${WORK}${process.pid}`);
  const fresh = join(work, 'dist');
  try {
    mkdirSync(fresh, { recursive: true });
    const programs = makePrograms(join(fresh, 'bin'));
    // If the compiler refuses src, its report is the better one.
    programs.catch(() => {});
    if (modulesToo) {
      await compile(fresh);
      stamp(fresh);
    }
    await programs;
    replaceDist(fresh, work);
  } catch (error) {
    const reason = error.code === 'ERR_MODULE_NOT_FOUND' ? `a tool is missing: ${error.message}; run npm ci` : error.message;
    console.error(`${reason}; dist is as it was`);
    process.exitCode = 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Bundles the programs, if there are none of these sources. */
async function makePrograms(outDir) {
  if (copyPrograms(outDir)) return;
  const { bundle } = await import('./build/bundle.mjs');
  await bundle(ROOT, outDir);
  stamp(outDir);
}

/** @returns false if there are no programs of these sources, or a build that runs now has just replaced them. */
function copyPrograms(outDir) {
  if (stampOf(PROGRAMS) !== sources) return false;
  try {
    // Without `.cache`, which programs write while they run.
    cpSync(PROGRAMS, outDir, { recursive: true, filter: (file) => file !== join(PROGRAMS, '.cache') });
    if (stampOf(PROGRAMS) === sources && stampOf(outDir) === sources) return true;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  rmSync(outDir, { recursive: true, force: true });
  return false;
}

/** @throws if src does not compile; the compiler has said why. */
async function compile(outDir) {
  const { execa } = await import('execa');
  const options = { cwd: ROOT, preferLocal: true, reject: false, stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' };
  const { failed, exitCode, shortMessage } = await execa('tsc', ['-p', 'tsconfig.build.json', '--outDir', outDir], options);
  if (failed) throw new Error(exitCode === undefined ? `the compiler cannot be run: ${shortMessage}; run npm ci` : 'src does not compile');
}

/** No folder can be renamed over one that has files, so the old one goes first; between the two there is nothing but a system call. */
function replaceDist(fresh, work) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      renameSync(DIST, join(work, `old-${attempt}`));
    } catch (error) {
      // In a layer of a Docker image a folder cannot be renamed.
      if (error.code === 'EXDEV') rmSync(DIST, { recursive: true, force: true });
      else if (error.code !== 'ENOENT') throw error;
    }
    try {
      renameSync(fresh, DIST);
      return;
    } catch (error) {
      // Another build has put its own there meanwhile.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    }
  }
}

function hashOfSources() {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length));
  const hash = createHash('sha256');
  for (const file of [...SETTINGS, ...files.sort()])
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update('\0');
  return hash.digest('hex');
}

function stamp(folder) {
  writeFileSync(join(folder, STAMP), `${sources}\n`);
}

function stampOf(folder) {
  const file = join(folder, STAMP);
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/** What a build that was killed left. */
function removeAbandoned() {
  for (const name of readdirSync(ROOT).filter((entry) => entry.startsWith(WORK)))
    if (!isAlive(Number(name.slice(WORK.length)))) rmSync(join(ROOT, name), { recursive: true, force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
