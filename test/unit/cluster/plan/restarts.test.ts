import { expect, test } from 'vitest';
import { planRestarts } from '../../../../src/cluster/plan/restarts.js';
import { changesBetween } from '../../../../src/cluster/spec/differences.js';
import type { NodeSpec } from '../../../../src/cluster/spec/node-spec.js';
import type { NodeProfile } from '../../../../src/profile/profile.js';
import { nodeProfile, profileOf, specsOf } from '../../../fakes/cluster.js';

const GROUP = ['namesrv-1', 'broker-a-n0', 'broker-a-n1', 'broker-a-n2'];

/** From one list of nodes to another, all of the first running. */
function plan(
  before: readonly (string | NodeProfile)[],
  after: readonly (string | NodeProfile)[],
  version?: { before: string; after: string },
) {
  const [old, next] = [
    specsOf({ profile: profileOf(before), ...(version && { version: version.before }) }),
    specsOf({ profile: profileOf(after), ...(version && { version: version.after }) }),
  ];
  const nowOf = (id: string) => old.find((spec) => spec.id === id);
  const changed = next.flatMap((spec: NodeSpec) => {
    const now = nowOf(spec.id);
    return now && changesBetween(now, spec).length > 0 ? [{ now, next: spec }] : [];
  });
  return planRestarts(changed, next, (id) => nowOf(id) !== undefined);
}

test('another release, heap or property is taken up one node at a time, and nothing need be said', () => {
  const pair = ['namesrv-1', 'broker-a', 'broker-a-s'];
  expect(plan(pair, pair, { before: '4.7.0', after: '4.9.7' })).toEqual({ rolled: pair, together: [], notice: undefined });
  const heap = [...pair.slice(0, 2), nodeProfile('broker-a-s', { heapBytes: 300 * 1_048_576 })];
  expect(plan(pair, heap)).toEqual({ rolled: ['broker-a-s'], together: [], notice: undefined });
  expect(plan(GROUP, GROUP, { before: '4.7.0', after: '4.9.7' }).rolled).toEqual(GROUP);
});

test('a peer more or less restarts its group as one, with the peer that joins, and says so; other groups are left alone', () => {
  const other = ['broker-b-n0', 'broker-b-n1', 'broker-b-n2'];
  const more = plan([...GROUP, ...other], [...GROUP, ...other, 'broker-a-n3']);
  expect(more).toMatchObject({ rolled: [], together: ['broker-a-n0', 'broker-a-n1', 'broker-a-n2', 'broker-a-n3'] });
  expect(more.notice).toMatch(/broker-a-n0, broker-a-n1, broker-a-n2 are restarted together, and broker-a takes no sends/);
  const less = plan([...GROUP, 'broker-a-n3'], GROUP);
  expect(less).toMatchObject({ rolled: [], together: GROUP.slice(1) });
});

test('another controller restarts the controllers and the replicas that they lead together', () => {
  const replica = (id: string) => nodeProfile(id, { election: 'controller' });
  const before = ['namesrv-1', 'controller-1', replica('broker-a-n0'), replica('broker-a-n1')];
  const { together, notice } = plan(before, [...before, 'controller-2']);
  expect(together.toSorted()).toEqual(['broker-a-n0', 'broker-a-n1', 'controller-1', 'controller-2']);
  expect(notice).toContain('the controllers and broker-a take no sends until they have elected');
});

test('another NameServer is learnt by all brokers at once', () => {
  const { together, notice } = plan(['namesrv-1', 'broker-a', 'broker-a-s'], ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s']);
  expect(together).toEqual(['broker-a', 'broker-a-s']);
  expect(notice).toBe('addresses change: broker-a, broker-a-s are restarted together');
});

// A slave is listed only where its master is: one that starts before its master has learnt of the new NameServer waited for it in vain.
test('what joins together with a NameServer starts with those that must learn of it; the NameServer itself before them', () => {
  const pair = ['namesrv-1', 'broker-a'];
  const more = ['namesrv-2', 'broker-a-s', 'proxy-1'];
  const { rolled, together, notice } = plan(pair, [...pair, ...more]);
  expect({ rolled, together: together.toSorted() }).toEqual({ rolled: [], together: ['broker-a', 'broker-a-s', 'proxy-1'] });
  expect(notice).toBe('addresses change: broker-a is restarted');
  expect(plan(GROUP, [...GROUP, 'namesrv-2', 'broker-a-n3']).together.toSorted()).toEqual([...GROUP.slice(1), 'broker-a-n3']);
});

// It has a leader only once the running one knows it: started first, it waited for that.
test('a NameServer that joins with a controller in it starts with the controllers that must learn of it', () => {
  const hosting = (id: string) => nodeProfile(id, { properties: { enableControllerInNamesrv: 'true' } });
  const before = [hosting('namesrv-1'), nodeProfile('broker-a-n0', { election: 'controller' })];
  expect(plan(before, [...before, hosting('namesrv-2')]).together.toSorted()).toEqual(['broker-a-n0', 'namesrv-1', 'namesrv-2']);
});

test('TLS cannot be rolled: all nodes speak it or none', () => {
  const nodes = ['namesrv-1', 'broker-a', 'broker-a-s'];
  const [old, next] = [false, true].map((tls) => specsOf({ profile: profileOf(nodes, { tls }) })) as [NodeSpec[], NodeSpec[]];
  const changed = next.map((spec, at) => ({ now: old[at] as NodeSpec, next: spec }));
  expect(changed.every(({ now, next }) => changesBetween(now, next).length > 0)).toBe(true);
  expect(planRestarts(changed, next, () => true)).toMatchObject({
    rolled: [],
    together: nodes,
    notice: expect.stringContaining('TLS changes'),
  });
});
