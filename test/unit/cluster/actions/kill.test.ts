import { afterEach, describe, expect, test, vi } from 'vitest';
import { killAndTell } from '../../../../src/cluster/actions/kill.js';
import { startNodes } from '../../../../src/cluster/actions/start.js';
import { stopNodes } from '../../../../src/cluster/actions/stop.js';
import type { Cluster } from '../../../../src/cluster/cluster.js';
import type { KillItem } from '../../../../src/contract/events.js';
import { profileOf } from '../../../fakes/cluster.js';
import { FakeWorld } from '../../../fakes/world.js';

let fake: FakeWorld;
let cluster: Cluster;
afterEach(() => {
  vi.useRealTimers();
  return fake[Symbol.asyncDispose]();
});

const never = new AbortController().signal;

async function running(ids?: string[]): Promise<void> {
  fake = new FakeWorld(ids ? { profile: profileOf(ids) } : {});
  cluster = fake.cluster();
  const all = cluster.specs.map(({ id }) => id);
  await startNodes(cluster, all, { wait: true, timeoutMs: 60_000, signal: never, report: () => {} });
}

type Options = Partial<Parameters<typeof killAndTell>[2]>;
async function kill(id: string, options: Options = {}): Promise<KillItem[]> {
  const told: KillItem[] = [];
  await killAndTell(cluster, id, { signal: 'SIGKILL', restart: false, timeoutMs: 60_000, abort: never, ...options }, (item) =>
    told.push(item),
  );
  return told;
}
const events = (told: KillItem[]) => told.map(({ event }) => event);
const verdictOf = (told: KillItem[]) => told.find((item) => item.event === 'verdict');

/** From here on nobody waits: the clock goes to the next timer as soon as nothing else is to be done. */
function hurry(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.setTimerTickMode('nextTimerAsync');
}

/** Acts at the very moment at which a node has ended, before anybody asks whether it is still listed. */
function whenStopped(id: string, act: () => void): void {
  const node = cluster.supervisor(id);
  node.onChange(() => {
    if (node.state === 'stopped') act();
  });
}

const DLEDGER = ['namesrv-1', 'namesrv-2', 'broker-a-n0', 'broker-a-n1', 'broker-a-n2'];

test('a leader of a group that elects: the verdict waits for another that holds id 0 and takes a send', async () => {
  await running(DLEDGER);
  const leader = cluster.specs.find(({ id }) => fake.rocketmq.holds0(id))?.id as string;
  const other = DLEDGER.filter((id) => id.startsWith('broker') && id !== leader)[0] as string;
  fake.rocketmq.electsWhenDropped = other;
  const told = await kill(leader);
  expect(told.filter(({ event }) => event === 'routeChanged')).toMatchObject([{ master: null }, { master: null }, { master: other }]);
  expect(verdictOf(told)).toMatchObject({ promoted: other, writable: true, writableOn: [other] });
  expect(cluster.elections.lastMaster('broker-a')).toBe(other);
  expect(cluster.journal.read().filter(({ type }) => type === 'role-changed')).toMatchObject([
    { node: other, data: { brokerName: 'broker-a' } },
  ]);
});

test('a follower of such a group: nobody is elected, and the leader still takes sends', async () => {
  await running(DLEDGER);
  const follower = DLEDGER.find((id) => id.startsWith('broker') && !fake.rocketmq.holds0(id)) as string;
  const told = await kill(follower);
  expect(told.filter(({ event }) => event === 'routeChanged').map((item) => item)).toHaveLength(2);
  expect(verdictOf(told)).toMatchObject({ promoted: null, writable: true });
});

// An election was waited for 30 s whatever --timeout said.
test('a leader that nobody follows within --timeout: the verdict comes then, and says that nobody was elected', async () => {
  await running(DLEDGER);
  const leader = cluster.specs.find(({ id }) => fake.rocketmq.holds0(id))?.id as string;
  hurry();
  const told = await kill(leader, { timeoutMs: 5_000 });
  expect(verdictOf(told)?.tMs).toBeLessThan(10_000);
  expect(told.find((item) => item.event === 'notice')).toMatchObject({ message: 'nobody was elected: broker-a has no leader yet' });
  expect(verdictOf(told)).toMatchObject({ promoted: null });
});

// It waited 30 s, and then said that the process was still there.
test('a leader whose group has no majority left: it is said at once, with the peers that are missing', async () => {
  await running(DLEDGER);
  const leader = cluster.specs.find(({ id }) => fake.rocketmq.holds0(id))?.id as string;
  const first = DLEDGER.find((id) => id.startsWith('broker') && id !== leader) as string;
  await kill(first);
  const told = await kill(leader);
  expect(told.find((item) => item.event === 'notice')).toMatchObject({
    message: `nobody was elected: broker-a has no leader: 1 of 3 peers are up and 2 are needed; start ${[first, leader].toSorted().join(' or ')}`,
  });
  expect(verdictOf(told)).toMatchObject({ promoted: null });
});

test('a master of a fixed pair: gone, dropped by both NameServers, no new master, reads from its slave, sends to the other', async () => {
  await running();
  const { pid } = cluster.supervisor('broker-a');
  const told = await kill('broker-a');
  expect(events(told).sort()).toEqual(['exited', 'routeChanged', 'routeChanged', 'signalled', 'verdict']);
  expect(told[0]).toEqual({ event: 'signalled', node: 'broker-a', signal: 'SIGKILL', pid, tMs: 0 });
  expect(told.find(({ event }) => event === 'exited')).toMatchObject({ code: null, signal: 'SIGKILL' });
  expect(verdictOf(told)).toMatchObject({
    promoted: null,
    writable: false,
    writableOn: ['broker-b'],
    readableFrom: 'broker-a-s',
    missingTopics: [],
    routedBy: ['namesrv-1', 'namesrv-2'],
    next: ['rmqdev start broker-a -c 2m2s', 'rmqdev status -c 2m2s'],
  });
  const times = told.map(({ tMs }) => tMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test('the verdict waits until the last NameServer has dropped the route', async () => {
  await running();
  fake.shy.add('broker-a');
  const broker = cluster.supervisor('broker-a');
  whenStopped('broker-a', () => fake.rocketmq.register(['broker-a'], ['namesrv-2']));
  const killing = kill('broker-a');
  await cluster.until(() => broker.state === 'stopped', never);
  fake.rocketmq.calls.length = 0;
  await vi.waitUntil(() => fake.rocketmq.count('GET_ROUTEINFO_BY_TOPIC', 'namesrv-2') >= 3, 60_000);
  expect(fake.rocketmq.count('SEND_MESSAGE_V2')).toBe(0);
  fake.rocketmq.unregister('broker-a');
  expect(events(await killing).at(-1)).toBe('verdict');
});

test('topics that the slave does not know yet are named', async () => {
  await running();
  fake.rocketmq.node('broker-a').topics = ['Orders', 'Payments'];
  fake.rocketmq.node('broker-a-s').topics = ['Orders'];
  expect(verdictOf(await kill('broker-a'))).toMatchObject({ readableFrom: 'broker-a-s', missingTopics: ['Payments'] });
});

test('a slave: its master takes sends on', async () => {
  await running();
  expect(verdictOf(await kill('broker-a-s'))).toMatchObject({
    writable: true,
    writableOn: ['broker-a', 'broker-b'],
    readableFrom: 'broker-a',
  });
});

test('a slave that is listed as master now is the new one', async () => {
  await running();
  const told: KillItem[] = [];
  const slave = cluster.spec('broker-a-s');
  const killing = killAndTell(cluster, 'broker-a', { signal: 'SIGKILL', restart: false, timeoutMs: 60_000, abort: never }, (item) => {
    told.push(item);
    if (item.event === 'exited') fake.rocketmq.list(slave, 0);
  });
  await killing;
  expect(verdictOf(told)).toMatchObject({ promoted: 'broker-a-s' });
});

test('the only broker: nobody takes sends, nobody gives out its messages', async () => {
  await running(['namesrv-1', 'broker-a']);
  expect(verdictOf(await kill('broker-a'))).toMatchObject({ writable: false, writableOn: [], readableFrom: null, routedBy: ['namesrv-1'] });
});

test('a NameServer: who still routes, and that sends go on', async () => {
  await running();
  const told = await kill('namesrv-1');
  expect(events(told)).toEqual(['signalled', 'exited', 'verdict']);
  expect(verdictOf(told)).toMatchObject({ writable: true, writableOn: ['broker-a', 'broker-b'], routedBy: ['namesrv-2'] });
});

test('with --restart it says so, and does not tell to start what starts by itself', async () => {
  await running();
  fake.shy.add('broker-a');
  const told = await kill('broker-a', { restart: true });
  expect(told.find(({ event }) => event === 'notice')).toMatchObject({ message: expect.stringContaining('restart policy') });
  expect(verdictOf(told)?.next).toEqual(['rmqdev status -c 2m2s']);
});

test('a process that does not end within the time is told, and the verdict comes all the same', async () => {
  await running();
  fake.process('broker-a').isStubborn = true;
  hurry();
  const told = await kill('broker-a', { signal: 'SIGTERM', timeoutMs: 200 });
  expect(events(told)).toEqual(['signalled', 'notice', 'verdict']);
  expect(told[1]).toMatchObject({ message: expect.stringContaining('still there after 0.2 s') });
  expect(verdictOf(told)).toMatchObject({ writable: true });
  fake.process('broker-a').exit({ code: 143 });
});

test('a signal that ends nothing is sent and told, and nothing is waited for', async () => {
  await running();
  const told = await kill('broker-a', { signal: 'SIGQUIT' });
  expect(events(told)).toEqual(['signalled', 'notice']);
  expect(told[1]).toMatchObject({ message: expect.stringContaining('rmqdev logs broker-a --file stdout') });
  expect({ signals: fake.process('broker-a').signals, state: cluster.supervisor('broker-a').state }).toEqual({
    signals: ['SIGQUIT'],
    state: 'ready',
  });
});

test('a node that does not run cannot be killed, and nothing is told', async () => {
  await running();
  await stopNodes(cluster, ['broker-a'], () => {});
  const told: KillItem[] = [];
  await expect(
    killAndTell(cluster, 'broker-a', { signal: 'SIGKILL', restart: false, timeoutMs: 1_000, abort: never }, (item) => told.push(item)),
  ).rejects.toMatchObject({ code: 'NODE_NOT_RUNNING' });
  expect(told).toEqual([]);
});

test('a caller who goes away ends the watching; the kill stands', async () => {
  await running();
  fake.process('broker-a').isStubborn = true;
  const controller = new AbortController();
  const killing = kill('broker-a', { signal: 'SIGTERM', abort: controller.signal });
  await vi.waitUntil(() => fake.process('broker-a').signals.length > 0, 60_000);
  controller.abort(new Error('gone'));
  await expect(killing).rejects.toThrow('gone');
  fake.process('broker-a').exit({ code: 143 });
  await cluster.until(() => cluster.supervisor('broker-a').state === 'stopped', never);
  expect(cluster.supervisor('broker-a').lastExit?.cause).toBe('killed-by-user');
});

// Any error, and any answer that took longer than a second, counted as "has dropped it".
test('a NameServer that does not answer is told as such, and holds up the verdict no longer than it may', async () => {
  await running();
  fake.rocketmq.node('namesrv-2').isMute = true;
  hurry();
  const told = await kill('broker-a');
  expect(told.filter(({ event }) => event === 'routeChanged')).toMatchObject([{ namesrv: cluster.spec('namesrv-1').localAddress }]);
  expect(told.find((item) => item.event === 'notice')).toMatchObject({
    message: expect.stringMatching(/^namesrv-2 could not be asked whether it still lists broker-a \(no answer within 1000 ms\): clients/),
  });
  expect(verdictOf(told)).toMatchObject({ routeUnknownOn: ['namesrv-2'], routedBy: ['namesrv-1'] });
});

test('a paused NameServer is not waited for', async () => {
  await running();
  cluster.supervisor('namesrv-2').pause();
  fake.rocketmq.node('namesrv-2').isMute = true;
  hurry();
  const told = await kill('broker-a');
  expect(told.find((item) => item.event === 'notice')).toMatchObject({ message: expect.stringContaining('(it is paused)') });
  expect(verdictOf(told)).toMatchObject({ routeUnknownOn: ['namesrv-2'] });
});

test('a NameServer that is silent for a moment is asked again, and its answer counts', async () => {
  await running();
  fake.shy.add('broker-a');
  fake.rocketmq.node('namesrv-2').isMute = true;
  whenStopped('broker-a', () => {
    fake.rocketmq.node('namesrv-2').isMute = false;
  });
  hurry();
  const told = await kill('broker-a');
  expect(told.filter(({ event }) => event === 'routeChanged')).toHaveLength(2);
  expect(verdictOf(told)).toMatchObject({ routeUnknownOn: [] });
});

test('a NameServer that is refused, being down, says nothing either', async () => {
  await running();
  fake.rocketmq.node('namesrv-2').isDown = true;
  hurry();
  expect(verdictOf(await kill('broker-a'))).toMatchObject({ routeUnknownOn: ['namesrv-2'] });
});

test('who leads a group that nobody can be asked about is not known; nobody waits for its election', async () => {
  await running(DLEDGER);
  const leader = cluster.specs.find(({ id }) => fake.rocketmq.holds0(id))?.id as string;
  whenStopped(leader, () => {
    for (const id of ['namesrv-1', 'namesrv-2']) fake.rocketmq.node(id).isMute = true;
  });
  hurry();
  const told = await kill(leader);
  expect(told.flatMap((item) => (item.event === 'notice' ? [item.message] : []))).toContain(
    'who was elected in broker-a is not known: no NameServer could be asked',
  );
});

describe('controllers', () => {
  const CONTROLLERS = ['namesrv-1', 'controller-1', 'controller-2', 'controller-3'];

  test('a killed leader: the verdict waits for the next one and names it', async () => {
    await running(CONTROLLERS);
    fake.rocketmq.controllerLeader = 'controller-2';
    const killing = kill('controller-2');
    await cluster.until(() => cluster.supervisor('controller-2').state === 'stopped', never);
    fake.rocketmq.calls.length = 0;
    await vi.waitUntil(() => fake.rocketmq.count('CONTROLLER_GET_METADATA_INFO', 'controller-3') >= 3, 60_000);
    fake.rocketmq.controllerLeader = 'controller-3';
    expect(verdictOf(await killing)).toMatchObject({
      controllers: { leader: 'controller-3', answering: ['controller-1', 'controller-3'], total: 3, needed: 2 },
    });
  });

  test('a killed follower: who leads still does', async () => {
    await running(CONTROLLERS);
    expect(verdictOf(await kill('controller-3'))?.controllers).toMatchObject({
      leader: 'controller-1',
      answering: ['controller-1', 'controller-2'],
    });
  });

  test('too few are left to elect one: it is said at once', async () => {
    await running(CONTROLLERS);
    await kill('controller-3');
    expect(verdictOf(await kill('controller-1'))?.controllers).toEqual({ leader: null, answering: ['controller-2'], total: 3, needed: 2 });
  });

  test('one that has lost its majority and still says that it leads counts for none', async () => {
    await running(CONTROLLERS);
    fake.rocketmq.controllerLeader = 'controller-2';
    await kill('controller-3');
    expect(verdictOf(await kill('controller-1'))?.controllers).toMatchObject({ leader: null, answering: ['controller-2'] });
  });

  test('all of them together', async () => {
    await running(CONTROLLERS);
    const all = await Promise.all(CONTROLLERS.slice(1).map((id) => kill(id)));
    expect(all.map((told) => verdictOf(told)?.controllers?.leader)).toEqual([null, null, null]);
  });

  test('a cluster without any has nothing to say of them', async () => {
    await running();
    expect(verdictOf(await kill('broker-a'))?.controllers).toBeNull();
  });
});
