import { expect, test, vi } from 'vitest';
import type { RmqdevError } from '../../../../src/base/errors.js';
import { type LiveRoles, type Selectable, select, selectAll } from '../../../../src/cluster/status/selectors.js';
import { specsOf } from '../../../fakes/cluster.js';

const NODES: readonly Selectable[] = specsOf();
/** As the profile has it: nobody has failed over. */
const configured: LiveRoles = {
  holder: (brokerName, role) => [role === 'master' ? brokerName : `${brokerName}-s`],
  lastHolder: (brokerName, role) => [role === 'master' ? brokerName : `${brokerName}-s`],
};
const nobodyNow: LiveRoles = { ...configured, holder: () => [] };
const chosen = async (selector: string, live = configured, needsHolder = false) =>
  (await select(selector, NODES, async () => live, needsHolder)).ids.join(' ');
const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it was accepted');
    },
    (error: RmqdevError) => error,
  );

test.each([
  ['broker-a-s', 'broker-a-s'],
  ['namesrv-2', 'namesrv-2'],
  ['master-a', 'broker-a'],
  ['slave-a', 'broker-a-s'],
  ['master-broker-b', 'broker-b'],
  ['slave-broker-b', 'broker-b-s'],
  ['broker-*', 'broker-a broker-a-s broker-b broker-b-s'],
  ['*-s', 'broker-a-s broker-b-s'],
  ['broker-[ab]', 'broker-a broker-b'],
  ['{namesrv-1,broker-b}', 'namesrv-1 broker-b'],
  ['broker-?', 'broker-a broker-b'],
  ['masters', 'broker-a broker-b'],
  ['slaves', 'broker-a-s broker-b-s'],
  ['brokers', 'broker-a broker-a-s broker-b broker-b-s'],
  ['namesrvs', 'namesrv-1 namesrv-2'],
  ['all', 'namesrv-1 namesrv-2 broker-a broker-a-s broker-b broker-b-s'],
])('%s is %s', async (selector, ids) => {
  expect(await chosen(selector)).toBe(ids);
});

test('an id comes before the brokerName that it equals: only the master is meant', async () => {
  expect(await chosen('broker-a')).toBe('broker-a');
});

test('a brokerName that is no id means all its replicas', async () => {
  const nodes = [0, 1, 2].map((brokerId) => ({ id: `n${brokerId}`, role: 'broker', brokerName: 'orders', brokerId }));
  expect((await select('orders', nodes, async () => configured, false)).ids).toEqual(['n0', 'n1', 'n2']);
});

test('an id comes before the live role that it spells', async () => {
  const nodes = [...NODES, { id: 'master-a', role: 'broker', brokerName: 'other', brokerId: 0 }];
  expect((await select('master-a', nodes, async () => nobodyNow, true)).ids).toEqual(['master-a']);
});

test('a live role follows a failover', async () => {
  const live: LiveRoles = { ...configured, holder: (brokerName, role) => (role === 'master' ? [`${brokerName}-s`] : []) };
  expect(await chosen('master-a', live, true)).toBe('broker-a-s');
});

test('the NameServers are asked for live roles only', async () => {
  const ask = vi.fn(async () => configured);
  for (const selector of ['broker-a', 'masters', 'broker-*']) await select(selector, NODES, ask, false);
  expect(ask).not.toHaveBeenCalled();
  await select('master-a', NODES, ask, false);
  expect(ask).toHaveBeenCalledOnce();
});

test('where nobody holds the role, a verb that reads or starts takes the last holder and says so', async () => {
  expect(await select('master-a', NODES, async () => nobodyNow, false)).toEqual({
    ids: ['broker-a'],
    notice: 'nobody is master of broker-a now; taking broker-a, the last one',
  });
});

test('where nobody holds the role, a verb that acts on it fails and names the last holder', async () => {
  expect(await errorOf(chosen('master-a', nobodyNow, true))).toMatchObject({
    code: 'NO_ROLE_HOLDER',
    text: {
      why: 'no NameServer lists a master of broker-a; the last one was broker-a',
      next: expect.stringContaining('`rmqdev start broker-a`'),
    },
  });
});

test('a role that the profile does not have fails for every verb', async () => {
  const nodes = NODES.filter(({ id }) => !id.endsWith('-s'));
  const none: LiveRoles = { holder: () => [], lastHolder: () => [] };
  expect(await errorOf(select('slave-a', nodes, async () => none, false))).toMatchObject({
    code: 'NO_ROLE_HOLDER',
    text: { why: 'broker-a has no slave in this profile' },
  });
});

test.each([
  ['brokre-a', 'Did you mean broker-a?'],
  ['master-c', 'Did you mean master-a?'],
  ['mastres', 'Did you mean masters?'],
  ['broker-x*', 'Did you mean broker-a?'],
  ['something', 'A glob such as "broker-*" works too; put it in quotes'],
])('%s matches nothing: the error lists what there is and the nearest', async (selector, next) => {
  const error = await errorOf(chosen(selector));
  expect(error).toMatchObject({ code: 'SELECTOR_UNKNOWN', text: { what: `no node matches "${selector}"`, next } });
  expect(error.text.why).toBe(
    'there are namesrv-1, namesrv-2, broker-a, broker-a-s, broker-b, broker-b-s; live roles master-a, slave-a, master-b, slave-b; groups all, masters, slaves, brokers, namesrvs',
  );
});

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty', ''])('%j is no group', async (selector) => {
  expect((await errorOf(chosen(selector))).code).toBe('SELECTOR_UNKNOWN');
});

test('several selectors: each node once, in the order of the cluster, notices together', async () => {
  const all = ['slave-b', 'broker-a', 'masters', 'namesrv-1'];
  expect(await selectAll(all, NODES, async () => nobodyNow, false)).toEqual({
    ids: ['namesrv-1', 'broker-a', 'broker-b', 'broker-b-s'],
    notice: 'nobody is slave of broker-b now; taking broker-b-s, the last one',
  });
});

test('one bad selector among several selects nothing', async () => {
  expect((await errorOf(selectAll(['broker-a', 'nobody'], NODES, async () => configured, false))).code).toBe('SELECTOR_UNKNOWN');
});

/** Selectors are matched in the daemon: one that never ends would end the supervision of every cluster. */
test.each(['(a+)+[b]', '+(a|a)+(a|a)?', `${'*a'.repeat(30)}b`, '[a]+[a]+[a]+[a]+[a]+[a]+[a]+[a]+b'])(
  '%s is no selector, however long an id is',
  async (selector) => {
    const node: Selectable = { id: 'a'.repeat(63), role: 'broker', brokerName: 'a', brokerId: 0 };
    const error = await errorOf(select(selector, [node], async () => configured, false));
    expect(error.code).toBe('SELECTOR_UNKNOWN');
  },
);
