import { expect, test } from 'vitest';
import { startTiers, stopTiers } from '../../../../src/cluster/actions/start.js';
import { assignmentsOf, profileOf, specsOf } from '../../../fakes/cluster.js';

const ids = (tiers: { id: string }[][]) => tiers.map((tier) => tier.map(({ id }) => id));
const NAMESRVS = ['namesrv-1', 'namesrv-2'];

test('controllers start with the NameServers and stop between them and the brokers', () => {
  const specs = specsOf({ profile: profileOf(['namesrv-1', 'controller-1', 'broker-a-n0', 'broker-a-n1']) });
  expect(ids(startTiers(specs))).toEqual([
    ['namesrv-1', 'controller-1'],
    ['broker-a-n0', 'broker-a-n1'],
  ]);
  expect(ids(stopTiers(specs))).toEqual([['broker-a-n0', 'broker-a-n1'], ['controller-1'], ['namesrv-1']]);
});

test('proxies start when the brokers are there, and stop before them', () => {
  const specs = specsOf({ profile: profileOf(['proxy-1', 'namesrv-1', 'broker-a', 'broker-a-s']) });
  expect(ids(startTiers(specs))).toEqual([['namesrv-1'], ['broker-a', 'broker-a-s'], ['proxy-1']]);
  expect(ids(stopTiers(specs))).toEqual([['proxy-1'], ['broker-a-s', 'broker-a'], ['namesrv-1']]);
});

test('4.x: NameServers, then masters, then slaves: a slave that finds no master sleeps 5 s', () => {
  expect(ids(startTiers(specsOf({ version: '4.9.7' })))).toEqual([NAMESRVS, ['broker-a', 'broker-b'], ['broker-a-s', 'broker-b-s']]);
});

test('5.x: NameServers, then all brokers at once', () => {
  expect(ids(startTiers(specsOf({ version: '5.5.0' })))).toEqual([NAMESRVS, ['broker-a', 'broker-a-s', 'broker-b', 'broker-b-s']]);
});

test('one broker of 4.x among those of 5.x makes all wait for their masters', () => {
  const profile = profileOf();
  const assignments = assignmentsOf(profile, '5.5.0');
  const old = assignmentsOf(profile, '4.9.7').get('broker-a-s');
  if (old) assignments.set('broker-a-s', old);
  expect(ids(startTiers(specsOf({ profile, assignments })))).toHaveLength(3);
});

test('only what is to start is in the tiers, and none is empty', () => {
  const specs = specsOf({ version: '4.9.7' }).filter(({ id }) => id === 'broker-b-s');
  expect(ids(startTiers(specs))).toEqual([['broker-b-s']]);
  expect(startTiers([])).toEqual([]);
});

test('a stop takes brokers before NameServers, and of the brokers slaves first', () => {
  expect(ids(stopTiers(specsOf()))).toEqual([['broker-a-s', 'broker-b-s', 'broker-a', 'broker-b'], NAMESRVS]);
});
