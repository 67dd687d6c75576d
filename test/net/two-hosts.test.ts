import { expect, test } from 'vitest';
import { freshNet, type Host } from '../support/namespaces.js';
import { until } from '../support/until.js';
import { consume, expectSynced, send, statusOf, TIMEOUT_MS, up } from './support.js';

/** Those of the article, and of the shipped profiles. */
const ADDRESSES = { a: '172.17.160.28', b: '172.17.160.29', c: '172.17.160.30' };

test(
  'two hosts of 4.7.0: crossed slaves replicate, a master dies, a host is gone and back, nothing is lost',
  async () => {
    const net = await freshNet();
    const lan = await net.lan('lan');
    const a = await net.host('a', { lan, address: ADDRESSES.a });
    const b = await net.host('b', { lan, address: ADDRESSES.b });
    // Each finds out by its address which host it is.
    expect(await up(a, '2m2s-two-hosts', '4.7.0')).toMatchObject({ host: 'a', nodes: [{}, { id: 'broker-a', state: 'ready' }, {}] });
    expect(await up(b, '2m2s-two-hosts', '4.7.0')).toMatchObject({ host: 'b', state: 'ready' });
    await until(() => expectSynced([a, b]));
    expect(await send(b, 'Test', 40)).toBe(40);
    expect(await consume(a, 'Test')).toBe(40);
    // Slaves copy the topics of their masters every 10 s.
    await until(async () => expect(await consume(b, 'Test', '--from-node', 'slave')).toBe(40));

    const killed = await a.rmqdev('kill', 'master-a', '--json');
    expect(killed.lines).toContainEqual(
      expect.objectContaining({ event: 'verdict', promoted: null, readableFrom: 'broker-a-s', writableOn: ['broker-b'] }),
    );
    expect(await consume(b, 'Test')).toBe(40);
    expect((await a.rmqdev('start', 'broker-a')).code).toBe(0);
    await until(() => expectSynced([a, b]));

    await b.unplug();
    await until(async () => expect((await statusOf(a)).remoteNodes?.map(({ answers }) => answers)).toEqual([false, false, false]));
    await until(async () => expect((await statusOf(a)).state).toBe('ready'));
    await b.plugIn();
    await until(() => expectSynced([a, b]));
    expect(await send(a, 'Test', 10)).toBe(10);
    expect(await consume(b, 'Test')).toBe(50);
  },
  TIMEOUT_MS,
);

test(
  'three hosts of 5.5.0: a DLedger group outlives the host of its leader, and has it back',
  async () => {
    const net = await freshNet();
    const lan = await net.lan('lan');
    const hosts: Host[] = [];
    for (const [name, address] of Object.entries(ADDRESSES)) hosts.push(await net.host(name, { lan, address }));
    for (const host of hosts) await up(host, 'dledger-three-hosts', '5.5.0');
    const leaderAmong = async (asked: readonly Host[]): Promise<Host> => {
      for (const host of asked) if ((await statusOf(host)).nodes.some(({ liveRole }) => liveRole === 'leader')) return host;
      throw new Error('nobody leads');
    };
    const first = await until(() => leaderAmong(hosts));
    expect(await send(first, 'Test', 20)).toBe(20);

    await first.unplug();
    const second = await until(() => leaderAmong(hosts.filter((host) => host !== first)));
    await until(async () => expect(await send(second, 'Test', 20)).toBe(20));
    await first.plugIn();
    await until(() => expectSynced(hosts));
    expect(await consume(first, 'Test')).toBeGreaterThanOrEqual(40);
  },
  TIMEOUT_MS,
);
