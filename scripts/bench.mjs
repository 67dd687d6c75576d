#!/usr/bin/env node
// Measures what docs/performance.md says, side by side with the scripts of RocketMQ, PM2, supervisord and grep, and writes it. --help says how.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import writeFileAtomic from 'write-file-atomic';
import { parse } from 'yaml';
import { packageVersion } from '../dist/base/version.js';
import { performanceDocument, readmeWith } from './bench/document.mjs';
import { FAMILIES } from './bench/families.mjs';
import { comparisonOf, verdictOf } from './bench/figures.mjs';
import { commit, load, machine } from './bench/machine.mjs';
import { ROOT } from './bench/program.mjs';
import { EMPTY, withResults } from './bench/record.mjs';
import { rowsNamed, secondsOf } from './bench/rows-named.mjs';
import { runFamily } from './bench/runner.mjs';
import { shown, shownRatio, shownSpread, significant } from './bench/units.mjs';
import { Workspace } from './bench/workspace.mjs';

const USAGE = `npm run bench -- [options]

  --only <row>[,<row>]  only these rows; the others keep what is recorded. \`up\` means up-4.9.7 and up-5.5.0; a family is taken too
  --list                the rows, their targets, what is recorded, and about how long each family takes
  --check               compare with what is recorded, write nothing; exit status 1 if a row is worse than its tolerance
  --rounds <n>          how often each side is measured (default 3)
  --idle <s>            how long something idle is watched in each round (default 20, so 60 s in three rounds)
  --follow <s>          how long logs are followed (default 60; the target is about 600)
  --rocketmq <folder>   installed releases to take, as in RMQDEV_HOME/rocketmq; what is missing is installed by Maven
  --java <version>      the JDK (default: as rmqdev finds it)
  --document            only write docs/performance.md and README.md from docs/performance.json and scripts/bench/tried.yaml
  --json                the figures of this run as JSON on stdout, progress on stderr

Writes docs/performance.json, docs/performance.md and the figures in README.md after each family of rows. Everything that it makes is below one
temporary folder and is gone afterwards, processes included, also after Ctrl-C. It ends nothing that it did not start.
Exit status 1 if a round failed, or with --check if a row got worse.`;
const FILES = {
  record: join(ROOT, 'docs', 'performance.json'),
  document: join(ROOT, 'docs', 'performance.md'),
  readme: join(ROOT, 'README.md'),
  tried: join(ROOT, 'scripts', 'bench', 'tried.yaml'),
};
const QUIET_LOAD = 1;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    idle: { type: 'string', default: '20' },
    follow: { type: 'string', default: '60' },
    rocketmq: { type: 'string' },
    java: { type: 'string' },
    document: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const say = (text) => void (options.json ? process.stderr : process.stdout).write(`${text}\n`);
const interrupted = new AbortController();
const plan = {
  rounds: atLeastOne('rounds'),
  idleMs: atLeastOne('idle') * 1_000,
  followMs: atLeastOne('follow') * 1_000,
};

if (options.help) say(USAGE);
else if (options.list) list();
else if (options.document) write(readRecord());
else await bench();

async function bench() {
  const wanted = rowsNamed(
    options.only.flatMap((words) => words.split(',')),
    FAMILIES,
  );
  const families = FAMILIES.filter(({ rows }) => rows.some(({ name }) => wanted.has(name)));
  const recorded = readRecord();
  const run = {
    at: new Date().toISOString(),
    commit: commit(ROOT),
    rmqdev: packageVersion(),
    machine: machine(),
    node: process.versions.node,
    load: Number(load().toFixed(2)),
    rounds: plan.rounds,
    command: ['npm run bench', ...commandOptions()].join(' '),
  };
  say(`${run.machine}, Node.js ${run.node}, commit ${run.commit}, load ${run.load.toFixed(2)}`);
  if (run.load > QUIET_LOAD) say('! this machine is not quiet: ratios may be wrong, and bare times are');
  say(`about ${Math.ceil(families.reduce((sum, family) => sum + secondsOf(family, plan), 0) / 60)} minutes\n`);

  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => interrupted.abort(new Error('interrupted')));
  const workspace = new Workspace({ releases: options.rocketmq, java: options.java, say });
  const all = new Map();
  const failures = [];
  let state = { record: recorded, id: undefined };
  try {
    for (const family of families) {
      say(`${family.name}: ${family.rows.filter(({ name }) => wanted.has(name)).length} rows, about ${secondsOf(family, plan)} s`);
      const since = performance.now();
      const done = await runFamily(family, { ...plan, workspace, say, signal: interrupted.signal, wants: (name) => wanted.has(name) });
      failures.push(...done.failures.map((failure) => `${family.name}, ${failure}`));
      for (const row of family.rows) tellRow(row, done.results.get(row.name), wanted);
      say(`  took ${Math.round((performance.now() - since) / 1_000)} s\n`);
      for (const [name, result] of done.results) all.set(name, result);
      if (options.check) continue;
      state = withResults(state.record, run, done.results, state.id);
      write(state.record);
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    say('interrupted; ending what was started');
    process.exitCode = 130;
  } finally {
    await workspace.dispose();
  }
  if (failures.length > 0) {
    say(`${failures.length} failed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`);
    process.exitCode ??= 1;
  }
  if (options.check) check(recorded, run, all);
  if (options.json) process.stdout.write(`${JSON.stringify({ run, rows: Object.fromEntries(all) })}\n`);
}

function check(recorded, run, all) {
  const rows = FAMILIES.flatMap((family) => family.rows).filter(({ name }) => all.has(name));
  for (const row of rows) {
    const before = recorded.rows[row.name];
    const isSameMachine = before !== undefined && recorded.runs[before.run].machine === run.machine;
    const { verdict, of, was, is, tolerance } = comparisonOf(row, before, all.get(row.name), { isSameMachine });
    const text = (value) => (of === 'ratio' ? `${significant(value)} ×` : shown(value, row.unit));
    if (verdict === 'unknown') say(`  ${row.name}: ${before ? 'recorded on another machine' : 'nothing is recorded'}`);
    else say(`  ${row.name}: ${text(is)}, was ${text(was)}: ${verdict} (tolerance ${Math.round(tolerance * 100)} %)`);
    if (verdict === 'worse') process.exitCode = 1;
  }
}

function tellRow(row, result, wanted) {
  if (!wanted.has(row.name)) return;
  if (!result) return say(`  ${row.name}: not measured`);
  const { value, base, ratio } = result;
  const compared = base ? ` / ${shownSpread(base, row.unit)} = ${shownRatio(ratio)}` : '';
  say(`  ${row.name}: ${shownSpread(value, row.unit)}${compared}  ${verdictOf(row, result) ?? ''}`);
}

function list() {
  const { rows: recorded } = readRecord();
  for (const family of FAMILIES) {
    say(`${family.name}, about ${secondsOf(family, plan)} s`);
    for (const row of family.rows) {
      const result = recorded[row.name];
      const now = result
        ? `${result.ratio ? shownRatio(result.ratio) : shownSpread(result.value, row.unit)}, ${verdictOf(row, result) ?? 'no target'}`
        : 'not measured';
      say(`  ${row.name.padEnd(18)} ${now}`);
    }
  }
}

function readRecord() {
  return existsSync(FILES.record) ? JSON.parse(readFileSync(FILES.record, 'utf8')) : EMPTY;
}

function write(record) {
  const tried = parse(readFileSync(FILES.tried, 'utf8')) ?? {};
  writeFileAtomic.sync(FILES.record, `${JSON.stringify(record, null, 2)}\n`);
  writeFileAtomic.sync(FILES.document, performanceDocument({ families: FAMILIES, record, tried }));
  writeFileAtomic.sync(FILES.readme, readmeWith(readFileSync(FILES.readme, 'utf8'), record));
}

/** What this run was given that changes what is measured. */
function commandOptions() {
  const given = [
    ...(options.only.length > 0 ? [`--only ${options.only.join(',')}`] : []),
    ...['rounds', 'idle', 'follow']
      .filter((name) => options[name] !== { rounds: '3', idle: '20', follow: '60' }[name])
      .map((name) => `--${name} ${options[name]}`),
    ...(options.java ? [`--java ${options.java}`] : []),
  ];
  return given.length > 0 ? ['--', ...given] : [];
}

function atLeastOne(name) {
  const number = Number(options[name]);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new RangeError(`--${name} must be a whole number, 1 or more`);
}
