import { expect, test } from 'vitest';
import { NodePaths } from '../../../src/base/paths.js';
import { logFiles } from '../../../src/rocketmq/log-files.js';

const namesOf = (version: string, role: Parameters<typeof logFiles>[1]) => logFiles(version, role).map(({ name }) => name);

test('a broker shows its main log and stdout, and of its store the warnings', () => {
  const shown = logFiles('5.5.0', 'broker').filter((file) => file.shown !== 'on-request');
  expect(shown).toEqual([
    { name: 'broker', path: 'logs/rocketmqlogs/broker.log', shown: 'always' },
    { name: 'store', path: 'logs/rocketmqlogs/store.log', shown: 'warnings' },
    { name: 'stdout', path: 'stdout.log', shown: 'always' },
  ]);
});

test('the paths are those of a node', () => {
  const paths = new NodePaths('/n');
  const inNode = logFiles('4.9.7', 'namesrv').map(({ path }) => `/n/${path}`);
  expect(inNode).toEqual([`${paths.logs}/namesrv.log`, `${paths.logs}/namesrv_default.log`, paths.stdout, paths.gcLog]);
});

test.each([
  ['4.9.7', 'pop', false],
  ['5.0.0', 'pop', true],
  ['5.1.0', 'broker_traffic', true],
  ['5.1.4', 'rocksdb', true],
  ['5.2.0', 'auth_audit', false],
  ['5.3.3', 'auth_audit', true],
  ['5.3.3', 'lite', false],
  ['5.5.0', 'lite', true],
])('a %s broker: %s.log %s', (version, name, exists) => {
  expect(namesOf(version, 'broker').includes(name)).toBe(exists);
});

test('each role has exactly one main log, named after it', () => {
  for (const role of ['namesrv', 'broker', 'controller', 'proxy'] as const) {
    const main = logFiles('5.5.0', role).filter(({ shown, name }) => shown === 'always' && name !== 'stdout');
    expect(main.map(({ name }) => name)).toEqual([role]);
  }
});
