import { expect, test } from 'vitest';
import { setsOf } from '../../../src/import/read-sets.js';

const broker = (name: string) => `brokerName=${name}\nbrokerId=0\n`;
const NAMESRV = 'kvConfigPath=/d/kv.json\n';

/** The paths of each set, of files as they lie in a folder. */
async function pathsOf(files: Readonly<Record<string, string>>): Promise<string[][]> {
  return (await setsFrom(files)).map((set) => set.files.map(({ path }) => path));
}

function setsFrom(files: Readonly<Record<string, string>>) {
  const found = Object.keys(files).map((path) => ({ path, asked: false }));
  return setsOf(found, async (path) => Buffer.from(files[path] ?? ''));
}

// /usr/local is no environment: its word reached the NameServer's file, two folders below, and not the broker's, three below.
test.each(['/usr/local/rocketmq/conf', '/home/dev/mq/conf', '/srv/prod/conf'])('%s: where all lies tells nothing apart', async (root) => {
  const paths = [`${root}/namesrv.conf`, `${root}/2m-noslave/broker-a.conf`, `${root}/2m-noslave/broker-b.conf`];
  const [first, second, third] = paths as [string, string, string];
  const sets = await pathsOf({ [first]: NAMESRV, [second]: broker('a'), [third]: broker('b') });
  expect(sets.map((set) => set.toSorted())).toEqual([paths.toSorted()]);
});

test('a file that says the environment of the folder that all lies in belongs to the others', async () => {
  expect(await pathsOf({ 'mq/prod/broker-a.conf': broker('a'), 'mq/prod/broker-b-prod.conf': broker('b') })).toHaveLength(1);
});

test('environments below one folder are still apart', async () => {
  expect(await pathsOf({ 'mq/dev/conf/broker.conf': broker('a'), 'mq/prod/conf/broker.conf': broker('a') })).toHaveLength(2);
});

test.each(['run-broker.conf', 'start.properties'])('%s is a configuration, whatever its name begins with', async (name) => {
  expect(await pathsOf({ [`conf/${name}`]: broker('a') })).toEqual([[`conf/${name}`]]);
});

test('a launch means the file of its own set, else any that was read', async () => {
  const sets = await setsFrom({
    'a/broker.conf': broker('a'),
    'a/broker-2.conf': broker('a2'),
    'b/broker.conf': broker('b'),
    'b/broker-2.conf': broker('b2'),
    'b/only.conf': broker('b3'),
    'start.sh': 'mqbroker -c /opt/conf/broker.conf &\nmqbroker -c /opt/b/only.conf &\nmqbroker -c gone.conf &\n',
  });
  const meant = sets.map(({ scripts }) => scripts.flatMap(({ launches }) => launches.map(({ file }) => file)));
  expect(meant).toEqual([
    ['a/broker.conf', 'b/only.conf', undefined],
    ['b/broker.conf', 'b/only.conf', undefined],
  ]);
});

test('a launch belongs to the set that is nearest to its script, if more of its path does not say another', async () => {
  const sets = await setsFrom({
    'a/broker.conf': broker('a'),
    'a/broker-2.conf': broker('a2'),
    'a/bin/start.sh': 'mqbroker -c /opt/conf/broker.conf &\n',
    'b/broker.conf': broker('b'),
    'b/broker-2.conf': broker('b2'),
    'b/start.sh': 'mqbroker -c /opt/conf/broker.conf &\nmqbroker -c /opt/a/broker-2.conf &\n',
    'start-all.sh': 'mqbroker -c broker.conf &\n',
    'namesrv.sh': 'mqnamesrv &\n',
  });
  const meant = sets.map(({ scripts }) => scripts.map(({ path, launches }) => [path, ...launches.map(({ file }) => file)]));
  const [all, namesrv] = ['start-all.sh', ['namesrv.sh', undefined]];
  expect(meant).toEqual([
    [['a/bin/start.sh', 'a/broker.conf'], ['b/start.sh', 'b/broker.conf', 'a/broker-2.conf'], [all, 'a/broker.conf'], namesrv],
    [['b/start.sh', 'b/broker.conf', 'b/broker-2.conf'], [all, 'b/broker.conf'], namesrv],
  ]);
});

test('the keys of a proxy file have their lines, however they are quoted', async () => {
  const [set] = await setsFrom({
    'rmq-proxy.json': `{\n  "proxyMode": "CLUSTER",\n  'namesrvAddr': 'a:9876',\n  grpcServerPort: 8081,\n}\n`,
  });
  expect(set?.files[0]?.entries.map(({ key, line }) => `${line} ${key}`)).toEqual(['2 proxyMode', '3 namesrvAddr', '4 grpcServerPort']);
});
