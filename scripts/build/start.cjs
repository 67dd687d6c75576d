#!/usr/bin/env node
// Starts the bundle beside it with the code that Node.js compiled the last time: parsing it would take half as long as an empty start.
// The code is kept beside the program, and not in the common folder for temporary files, where another user could leave some.
const module_ = require('node:module');
const { basename, dirname, join } = require('node:path');

const MAIN = join(__dirname, `${basename(__filename, '.cjs')}-main.cjs`);
const CACHE = join(__dirname, '.cache');
const BUILD = '<build>';

if (module_.enableCompileCache) {
  module_.enableCompileCache(CACHE);
  require(MAIN);
} else {
  runCompiled();
}

/** For Node.js before 22.8. V8 refuses code of another version of itself, or for a source of another length. */
function runCompiled() {
  const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
  const { Script, constants } = require('node:vm');
  const kept = join(CACHE, `${basename(MAIN)}-${BUILD}-${process.version}-${process.arch}`);
  const script = new Script(module_.wrap(readFileSync(MAIN, 'utf8')), {
    filename: MAIN,
    cachedData: tried(() => readFileSync(kept)),
    importModuleDynamically: constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  // At the end: then it has what this run needed.
  if (script.cachedDataRejected !== false)
    process.once('exit', () =>
      tried(() => {
        mkdirSync(CACHE, { recursive: true });
        writeFileSync(`${kept}.${process.pid}`, script.createCachedData());
        renameSync(`${kept}.${process.pid}`, kept);
      }),
    );
  const main = new module_(MAIN, module);
  main.filename = MAIN;
  require.cache[MAIN] = main;
  script.runInThisContext()(main.exports, module_.createRequire(MAIN), main, MAIN, dirname(MAIN));
}

/** The folder may be empty, or not ours to write. */
function tried(work) {
  try {
    return work();
  } catch {
    return undefined;
  }
}
