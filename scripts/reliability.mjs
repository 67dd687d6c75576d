#!/usr/bin/env node
// The long proofs: `npm run reliability` lists them, `npm run reliability -- <part> [options]` runs one (--help tells its options).
// Each keeps its figures in docs/reliability/<part>.json; `npm run reliability -- report` makes docs/reliability.md from them.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('./reliability/', import.meta.url));
const [part, ...options] = process.argv.slice(2);
const parts = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.mjs'))
  .map((name) => name.slice(0, -'.mjs'.length));

if (part === undefined || !parts.includes(part)) {
  if (part !== undefined) console.error(`there is no part "${part}"`);
  for (const name of parts) console.log(`npm run reliability -- ${name}`.padEnd(44), firstComment(`${FOLDER}${name}.mjs`));
  process.exitCode = part === undefined ? 0 : 2;
} else {
  const child = spawn(process.execPath, [`${FOLDER}${part}.mjs`, ...options], { stdio: 'inherit' });
  // The terminal sends Ctrl-C to both; the part undoes what it started and then ends.
  process.on('SIGINT', () => {});
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 70);
  });
}

/** @returns what the file's first comment says of it. */
function firstComment(file) {
  return /^(?:#!.*\n)?(?:\/\*\*\n \* |\/\/ )(.+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
}
