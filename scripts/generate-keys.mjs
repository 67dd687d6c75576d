// Writes src/rocketmq/keys.json: which configuration keys each supported RocketMQ release reads, with type and default.
//
//   node scripts/generate-keys.mjs <folder>
//
// <folder> holds <version>/lib/*.jar for each release, as $RMQDEV_HOME/rocketmq does after `rmqdev install <version>`.
// Needs a JDK from 11 on (single-file launch) as `java`. The result depends on the jars only.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const target = join(root, 'src/rocketmq/keys.json');
const folder = process.argv[2];
if (!folder) {
  process.stderr.write('usage: node scripts/generate-keys.mjs <folder with <version>/lib/*.jar>\n');
  process.exit(2);
}

const byNumber = new Intl.Collator('en', { numeric: true }).compare;
const releases = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && /^\d+\.\d+\.\d+$/.test(entry.name))
  .map((entry) => entry.name)
  .sort(byNumber);

/** Object, key, type and default of one release, on a machine that has `processors` cores. */
function readRelease(version, processors) {
  const home = mkdtempSync(join(tmpdir(), 'rmqdev-keys-'));
  try {
    const output = join(home, 'keys.tsv');
    const { NAMESRV_ADDR, ROCKETMQ_HOME, ...env } = process.env;
    execFileSync(
      'java',
      [
        `-Duser.home=${join(home, 'user')}`,
        `-Drocketmq.home.dir=${join(home, 'release')}`,
        `-XX:ActiveProcessorCount=${processors}`,
        '-cp',
        join(resolve(folder), version, 'lib', '*'),
        join(root, 'scripts/GenerateKeys.java'),
        output,
      ],
      { env, stdio: 'ignore' },
    );
    return readFileSync(output, 'utf8')
      .replaceAll(join(home, 'user'), `\${user.home}`)
      .replaceAll(join(home, 'release'), `\${rocketmq.home.dir}`)
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
  } finally {
    rmSync(home, { recursive: true });
  }
}

const objects = {};
for (const version of releases) {
  const onOther = readRelease(version, 5);
  readRelease(version, 3).forEach(([object, key, type, value = null], index) => {
    objects[object] ??= { releases: [], keys: {} };
    const { releases: seen, keys } = objects[object];
    if (seen.at(-1) !== version) seen.push(version);
    // A default that follows the number of cores is nobody's default.
    const fixed = value === (onOther[index][3] ?? null) ? value : null;
    keys[key] ??= [];
    const rows = keys[key];
    const last = rows.at(-1);
    const previous = seen.at(-2);
    if (last && last[1] === previous && last[2] === type && last[3] === fixed) last[1] = version;
    else rows.push([version, version, type, fixed]);
  });
}

const lines = Object.entries(objects).map(([object, { releases: seen, keys }]) => {
  const rows = Object.keys(keys)
    .sort()
    .map((key) => `${JSON.stringify(key)}: ${JSON.stringify(keys[key])}`);
  return `${JSON.stringify(object)}: { "releases": ${JSON.stringify(seen)}, "keys": {\n${rows.join(',\n')}\n} }`;
});
writeFileSync(target, `{\n${lines.join(',\n')}\n}\n`);
execFileSync(process.execPath, [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'format', '--write', target], { stdio: 'inherit' });
