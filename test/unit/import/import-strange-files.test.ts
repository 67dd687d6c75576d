import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { foundFiles } from '../../../src/import/found-files.js';
import { importFiles } from '../../../src/import/import-files.js';
import { folderOf, imported, importRequest } from '../../support/import-files.js';

const BROKER = 'brokerName=broker-a\nbrokerId=0\nmaxMessageSize=65536\n';
const codes = ({ findings }: Awaited<ReturnType<typeof imported>>) => findings.map(({ code, at }) => `${code}:${at[0]?.line ?? '-'}`);
const utf16 = (text: string, order: 'le' | 'be') => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};
/** 中文 in GBK. */
const GBK = Buffer.concat([Buffer.from('#'), Buffer.from([0xd6, 0xd0, 0xce, 0xc4]), Buffer.from(`\r\n${BROKER.replaceAll('\n', '\r\n')}`)]);

test.each([
  ['CRLF', BROKER.replaceAll('\n', '\r\n'), []],
  ['GBK', GBK, []],
  ['UTF-8 with Chinese comments', `#所属集群名字\n${BROKER}`, []],
  ['a byte order mark', `\uFEFF${BROKER}`, ['FILE_ENCODING:1']],
  ['UTF-16, little end first', utf16(BROKER, 'le'), ['FILE_ENCODING:1']],
  ['UTF-16, big end first', utf16(BROKER, 'be'), ['FILE_ENCODING:1']],
  ['a key that stands twice', `${BROKER}maxMessageSize=4096\nmaxMessageSize=65536\n`, ['KEY_REPEATED:3', 'KEY_REPEATED:4']],
])('%s: what was meant is taken over', async (_, content, expected) => {
  const result = await imported(folderOf({ 'x.conf': content }), { rocketmq: '4.9.7' });
  expect(codes(result)).toEqual(expected);
  expect(result.node('broker-a')).toMatchObject({ brokerId: 0, properties: { maxMessageSize: '65536' } });
});

test('a file for a broker and a NameServer is the broker, and both are said', async () => {
  const result = await imported(folderOf({ 'x.conf': `${BROKER}kvConfigPath=/d/kv.json\nlistenPort=10911\n` }));
  expect(result.nodes).toEqual(['namesrv-1', 'broker-a']);
  expect(codes(result)).toContain('FILE_TWO_ROLES:-');
  expect(result.told).toContain('x.conf:4 kvConfigPath=/d/kv.json → left out');
});

test('empty and binary files beside a broker are said and harm nothing', async () => {
  const result = await imported(
    folderOf({ 'a.conf': BROKER, 'empty.conf': '', 'blank.properties': ' \r\n\r\n', 'binary.conf': new Uint8Array(500) }),
  );
  expect(result.nodes).toEqual(['namesrv-1', 'broker-a']);
  expect(codes(result)).toEqual(['FILE_UNREADABLE:-', 'FILE_UNREADABLE:-', 'FILE_UNREADABLE:-']);
});

test('a start script of Windows gives the NameServers; its paths are found', async () => {
  const result = await imported(
    folderOf({
      'rocketmq-all-4.9.7/bin/start.cmd':
        '@echo off\r\nrem all of it\r\nset HOME_MQ=D:\\mq\r\nstart .\\mqnamesrv.cmd\r\nstart .\\mqbroker.cmd -n 127.0.0.1:9876;127.0.0.1:9886 ^\r\n  -c ..\\conf\\broker-a.conf\r\nstart mqbroker -c ..\\conf\\gone.conf\r\n',
      'rocketmq-all-4.9.7/conf/broker-a.conf': `${BROKER}storePathRootDir=D:/mq/store\r\nstorePathCommitLog=D:/mq/store/commitlog\r\n`,
    }),
  );
  expect(result).toMatchObject({ nodes: ['namesrv-1', 'namesrv-2', 'broker-a'], rocketmq: '4.9.7' });
  expect(result.node('namesrv-2')?.listenPort).toBe(9_886);
  expect(codes(result)).toEqual(['CONFIG_FILE_MISSING:7']);
  expect(result.told).toContain('broker-a.conf:5 storePathCommitLog=D:/mq/store/commitlog → the folder of the node');
});

test('a quoted list of NameServers in a shell script is one word, also behind other commands', async () => {
  const result = await imported(
    folderOf({
      'start.sh':
        'cd /opt/mq; nohup sh bin/mqbroker -n "127.0.0.1:9876;127.0.0.1:9886" -c conf/broker-a.conf > /dev/null 2>&1 & ps -ef | grep mqbroker\n',
      'conf/broker-a.conf': BROKER,
    }),
  );
  expect(result.nodes).toEqual(['namesrv-1', 'namesrv-2', 'broker-a']);
  expect(codes(result)).toEqual([]);
});

test('one configuration among 10,000 files, below links that lead in a circle', async () => {
  const root = folderOf({ 'deep/conf/broker-a.conf': BROKER });
  mkdirSync(join(root, 'data'));
  for (let i = 0; i < 10_000; i += 1) writeFileSync(join(root, 'data', `${i}.txt`), '');
  symlinkSync('..', join(root, 'deep', 'up'));
  symlinkSync('nowhere', join(root, 'deep', 'gone.conf'));
  expect(await imported(root)).toMatchObject({ nodes: ['namesrv-1', 'broker-a'], findings: [] });
});

test('more files than are looked at, and more brokers than a machine runs: refused, never a part', async () => {
  const root = folderOf(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`${i}.conf`, BROKER])));
  await expect(foundFiles([root], 100)).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    text: { what: `${root} holds more than 100 files`, next: expect.stringContaining('Name the folder') },
  });
  await expect(imported(root)).rejects.toMatchObject({
    code: 'NOT_IMPORTABLE',
    text: { why: expect.stringContaining('101 files are brokers') },
  });
});

test('files that are linked are read as if they lay there', async () => {
  const elsewhere = folderOf({ 'b.conf': BROKER });
  const root = folderOf();
  symlinkSync(join(elsewhere, 'b.conf'), join(root, 'b.conf'));
  symlinkSync(elsewhere, join(root, 'more'));
  await expect(imported(join(root, 'more'))).resolves.toMatchObject({ nodes: ['namesrv-1', 'broker-a'] });
});

test.each([
  ['in a folder that is not there', 'gone/out.yaml', 'its folder does not exist'],
  ['below a file', 'mine.txt/out.yaml', 'a part of its path is a file'],
  ['on a folder', 'folder', 'it is a folder'],
])('a profile %s: refused, and nothing is left', async (_, output, why) => {
  const cwd = folderOf({ 'mine.txt': 'mine', 'folder/mine.txt': 'mine' });
  const before = readdirSync(cwd, { recursive: true }).sort();
  for (const mayReplace of output === 'folder' ? [true] : [true, false]) {
    const request = importRequest(cwd, folderOf({ 'a.conf': BROKER }), { output: join(cwd, output), mayReplace });
    await expect(importFiles(request)).rejects.toMatchObject({ code: 'FILE_NOT_WRITTEN', text: { why } });
  }
  expect(readdirSync(cwd, { recursive: true }).sort()).toEqual(before);
});

// JSON.parse takes any depth; what writes it again does not, and import ended in INTERNAL.
test('a proxy file that is nested too deep is said, and harms nothing', async () => {
  const deep = `{"namesrvAddr": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
  const result = await imported(folderOf({ 'a.conf': BROKER, 'rmq-proxy.json': deep }));
  expect(result.nodes).toEqual(['namesrv-1', 'broker-a']);
  expect(codes(result)).toEqual(['JSON_INVALID:-']);
});
