import { expect, test } from 'vitest';
import { liveRole, replicationOf } from '../../../../src/cluster/status/replication.js';
import { nodeProfile, profileOf, specsOf } from '../../../fakes/cluster.js';

const replica = (id: string) => nodeProfile(id, { election: 'controller' });
const specs = specsOf({
  profile: profileOf(['namesrv-1', 'controller-1', replica('broker-a-n0'), replica('broker-a-n1'), replica('broker-a-n2')]),
});
const addressOf = (id: string) => specs.find((spec) => spec.id === id)?.registeredAddress ?? '';
const routes = new Map([
  ['namesrv-1', new Map([['broker-a', new Map(['broker-a-n0', 'broker-a-n1', 'broker-a-n2'].map((id, n) => [n, addressOf(id)]))]])],
]);
const offsets = new Map([
  ['broker-a-n0', 90],
  ['broker-a-n1', 90],
  ['broker-a-n2', 70],
]);

test('what the controllers count as in sync is in sync, whatever a commit log holds at that moment', () => {
  const syncStateSets = new Map([['broker-a', new Set([addressOf('broker-a-n0'), addressOf('broker-a-n2')])]]);
  const asked = { routes, offsets, ahead: new Set<string>(), leader: 'controller-1', syncStateSets };
  const of = (id: string) => replicationOf(specs.find((spec) => spec.id === id) as (typeof specs)[number], specs, asked, () => true);
  expect([of('broker-a-n0'), of('broker-a-n1'), of('broker-a-n2'), of('controller-1')]).toEqual([
    { inSync: true, lagBytes: null },
    { inSync: false, lagBytes: 0 },
    { inSync: true, lagBytes: 20 },
    { inSync: null, lagBytes: null },
  ]);
  const alone = { ...asked, syncStateSets: new Map([['broker-a', new Set([addressOf('broker-a-n0')])]]) };
  expect(replicationOf(specs[2] as (typeof specs)[number], specs, alone, () => true).inSync).toBe(false);
});

test('the words of a live role: leader and follower for controllers, master and slave for their replicas', () => {
  const words = (leader: string | undefined) => specs.map((spec) => liveRole({ routes, offsets, ahead: new Set(), leader }, spec));
  expect(words('controller-1')).toEqual([null, 'leader', 'master', 'slave', 'slave']);
  expect(words(undefined)[1]).toBeNull();
});
