#!/usr/bin/env node
/**
 * A hostile machine: full disk, no ps, no socket, no home, few descriptors, clock jumps, floods of log lines, a log of 5 GB.
 *
 * --only <part of a case's name> (the others stay as they stand in the file)  --port 22700  --json <file>; fake JVMs; some cases only on Linux as root
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CASES } from './hostile/cases.mjs';
import { commit, figuresFile, MACHINE } from './report/taken-on.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    port: { type: 'string', default: '22700' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('hostile [--only <part of a name>] [--port 22700] [--json <file>]');
  process.exit(0);
}
const output = figuresFile('hostile', values.json);
const checkout = commit();
const cases = [];
for (const [name, run] of Object.entries(CASES).filter(([each]) => each.includes(values.only))) {
  const since = performance.now();
  const result = { case: name, commit: checkout, ok: false };
  let scene;
  try {
    scene = await run(Number(values.port));
    if (typeof scene === 'string') Object.assign(result, { ok: null, notRun: scene });
    else {
      const { commands, failed, memory, figures } = scene;
      const [said] = [...commands]
        .reverse()
        .flatMap((each) => (each.exitCode !== 0 ? [each] : []))
        .concat(commands.at(-1));
      Object.assign(result, { said: said?.said, exitCode: said?.exitCode, memory, ...figures, failed, commands, ok: failed.length === 0 });
    }
  } catch (error) {
    result.failed = [error.stack];
  } finally {
    if (typeof scene === 'object') {
      await scene.dispose().catch((error) => console.error(error));
      scene.after?.();
    }
  }
  result.ms = Math.round(performance.now() - since);
  cases.push(result);
  console.log(
    result.ok === null ? 'not run' : result.ok ? 'ok     ' : 'FAILED ',
    name,
    `${result.ms} ms`,
    result.failed ?? result.notRun ?? '',
  );
}
const kept = values.only !== '' && existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')).cases : [];
const all = Object.keys(CASES).flatMap((name) => [...cases, ...kept].find((each) => each.case === name) ?? []);
const result = {
  what: 'commands and a daemon with a cluster of fake JVMs on a machine that fails them',
  commit: checkout,
  machine: MACHINE,
  cases: all,
  failures: all.filter(({ ok }) => ok === false).map(({ case: name }) => name),
};
writeFileSync(output, `${JSON.stringify(result, null, 2)}\n`);
process.exitCode = result.failures.length === 0 ? 0 : 1;
