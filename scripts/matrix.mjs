#!/usr/bin/env node
// Runs every shipped profile on every supported release and JDK through up, send, kill, recover and down, and writes docs/compatibility.md.
// --help says how.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packageVersion } from '../dist/base/version.js';
import { SUPPORTED_RELEASES } from '../dist/rocketmq/releases.js';
import { runCell } from './matrix/cell.mjs';
import { compatibilityDocument } from './matrix/document.mjs';
import { MatrixCli } from './matrix/matrix-cli.mjs';
import { PROFILES } from './matrix/profiles.mjs';

const USAGE = `npm run test:matrix -- [options]

  --only <words>      only cells that have all of these words, such as "dledger 4.7.0" or "jdk25"; may be repeated, one of them is enough
  --again             also cells that have passed before
  --releases <list>   default ${SUPPORTED_RELEASES.join(',')}
  --jdks <list>       default 17,25
  --rocketmq <folder> installed releases to take, as in RMQDEV_HOME/rocketmq; what is missing is installed by Maven
  --port <n>          where to look for free ports (default 22000)
  --out <file>        default docs/compatibility.json; docs/compatibility.md is made of it
  --document          only make docs/compatibility.md

All cells share an RMQDEV_HOME, each begins with empty stores, and all is done by the command line as a user would. What a cell came to is written at once: a run that was
cut goes on where it was. Cells that failed are run again, cells that passed only with --again or --only.
Exit status 1 where a cell failed.`;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    again: { type: 'boolean', default: false },
    releases: { type: 'string', default: SUPPORTED_RELEASES.join(',') },
    jdks: { type: 'string', default: '17,25' },
    rocketmq: { type: 'string' },
    port: { type: 'string', default: '22000' },
    out: { type: 'string', default: fileURLToPath(new URL('../docs/compatibility.json', import.meta.url)) },
    document: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const say = (text) => void process.stdout.write(`${text}\n`);
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => interrupted.abort());

if (options.help) say(USAGE);
else if (options.document) writeDocument(read());
else await run();

async function run() {
  const home = mkdtempSync(join(tmpdir(), 'rmqm-'));
  if (options.rocketmq) symlinkSync(resolve(options.rocketmq), join(home, 'rocketmq'));
  const cli = new MatrixCli(home, interrupted.signal);
  const results = read();
  let failed = 0;
  let isEnded = false;
  try {
    for (const cell of cells().filter((each) => isWanted(each, results))) {
      if (interrupted.signal.aborted) break;
      const result = await runOne(cli, cell);
      // The cell that was cut has come to nothing.
      if (interrupted.signal.aborted) break;
      results.cells[cell.name] = result;
      if (result.outcome === 'failed') failed += 1;
      say(`${cell.name}: ${result.outcome}${result.why ? ` (${result.why})` : ''}`);
      write(results);
    }
    isEnded = true;
  } finally {
    await cli.endDaemon();
    if (isEnded) rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  }
  writeDocument(results);
  if (failed > 0 || interrupted.signal.aborted) process.exitCode = interrupted.signal.aborted ? 130 : 1;
}

async function runOne(cli, cell) {
  try {
    return { ...(await runCell(cli, cell, Number(options.port))), rmqdev: packageVersion(), at: new Date().toISOString().slice(0, 10) };
  } finally {
    await cli.endCluster();
  }
}

function cells() {
  const jdks = options.jdks.split(',');
  return options.releases
    .split(',')
    .flatMap((release) =>
      PROFILES.flatMap((profile) => jdks.map((jdk) => ({ name: `${profile.name} ${release} jdk${jdk}`, profile, release, jdk }))),
    );
}

function isWanted({ name }, { cells: before }) {
  const words = new Set(name.split(' '));
  if (options.only.length > 0) return options.only.some((only) => only.split(/\s+/).every((word) => words.has(word)));
  return options.again || before[name] === undefined || before[name].outcome === 'failed';
}

function read() {
  return existsSync(options.out) ? JSON.parse(readFileSync(options.out, 'utf8')) : { cells: {} };
}

function write(results) {
  mkdirSync(resolve(options.out, '..'), { recursive: true });
  writeFileSync(options.out, `${JSON.stringify(results, null, 2)}\n`);
}

function writeDocument(results) {
  writeFileSync(fileURLToPath(new URL('../docs/compatibility.md', import.meta.url)), compatibilityDocument(results));
}
