import { expect, test } from 'vitest';
import { nodeLogFiles } from '../../../../src/cluster/status/log-files.js';
import { specOf, specsOf } from '../../../fakes/cluster.js';

test('each log of a node lies in its own folder, the main log first', () => {
  const [first, ...rest] = nodeLogFiles([specOf('broker-a', { root: '/h/c' })]);
  expect(first).toEqual({ node: 'broker-a', file: '/h/c/nodes/broker-a/logs/rocketmqlogs/broker.log', shown: 'always' });
  expect(rest).toContainEqual({ node: 'broker-a', file: '/h/c/nodes/broker-a/logs/rocketmqlogs/store.log', shown: 'warnings' });
  expect(rest).toContainEqual({ node: 'broker-a', file: '/h/c/nodes/broker-a/gc.log', shown: 'on-request' });
});

test('the nodes come in the order in which they were asked for', () => {
  const nodes = nodeLogFiles(specsOf()).map(({ node }) => node);
  expect([...new Set(nodes)]).toEqual(specsOf().map(({ id }) => id));
});

test('a file that this release does not write is not one of its files', () => {
  const names = (version: string) => nodeLogFiles([specOf('broker-a', { version })]).map(({ file }) => file.split('/').at(-1));
  expect([names('5.5.0').includes('lite.log'), names('4.9.7').includes('lite.log')]).toEqual([true, false]);
});
