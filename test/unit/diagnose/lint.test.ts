import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lint } from '../../../src/diagnose/lint.js';
import { readConfigFile } from '../../../src/import/config-file.js';

type Files = Record<string, string>;

function run(files: Files, version: string) {
  const read = Object.entries(files).map(([path, text]) => readConfigFile(path, Buffer.from(text), true));
  return lint([{ files: read, scripts: [], versions: [], otherFiles: [] }], version);
}
const codes = (files: Files, version: string) =>
  run(files, version).findings.map(
    ({ code, severity, at }) => `${severity} ${code} ${at.map(({ file, line }) => `${file}:${line}`).join(' ')}`,
  );

const shipped = (name: string, id: number, role: string) =>
  `brokerClusterName=DefaultCluster\nbrokerName=${name}\nbrokerId=${id}\ndeleteWhen=04\nfileReservedTime=48\nbrokerRole=${role}\nflushDiskType=ASYNC_FLUSH\n`;

test.each(['4.4.0', '4.5.1', '4.7.0', '4.9.3', '4.9.7', '5.1.4', '5.3.3', '5.5.0'])('the shipped 2m-2s-sync passes on %s', (version) => {
  const files = {
    a: shipped('broker-a', 0, 'SYNC_MASTER'),
    'a-s': shipped('broker-a', 1, 'SLAVE'),
    b: shipped('broker-b', 0, 'SYNC_MASTER'),
    'b-s': shipped('broker-b', 1, 'SLAVE'),
  };
  expect(codes(files, version)).toEqual([]);
});

const local = (name: string, id: number, port: number) =>
  `brokerName=${name}\nbrokerId=${id}\nbrokerRole=${id ? 'SLAVE' : 'ASYNC_MASTER'}\nnamesrvAddr=127.0.0.1:9876\nlistenPort=${port}\nstorePathRootDir=/d/${port}\nstorePathCommitLog=/d/${port}/commitlog\n`;

test('a listenPort that is the HA port of a master on the same host', () => {
  expect(codes({ a: local('broker-a', 0, 10_911), b: local('broker-b', 0, 10_912) }, '4.5.1')).toEqual(['error PORT_CONFLICT a:5 b:5']);
});

test('a slave of another name, with id 0, and a second master of one name', () => {
  expect(codes({ a: local('broker-a', 0, 10_911), s: local('broker-x', 1, 10_921) }, '4.7.0')).toEqual([
    'warning SLAVE_WITHOUT_MASTER s:1',
  ]);
  expect(codes({ a: 'brokerName=a\nbrokerId=0\nbrokerRole=SLAVE\n' }, '4.7.0')).toEqual(['error SLAVE_ID_ZERO a:2']);
  expect(codes({ a: local('broker-a', 0, 10_911), b: local('broker-a', 0, 10_921) }, '4.7.0')).toEqual(['error ID_TAKEN a:1 b:1']);
});

test('why two brokers have one id comes before that they have', () => {
  const broker = (id: string) => `brokerName=broker-a\nlistenPort=10911\nbrokerId=${id}\n`;
  const found = codes({ a: broker('0'), b: broker('1 ') }, '4.7.0').filter((text) => /ID_TAKEN|BLANK/.test(text));
  expect(found).toEqual(['error VALUE_BLANK_AT_END b:3', 'error ID_TAKEN a:1 b:1']);
});

test.each([
  ['listenPort=10911 #main', 'error VALUE_COMMENT a:2'],
  ['listenPort=1091x', 'error VALUE_IGNORED a:2'],
  ['autoCreateTopicEnable=true ', 'error VALUE_BLANK_AT_END a:2'],
  ['abortFile=/d/abort', 'warning KEY_DEAD a:2'],
  ['brokerIp1=10.0.0.1', 'error KEY_UNKNOWN a:2'],
  ['mapedFileSizeCommitLog=1073741824', 'warning KEY_NOT_READ a:2'],
  ['namesrvAddr=10.0.0.1:9876,10.0.0.2:9876', 'error NAMESRV_ADDR_INVALID a:2'],
  ['diskMaxUsedSpaceRatio=99', 'warning VALUE_OUT_OF_RANGE a:2'],
  ['listenPort=65535', 'error PORT_INVALID a:2'],
  ['storePathRootDir=D:\\rocketmq\\store\nstorePathCommitLog=/d/log', 'error PATH_BACKSLASH a:2'],
])('%s', (line, expected) => {
  expect(codes({ a: `brokerName=a\n${line}\n` }, '4.9.7')).toEqual([expected]);
});

test('findings do not depend on the order of files, and no file makes it fail', () => {
  const line = fc.oneof(
    fc.constantFrom(
      'brokerName=a',
      'brokerId=1',
      'listenPort=10911',
      'listenPort=10912 ',
      'brokerRole=SLAVE',
      'storePathRootDir=C:\\x',
      'namesrvAddr=127.0.0.1:9876',
      'dLegerPeers=n0-x',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(fc.array(line), { minLength: 1, maxLength: 4 }), (contents) => {
      const files = Object.entries(contents).map(([name, lines]): [string, string] => [name, lines.join('\n')]);
      const strange = Object.fromEntries(files.map(([name, text]) => [`f${name}`, text]));
      const reversed = Object.fromEntries(Object.entries(strange).reverse());
      expect(run(reversed, '4.9.3').findings).toEqual(run(strange, '4.9.3').findings);
    }),
    { numRuns: 60 },
  );
});
