import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import type { RmqdevError } from '../../../../src/base/errors.js';
import { chooseFiles, chooseHomeFiles } from '../../../../src/cli/logs/choose-files.js';
import { nodeLogFiles } from '../../../../src/cluster/status/log-files.js';
import type { LogSource } from '../../../../src/logs/log-record.js';
import { specOf, specsOf } from '../../../fakes/cluster.js';

const shown = (sources: readonly LogSource[]) =>
  sources.map(({ node, file, minLevel }) => `${node} ${basename(file)}${minLevel ? ` ${minLevel}` : ''}`);
const broker = nodeLogFiles([specOf('broker-a', { root: '/h/c' })]);
const namesrv = nodeLogFiles([specOf('namesrv-1', { root: '/h/c' })]);

test('without --file: the role’s main log, the console, and of store.log what is WARN and above', () => {
  expect(shown(chooseFiles(broker, [])).sort()).toEqual(['broker-a broker.log', 'broker-a stdout.log', 'broker-a store.log WARN']);
  expect(shown(chooseFiles(namesrv, [])).sort()).toEqual(['namesrv-1 namesrv.log', 'namesrv-1 stdout.log']);
});

test.each([
  [['store'], ['broker-a store.log', 'broker-a storeerror.log']],
  [['store.log'], ['broker-a store.log']],
  [['stats'], ['broker-a stats.log']],
  [
    ['gc', 'stdout'],
    ['broker-a gc.log', 'broker-a stdout.log'],
  ],
])('--file %s of a broker', (files, expected) => {
  expect(shown(chooseFiles(broker, files)).sort()).toEqual(expected);
});

test('--file all is every file, each once and whole', () => {
  const all = shown(chooseFiles(broker, ['all', 'store']));
  expect(all).toContain('broker-a store.log');
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(10);
});

test('a file that only some of the nodes have is read from those', () => {
  expect(shown(chooseFiles(nodeLogFiles(specsOf()), ['stats']))).toEqual([
    'broker-a stats.log',
    'broker-a-s stats.log',
    'broker-b stats.log',
    'broker-b-s stats.log',
  ]);
});

test('a file that no node has is an error that lists what there is and the nearest', () => {
  let error: RmqdevError | undefined;
  try {
    chooseFiles([...namesrv, ...broker], ['borker']);
  } catch (thrown) {
    error = thrown as RmqdevError;
  }
  expect(error).toMatchObject({ code: 'USAGE', text: { what: 'there is no log file "borker"', next: 'Did you mean --file broker?' } });
  expect(error?.text.why).toContain('namesrv.log');
});

test('below a real home: what brokers and NameServers write there, of store.log what is WARN and above', async () => {
  const home = mkdtempSync(join(tmpdir(), 'rmqdev-user-home-'));
  const folder = join(home, 'logs', 'rocketmqlogs');
  try {
    await expect(chooseHomeFiles(home, [])).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    mkdirSync(join(folder, 'otherdays'), { recursive: true });
    for (const name of ['broker.log', 'store.log', 'namesrv.log', 'remoting.log', 'notes.txt']) writeFileSync(join(folder, name), '');
    expect(shown(await chooseHomeFiles(home, []))).toEqual(['user-home broker.log', 'user-home namesrv.log', 'user-home store.log WARN']);
    expect(shown(await chooseHomeFiles(home, ['remoting']))).toEqual(['user-home remoting.log']);
    await expect(chooseHomeFiles(home, ['notes'])).rejects.toMatchObject({ code: 'USAGE' });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
