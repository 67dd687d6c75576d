import { expect, test } from 'vitest';
import { restartOrder, startMilestones, startNeeds, stopTiers } from '../../../../src/cluster/actions/start-order.js';
import type { NodeSpec } from '../../../../src/cluster/spec/node-spec.js';
import { assignmentsOf, profileOf, specsOf } from '../../../fakes/cluster.js';

const ids = (tiers: { id: string }[][]) => tiers.map((tier) => tier.map(({ id }) => id));
const NAMESRVS = ['namesrv-1', 'namesrv-2'];
const needsOf = (id: string, specs: readonly NodeSpec[]) =>
  startNeeds(specs.find((spec) => spec.id === id) as NodeSpec, specs).map((need) => `${need.id} ${need.until}`);
const NAMESRVS_READY = ['namesrv-1 ready', 'namesrv-2 ready'];

test('controllers start with the NameServers and stop between them and the brokers', () => {
  const specs = specsOf({ profile: profileOf(['namesrv-1', 'controller-1', 'broker-a-n0', 'broker-a-n1']) });
  expect(needsOf('namesrv-1', specs)).toEqual([]);
  expect(needsOf('controller-1', specs)).toEqual([]);
  expect(needsOf('broker-a-n0', specs)).toEqual(['namesrv-1 ready', 'controller-1 ready']);
  expect(ids(stopTiers(specs))).toEqual([['broker-a-n0', 'broker-a-n1'], ['controller-1'], ['namesrv-1']]);
});

test('proxies start when the brokers are there, and stop before them', () => {
  const specs = specsOf({ profile: profileOf(['proxy-1', 'namesrv-1', 'broker-a', 'broker-a-s']) });
  expect(needsOf('proxy-1', specs)).toEqual(['namesrv-1 ready', 'broker-a registered', 'broker-a-s registered']);
  expect(ids(stopTiers(specs))).toEqual([['proxy-1'], ['broker-a-s', 'broker-a'], ['namesrv-1']]);
});

test('4.x: NameServers, then masters, then the slaves of each: a slave that finds no master sleeps 5 s', () => {
  const specs = specsOf({ version: '4.9.7' });
  expect(needsOf('broker-a', specs)).toEqual(NAMESRVS_READY);
  expect(needsOf('broker-a-s', specs)).toEqual([...NAMESRVS_READY, 'broker-a answering']);
});

test('5.x: slaves at once, because they sleep 5 s before they look for their masters; masters once there are NameServers', () => {
  const specs = specsOf({ version: '5.5.0' });
  expect(needsOf('broker-a-s', specs)).toEqual([]);
  expect(needsOf('broker-a', specs)).toEqual(NAMESRVS_READY);
});

test('a slave of 4.x among brokers of 5.x waits for its master, and no other does', () => {
  const profile = profileOf();
  const assignments = assignmentsOf(profile, '5.5.0');
  const old = assignmentsOf(profile, '4.9.7').get('broker-a-s');
  if (old) assignments.set('broker-a-s', old);
  const specs = specsOf({ profile, assignments });
  expect(needsOf('broker-a-s', specs)).toContain('broker-a answering');
  expect(needsOf('broker-b-s', specs)).toEqual([]);
});

test('only what is to start is waited for', () => {
  const specs = specsOf({ version: '4.9.7' }).filter(({ id }) => id === 'broker-b-s');
  expect(needsOf('broker-b-s', specs)).toEqual([]);
});

test('a start is told role by role, the brokers twice: when they answer, and when they are in sync', () => {
  const told = (profile: string[]) => startMilestones(specsOf({ profile: profileOf(profile) })).map(({ label }) => label);
  expect(told(['broker-a', 'broker-a-s', 'namesrv-1', 'proxy-1'])).toEqual(['NameServers', 'brokers', 'in sync', 'proxies']);
  expect(told(['broker-a', 'broker-b', 'namesrv-1'])).toEqual(['NameServers', 'brokers', 'writable']);
  expect(told(['namesrv-1'])).toEqual(['NameServers']);
});

test('a stop takes brokers before NameServers, and of the brokers slaves first', () => {
  expect(ids(stopTiers(specsOf()))).toEqual([['broker-a-s', 'broker-b-s', 'broker-a', 'broker-b'], NAMESRVS]);
});

test('a rolling restart takes NameServers, slaves, followers, the leader, masters, proxies', () => {
  const specs = specsOf({ profile: profileOf(['proxy-1', 'broker-a', 'broker-b-n0', 'broker-b-n1', 'broker-a-s', 'namesrv-1']) });
  const order = restartOrder(specs, ({ id }) => id === 'broker-b-n0').map(({ id }) => id);
  expect(order).toEqual(['namesrv-1', 'broker-a-s', 'broker-b-n1', 'broker-b-n0', 'broker-a', 'proxy-1']);
});
