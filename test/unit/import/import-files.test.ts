import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importFiles } from '../../../src/import/import-files.js';
import { ARTICLES, folderOf as folder, imported, importRequest as request } from '../../support/import-files.js';

const broker = (name: string, id: number | string, more = '') =>
  `brokerName=${name}\nbrokerId=${id}\nbrokerRole=${String(id).trim() === '0' ? 'SYNC_MASTER' : 'SLAVE'}\n${more}`;

const MASTERS_FIRST = ['broker-a', 'broker-b', 'broker-a-s', 'broker-b-s'];

test('macos: two folders are one cluster; names, ports and the release are kept, brokerId with a blank is meant', async () => {
  const { profile, nodes, findings, node } = await imported(join(ARTICLES, 'macos'));
  expect(nodes).toEqual(['namesrv-1', 'namesrv-2', ...MASTERS_FIRST]);
  expect(profile).toMatchObject({
    rocketmq: '4.7.0',
    brokerClusterName: 'rocketmq-cluster_2m-2s-sync',
    replication: 'sync',
    flush: 'sync',
  });
  expect(node('namesrv-2')?.listenPort).toBe(29_876);
  expect(node('broker-a')).toMatchObject({ brokerName: 'broker-a', brokerId: 0, listenPort: 10_211 });
  expect(node('broker-b-s')).toMatchObject({ brokerName: 'broker-b', brokerId: 1, listenPort: 10_411 });
  expect(node('broker-a')?.properties).toMatchObject({
    mappedFileSizeCommitLog: '1073741824',
    fileReservedTime: '120',
    maxMessageSize: '65536',
  });
  const blank = findings.find(({ code, at }) => code === 'VALUE_BLANK_AT_END' && at[0]?.text.startsWith('brokerId'));
  expect(blank).toMatchObject({ changedTo: ['brokerId 0'], at: [{ line: 6, file: expect.stringMatching(/broker-a\.properties$/) }] });
});

test('windows, in GBK with CRLF: the port of a master that is the HA port of the other is left to rmqdev, and so said', async () => {
  const { nodes, findings, node } = await imported(join(ARTICLES, 'windows'));
  expect(nodes).toEqual(['namesrv-1', ...MASTERS_FIRST]);
  expect([node('broker-a')?.listenPort, node('broker-b')?.listenPort]).toEqual([10_911, undefined]);
  expect(node('broker-a')?.properties).toMatchObject({ flushDiskType: 'SYNC_FLUSH' });
  expect(findings.find(({ code }) => code === 'PORT_CONFLICT')).toMatchObject({ changedTo: ['the next free port'] });
  expect(findings.filter(({ code }) => code === 'PATH_RELATIVE')[0]).toMatchObject({ changedTo: ['the folder of the node'] });
});

test('two hosts become one: a NameServer for each, and equal ports once', async () => {
  const { nodes, node } = await imported(join(ARTICLES, 'two-hosts'));
  expect(nodes).toEqual(['namesrv-1', 'namesrv-2', ...MASTERS_FIRST]);
  expect(MASTERS_FIRST.map((id) => node(id)?.listenPort)).toEqual([10_911, undefined, 11_911, undefined]);
});

// It became ASYNC_MASTER without a word.
test('a SYNC_MASTER without a slave becomes ASYNC_MASTER, and so said', async () => {
  const { profile, told } = await imported(folder({ 'a.conf': broker('a', 0), 'b.conf': broker('b', 0), 'b-s.conf': broker('b', 1) }));
  expect(profile.replication).toBe('sync');
  expect(told.filter((each) => each.includes('brokerRole'))).toEqual(['a.conf:3 brokerRole=SYNC_MASTER → ASYNC_MASTER']);
});

test('drive letters, addresses and unknown keys are changed; the heap of a script is taken', async () => {
  const { node, changes } = await imported(
    folder({
      'broker-a.conf': broker(
        'broker-a',
        0,
        'storePathRootDir=D:\\store\\a\nbrokerIP1=203.0.113.7\nhaMasterAdress=x\nmaxMessageSize=65536 \n',
      ),
      'runbroker.sh': 'export JAVA_OPT="-server -Xms512m -Xmx512m"\n',
    }),
    { rocketmq: '4.9.7' },
  );
  expect(node('broker-a')).toMatchObject({ properties: { maxMessageSize: '65536' }, heapBytes: 536_870_912 });
  const what = changes.map(({ from, to, line }) => `${line} ${from} → ${to}`);
  expect(what).toEqual(expect.arrayContaining(['5 brokerIP1=203.0.113.7 → 127.0.0.1', '6 haMasterAdress=x → left out']));
  expect(what).toContainEqual(expect.stringMatching(/^4 storePathRootDir=.* → the folder of the node$/));
});

test('brokers that do not fit are made to fit', async () => {
  const { profile } = await imported(
    folder({
      'a.conf': broker('broker-a', 0),
      'a-again.conf': broker('broker-a', 0),
      'broker-a-s.conf': broker('broker-a-s', 1),
      's2.conf': broker('broker-a', '1 '),
      'x.conf': broker('lost.name', 3),
    }),
  );
  const identities = profile.nodes
    .filter(({ role }) => role === 'broker')
    .map(({ id, brokerName, brokerId }) => `${id} ${brokerName} ${brokerId}`);
  expect(identities).toEqual([
    'broker-a broker-a 0',
    'broker-a-2 broker-a-2 0',
    'broker-a-s broker-a 1',
    'broker-a-s2 broker-a 2',
    'lost-name lost.name 0',
  ]);
});

test.each([
  ['nothing', 'NOT_IMPORTABLE', {}],
  ['a binary file and an empty one', 'NOT_IMPORTABLE', { 'a.conf': new Uint8Array(500), 'b.conf': '' }],
  ['a NameServer alone', 'NOT_IMPORTABLE', { 'namesrv.conf': 'listenPort=9876\n' }],
] as const)('%s: refused, and no file is written', async (_, code, files) => {
  const cwd = folder();
  await expect(importFiles(request(cwd, folder(files)))).rejects.toMatchObject({ code });
  expect(readdirSync(cwd)).toEqual([]);
});

test('a profile of an earlier import is replaced with --force alone, any other file never; a bad name is refused; the name is that of the folder', async () => {
  const conf = folder({ 'a.conf': broker('broker-a', 0) });
  const cwd = folder({ 'out.yaml': 'mine' });
  await expect(importFiles(request(cwd, conf))).rejects.toMatchObject({ code: 'FILE_NOT_WRITTEN' });
  expect(readFileSync(join(cwd, 'out.yaml'), 'utf8')).toBe('mine');
  // It may be one of the files to import.
  await expect(importFiles(request(cwd, conf, { mayReplace: true }))).rejects.toMatchObject({ code: 'FILE_NOT_WRITTEN' });
  expect(readFileSync(join(cwd, 'out.yaml'), 'utf8')).toBe('mine');
  const output = (await importFiles(request(cwd, conf, { output: 'new.yaml' }))).file;
  await expect(importFiles(request(cwd, conf, { output }))).rejects.toMatchObject({ code: 'FILE_NOT_WRITTEN' });
  await importFiles(request(cwd, folder({ 'b.conf': broker('broker-b', 0) }), { output, mayReplace: true }));
  expect(readFileSync(output, 'utf8')).toContain('broker-b');
  await expect(importFiles(request(cwd, conf, { output: undefined, name: '../x' }))).rejects.toMatchObject({ code: 'NAME_INVALID' });
  const { file } = await importFiles(request(cwd, conf, { output: undefined, name: 'mine' }));
  expect([file, existsSync(file)]).toEqual([join(cwd, 'mine.yaml'), true]);
});
