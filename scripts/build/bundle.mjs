// The programs that users run: `rmqdev` and its daemon, each with all that it imports, as CommonJS. A `status` of hundreds of modules takes
// 4 times an empty Node.js start, and bundled 1.7 times: see docs/architecture.md.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const PROGRAMS = { rmqdev: 'src/cli/main.ts', daemon: 'src/daemon/main.ts' };
/** What `rmqdev status` and its relatives need is one file; every other module is in a file that is loaded on use. */
const HOT = ['src/cli/main.ts', 'src/cli/commands/status.ts', 'src/cli/output/text-output.ts'];
/** It has native code, and finds it by its own place. */
const NOT_BUNDLED = ['fs-native-extensions'];
/** Packages of one function, which most commands never call: the tables of their widths (Intl.Segmenter) take long to load. */
const ON_CALL = /^(?:cliui|string-width)$/;
const LICENSES = /^(?:licen[cs]e|copying|notice)/i;

/** Writes the programs of `root` to `outDir`. @throws what does not compile */
export async function bundle(root, outDir) {
  const start = readFileSync(join(root, 'scripts/build/start.cjs'), 'utf8');
  const packages = new Set();
  for (const [name, entry] of Object.entries(PROGRAMS)) {
    const build = await rolldown({
      cwd: root,
      input: { [`${name}-main`]: entry },
      platform: 'node',
      external: NOT_BUNDLED,
      resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
      transform: { target: 'node20.19' },
      plugins: [loadedOnCall],
      onLog: (level, log, show) => {
        // yargs asks import.meta for a function that is not called here.
        if (log.code !== 'EMPTY_IMPORT_META' || !log.id?.includes('node_modules')) show(level, log);
      },
    });
    const { output } = await build.write({
      dir: outDir,
      format: 'cjs',
      // Without it Node.js warns of a file that is asked for `then` while one that it needs is still being loaded.
      esModule: true,
      comments: { jsdoc: false },
      entryFileNames: '[name].cjs',
      chunkFileNames: `${name}-[name].cjs`,
      codeSplitting: { groups: [{ name: hotModules(root), debugName: 'hot' }] },
    });
    for (const { moduleIds = [] } of output) for (const id of moduleIds) packages.add(packageOf(id));
    const main = output.find(({ isEntry }) => isEntry);
    const made = createHash('sha256').update(main.code).digest('hex').slice(0, 12);
    writeFileSync(join(outDir, `${name}.cjs`), start.replace('<build>', made), { mode: 0o755 });
  }
  writeFileSync(join(outDir, 'LICENSES.txt'), licenses([...packages].filter(Boolean).sort()));
}

const loadedOnCall = {
  name: 'loaded-on-call',
  resolveId: {
    order: 'pre',
    filter: { id: ON_CALL },
    handler: (id, _importer, { kind }) => (kind === 'require-call' ? null : `\0on-call:${id}`),
  },
  load(id) {
    const [, name] = /^\0on-call:(.*)$/.exec(id) ?? [];
    // Some of them are all that their module exports to a `require`.
    return name && `export default (...all) => { const module = require('${name}'); return (module.default ?? module)(...all); }`;
  },
};

/** @returns for rolldown: the name of the file of a module that is hot, null for any other. */
function hotModules(root) {
  let hot;
  return (id, graph) => {
    if (!hot) {
      hot = new Set();
      for (const file of HOT) addWithImports(join(root, file), graph, hot);
    }
    return hot.has(id) ? 'hot' : null;
  };
}

function addWithImports(id, graph, found) {
  const module = found.has(id) ? null : graph.getModuleInfo(id);
  if (!module) return;
  found.add(id);
  for (const imported of module.importedIds) addWithImports(imported, graph, found);
}

/** @returns the folder of the package that has this module, if it is not ours. */
function packageOf(id) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replace(/^\0[\w-]*:?/, ''))?.[0];
}

/** The licences of these packages want their text in each copy. */
function licenses(folders) {
  const said = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const texts = readdirSync(folder)
      .filter((file) => LICENSES.test(file))
      .map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  return `Packages whose code is in these files.\n\n${said.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
