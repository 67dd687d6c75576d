// Compares src/rocketmq/keys.json with what each release prints itself.
//
//   node scripts/check-keys.mjs <folder> [version…]
//
// <folder> holds <version>/lib/*.jar and <version>/conf, as $RMQDEV_HOME/rocketmq does. `BrokerStartup -p` prints every key that it
// took, with its value, and opens nothing. From 5.3.4 on it prints no key of MessageStoreConfig; those are passed over there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const [folder, ...wanted] = process.argv.slice(2);
if (!folder) {
  process.stderr.write('usage: node scripts/check-keys.mjs <folder with <version>/lib/*.jar> [version…]\n');
  process.exit(2);
}
const objects = JSON.parse(readFileSync(resolve(import.meta.dirname, '../src/rocketmq/keys.json'), 'utf8'));
const BROKER = ['BrokerConfig', 'NettyServerConfig', 'NettyClientConfig', 'MessageStoreConfig', 'AuthConfig'];

/** Why a key may be on one side alone. -p prints fields by their names; a file sets what has a setter. */
const EXPLAINED = {
  isEnableBatchPush: 'the field; its key is enableBatchPush',
  enableBatchPush: 'its field is isEnableBatchPush',
  isScanAvailableNameSrv: 'the field; its key is scanAvailableNameSrv',
  scanAvailableNameSrv: 'its field is isScanAvailableNameSrv',
  timerEnableDisruptor: 'a field without a setter: no file can set it',
  timerCheckMetricsWhen: 'a field without a setter: no file can set it',
  timerSkipUnknownError: 'a field without a setter: no file can set it',
  timerWarmEnable: 'a field without a setter: no file can set it',
  timerStopDequeue: 'a field without a setter: no file can set it',
  brokerClusterName: 'a field of BrokerIdentity, above the class that is printed',
  brokerId: 'a field of BrokerIdentity, above the class that is printed',
  brokerName: 'a field of BrokerIdentity, above the class that is printed',
  inBrokerContainer: 'a field of BrokerIdentity, above the class that is printed',
};

/** Key and default of each object, as keys.json has them for `version`. */
function known(version) {
  const keys = new Map();
  for (const object of BROKER) {
    const { releases = [], keys: rows = {} } = objects[object] ?? {};
    const at = releases.indexOf(version);
    for (const [key, ranges] of Object.entries(rows)) {
      const row = ranges.find(([first, last]) => at >= 0 && releases.indexOf(first) <= at && at <= releases.indexOf(last));
      if (row) keys.set(key, [...(keys.get(key) ?? []), { object, value: row[3] }]);
    }
  }
  return keys;
}

function printed(version) {
  const home = mkdtempSync(join(tmpdir(), 'rmqdev-check-keys-'));
  try {
    const { NAMESRV_ADDR, ROCKETMQ_HOME, JAVA_TOOL_OPTIONS, ...env } = process.env;
    const release = join(resolve(folder), version);
    const opens = ['java.lang', 'java.nio', 'sun.nio.ch', 'jdk.internal.ref'].map((each) => `--add-opens=java.base/${each}=ALL-UNNAMED`);
    const logback = join(release, 'conf', 'rmq.broker.logback.xml');
    const args = [
      ...opens,
      `-Duser.home=${home}`,
      `-Drocketmq.home.dir=${release}`,
      `-Drmq.logback.configurationFile=${logback}`,
      '-cp',
      join(release, 'lib', '*'),
      'org.apache.rocketmq.broker.BrokerStartup',
      '-p',
    ];
    const { stdout, stderr, status } = spawnSync('java', args, { env, encoding: 'utf8', maxBuffer: 1 << 26 });
    const pairs = [...`${stdout}\n${stderr}`.matchAll(/(?:^|\s)([a-zA-Z]\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]);
    return { status, keys: new Map(pairs) };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

let differs = false;
const versions = readdirSync(folder).filter((name) => /^\d+\.\d+\.\d+$/.test(name) && (wanted.length === 0 || wanted.includes(name)));
for (const version of versions.sort(new Intl.Collator('en', { numeric: true }).compare)) {
  const ours = known(version);
  const { status, keys } = printed(version);
  const storeKeys = [...ours].filter(([, owners]) => owners.every(({ object }) => object === 'MessageStoreConfig')).map(([key]) => key);
  const isStorePrinted = storeKeys.some((key) => keys.has(key));
  const isPrinted = ([, owners]) =>
    owners.some(({ object }) => object !== 'AuthConfig' || keys.has('authenticationEnabled')) &&
    (isStorePrinted || owners.some(({ object }) => object !== 'MessageStoreConfig'));
  const open = (key) => !Object.hasOwn(EXPLAINED, key);
  const explained = [...new Set([...keys.keys(), ...ours.keys()])].filter((key) => keys.has(key) !== ours.has(key) && !open(key));
  const missing = [...keys.keys()].filter((key) => !ours.has(key) && open(key));
  const extra = [...ours]
    .filter(isPrinted)
    .map(([key]) => key)
    .filter((key) => !keys.has(key) && open(key));
  const values = [...keys]
    .filter(
      ([key, value]) =>
        ours.has(key) && ours.get(key).every((each) => each.value !== null && !each.value.includes('${') && each.value !== value),
    )
    .map(([key, value]) => `${key}: ${ours.get(key)[0].value}, printed ${value}`);
  differs ||= missing.length + extra.length > 0;
  process.stdout.write(
    `${version}  exit ${status}  ${keys.size} keys printed, ${ours.size} known${isStorePrinted ? '' : ', none of MessageStoreConfig printed'}\n` +
      [
        ['printed, not known', missing],
        ['known, not printed', extra],
        ['another default: set by the start class before it prints', values],
        ['explained', explained],
      ]
        .filter(([, list]) => list.length > 0)
        .map(([title, list]) => `  ${title}: ${list.join(', ')}\n`)
        .join(''),
  );
}
process.exit(differs ? 1 : 0);
