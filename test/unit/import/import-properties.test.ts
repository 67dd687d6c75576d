import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { toRmqdevError } from '../../../src/base/errors.js';
import { importFiles } from '../../../src/import/import-files.js';
import { importRequest } from '../../support/import-files.js';

/** One import in a folder of its own. @returns what there is to say of it, without the lines; or the code of the refusal. */
async function outcome(files: readonly (readonly [path: string, lines: readonly string[]])[]) {
  const root = mkdtempSync(join(tmpdir(), 'rd-import-any-'));
  try {
    for (const [path, lines] of files) {
      mkdirSync(dirname(join(root, 'in', path)), { recursive: true });
      writeFileSync(join(root, 'in', path), lines.join('\n'));
    }
    const paths = files.map(([path]) => join(root, 'in', path));
    const { file, findings, changes } = await importFiles({ ...importRequest(root, root), paths });
    return {
      profile: parse(readFileSync(file, 'utf8')) as unknown,
      findings: findings
        .map(({ code, what, changedTo }) => JSON.stringify([code, what.replaceAll(root, ''), [...changedTo].sort()]))
        .sort(),
      changes: changes.map(({ from, to }) => `${from} → ${to}`).sort(),
    };
  } catch (error) {
    return toRmqdevError(error).code;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const PORTS = ['10911', '10912', '10921', '30911', '80', '65535', '0', 'x', ''];
const NAMES = [
  'broker-a',
  'broker-b',
  'broker-a-s',
  'namesrv-1',
  'constructor',
  '__proto__',
  'a.b',
  'a-b',
  'brokers',
  '中文',
  '',
  '-',
  'Broker-A',
];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  brokerName: NAMES,
  brokerId: ['0', '1', '2', '-1', '0 ', '2147483647', 'x'],
  brokerRole: ['SYNC_MASTER', 'ASYNC_MASTER', 'SLAVE', 'SLAVE ', 'slave', 'MASTER'],
  brokerClusterName: ['DefaultCluster', 'c', 'c d', ''],
  listenPort: PORTS,
  namesrvAddr: ['127.0.0.1:9876', 'a:9876;b:9876', 'a,b', ';', '[::1]:9876', 'localhost:99999'],
  flushDiskType: ['SYNC_FLUSH', 'ASYNC_FLUSH', 'NO'],
  storePathRootDir: ['/d/a', 'D:\\mq', './x'],
  enableDLegerCommitLog: ['true', 'true ', 'false', 'TRUE'],
  dLegerGroup: NAMES,
  dLegerPeers: ['n0-a:1;n1-b:2;n2-c:3', 'n0-a:40911', ';;', 'n0-a-b:1;n1-a-b:2', 'x9999-a:1;y0-a:2;z7-a:3', 'n99999-a:1'],
  dLegerSelfId: ['n0', 'n1', 'n2', 'x1', 'broker', ''],
  preferredLeaderId: ['n0', 'x1', '?'],
  enableControllerMode: ['true', 'false'],
  controllerAddr: ['127.0.0.1:9878', 'a:9878;b:9878;c:9878', 'x'],
  enableControllerInNamesrv: ['true', 'false'],
  controllerDLegerPeers: ['n0-127.0.0.1:9878', 'n0-a:1;n1-b:2', 'x'],
  controllerDLegerSelfId: ['n0', 'n1', 'x'],
  kvConfigPath: ['/d/kv.json'],
  brokerConfigPaths: ['/d/a.conf'],
  maxMessageSize: ['65536', '65536 #64k', '-1', '1e9'],
  mapedFileSizeCommitLog: ['1024'],
  mappedFileSizeCommitLog: ['1024', '1g'],
  brokerIP1: ['10.0.0.1', '0.0.0.0', 'host'],
  autoCreateTopicEnable: ['true', 'yes'],
  haMasterAddress: ['10.0.0.1:10912'],
};
const pair = fc
  .constantFrom(...Object.keys(VALUES))
  .chain((key) => fc.constantFrom(...(VALUES[key] as string[])).map((value) => [key, value] as const));
/** Each key once, so that the order of lines says nothing. */
const lines = fc
  .uniqueArray(pair, { maxLength: 14, selector: ([key]) => key })
  .map((pairs) => pairs.map(([key, value]) => `${key}=${value}`));
/** Groups that a profile can hold are rare by chance. */
const group = (common: readonly string[], own: (i: number) => readonly string[]) =>
  fc.tuple(fc.integer({ min: 1, max: 4 }), lines).map(([count, more]) =>
    Array.from({ length: count }, (_, i) => {
      const given = [...common, ...own(i)];
      return [...more.filter((line) => !given.some((each) => each.split('=')[0] === line.split('=')[0])), ...given];
    }),
  );
const contents = fc.oneof(
  fc.array(lines, { minLength: 1, maxLength: 5 }),
  group(['brokerName=broker-a', 'enableControllerMode=false', 'enableDLegerCommitLog=false', 'brokerId=1'], (i) => [
    `brokerRole=${i === 0 ? 'SYNC_MASTER' : 'SLAVE'}`,
  ]),
  group(['enableDLegerCommitLog=true', 'dLegerPeers=n0-a:1;n1-b:2;n2-c:3', 'enableControllerMode=false'], (i) => [`dLegerSelfId=n${i}`]),
  group(['enableControllerMode=true', 'enableDLegerCommitLog=false', 'brokerName=broker-a'], () => []),
);
const names = ['broker-a.conf', 'broker-a-s.properties', 'n1/x.conf', 'n2/x.conf', 'namesrv.conf'];
const withNames = contents.map((files) => files.map((each, i): [string, string[]] => [names[i] as string, each]));

test('whatever the files hold, a profile that loads is written or the files are refused; the order of lines and files changes nothing', async () => {
  let written = 0;
  await fc.assert(
    fc.asyncProperty(withNames, fc.infiniteStream(fc.nat()), async (files, order) => {
      const made = await outcome(files);
      if (typeof made === 'string') expect(['NOT_IMPORTABLE', 'UNSUPPORTED']).toContain(made);
      else written += 1;
      const shuffled = <T>(items: readonly T[]) =>
        items
          .map((item) => [order.next().value as number, item] as const)
          .sort(([a], [b]) => a - b)
          .map(([, item]) => item);
      expect(await outcome(shuffled(files.map(([path, each]) => [path, shuffled(each)] as const)))).toEqual(made);
    }),
    { numRuns: 25 },
  );
  expect(written).toBeGreaterThan(3);
});

test('no bytes make it fail', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (config, script) => {
      const root = mkdtempSync(join(tmpdir(), 'rd-import-any-'));
      try {
        writeFileSync(join(root, 'a.conf'), Buffer.concat([config, Buffer.from('\nbrokerName=broker-a\n')]));
        writeFileSync(join(root, 'start.sh'), script);
        const code = await importFiles(importRequest(root, root)).then(
          () => 'written',
          (error: unknown) => toRmqdevError(error).code,
        );
        expect(['written', 'NOT_IMPORTABLE', 'UNSUPPORTED']).toContain(code);
      } finally {
        rmSync(root, { recursive: true, force: true });
      }
    }),
    { numRuns: 25 },
  );
});
