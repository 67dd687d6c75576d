#!/usr/bin/env node
// Compiles src to dist, and bundles the programs in dist/bin, if dist was not made of these sources already: `npm run build`, and before
// the tests run.
// npm runs it too, as `prepare`: after `npm ci`, before `npm pack`, and when npx runs rmqdev in a clone.
// It compiles into a fresh folder and then renames it. A build that fails changes nothing, builds at the same time do not meet,
// and a daemon that runs has its files at any time: the old ones, then the new ones.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { bundle } from './build/bundle.mjs';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const DIST = join(ROOT, 'dist');
/** What else decides how src is compiled; the lock file has the version of the compiler. */
const SETTINGS = [
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/build/bundle.mjs',
  'scripts/build/start.cjs',
];
/** A file in dist: the hash of what it was made of. Not times, because a checkout changes them and a deleted source has none. */
const STAMP = 'made-from.sha256';
/** Fresh folders lie beside dist, on the same file system; the name ends with the pid of the build. */
const WORK = '.build-';

const sources = hashOfSources();
if (stampOfDist() !== sources) await build();

async function build() {
  removeAbandoned();
  const work = join(ROOT, `${WORK}${process.pid}`);
  const fresh = join(work, 'dist');
  try {
    mkdirSync(work);
    const bundled = bundle(ROOT, join(fresh, 'bin'));
    // If the compiler refuses src, its report is the better one.
    bundled.catch(() => {});
    if (!(await compile(fresh))) return;
    await bundled;
    writeFileSync(join(fresh, STAMP), `${sources}\n`);
    replaceDist(fresh, work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @returns false if src does not compile; the compiler has said why. */
async function compile(outDir) {
  const options = { cwd: ROOT, preferLocal: true, reject: false, stdin: 'ignore', stdout: 'inherit', stderr: 'inherit' };
  const { failed, exitCode, shortMessage } = await execa('tsc', ['-p', 'tsconfig.build.json', '--outDir', outDir], options);
  if (!failed) return true;
  console.error(
    `${exitCode === undefined ? `the compiler cannot be run: ${shortMessage}; run npm ci` : 'src does not compile'}; dist is as it was`,
  );
  process.exitCode = 1;
  return false;
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

function stampOfDist() {
  const stamp = join(DIST, STAMP);
  return existsSync(stamp) ? readFileSync(stamp, 'utf8').trim() : undefined;
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
