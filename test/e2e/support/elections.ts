import { expect } from 'vitest';
import type { JournalEvent, KillItem } from '../../../src/contract/events.js';
import type { Result } from '../../../src/contract/routes.js';
import type { ClusterStatus, NodeStatus } from '../../../src/contract/status.js';
import { freePorts } from '../../support/free-ports.js';
import { installedRelease } from './releases.js';
import { type Rmqdev, withRmqdev } from './rmqdev.js';

const VERSION = '5.5.0';
const NAMESRVS = ['namesrv-1', 'namesrv-2'];
const CONTROLLERS = ['controller-1', 'controller-2', 'controller-3'];
const REPLICAS = ['broker-a-n0', 'broker-a-n1', 'broker-a-n2'];

/** The nodes of the shipped profile, and what its brokers are called while they are a master or follow one. */
const WAYS = {
  dledger: { first: 'leader', other: 'follower', nodes: [...NAMESRVS, ...REPLICAS] },
  controller: { first: 'master', other: 'slave', nodes: [...NAMESRVS, ...CONTROLLERS, ...REPLICAS] },
};

/** A group elects its master: it is killed, another one takes over, it comes back, and the redundancy is whole again. */
export async function failover(profile: keyof typeof WAYS): Promise<void> {
  const { first, other, nodes } = WAYS[profile];
  const release = await installedRelease(VERSION);
  await withRmqdev(async (rmqdev) => {
    await rmqdev.run('up', profile, '--rocketmq', release, ...(await ports(nodes)));
    const whole = await rmqdev.json<ClusterStatus>('wait', 'all', '--for', 'in-sync');
    expectWhole(whole, first, other);
    const before = whole.nodes.find(({ liveRole, role }) => role === 'broker' && liveRole === first)?.id;

    const told = await rmqdev.items<KillItem>('kill', 'master-a');
    const verdict = told.find((item) => item.event === 'verdict');
    expect(verdict).toMatchObject({ node: before, writable: true, writableOn: [verdict?.promoted] });
    expect(REPLICAS.filter((id) => id !== before)).toContain(verdict?.promoted);
    expect(told.filter((item) => item.event === 'routeChanged').map(({ master }) => master)).toEqual([null, null, verdict?.promoted]);

    await rmqdev.run('start', 'all');
    const again = await rmqdev.json<ClusterStatus>('wait', 'all', '--for', 'in-sync');
    expectWhole(again, first, other);
    expect(again.nodes.find(({ id }) => id === before)?.liveRole).toBe(other);
    expect(await roleChanges(rmqdev)).toEqual([before, verdict?.promoted]);

    const { proof } = await rmqdev.json<Result<'down'>>('down');
    expect(proof).toEqual(['no process left', expect.stringMatching(/^no port left/), 'every store closed cleanly']);
  });
}

/** Ports that nobody has, so that the test meets no cluster of somebody else. */
async function ports(nodes: readonly string[]): Promise<string[]> {
  const free = await freePorts(nodes.length);
  return nodes.flatMap((id, index) => ['--set', `${id}.listenPort=${free[index]}`]);
}

function expectWhole({ nodes, namesrvAddr }: ClusterStatus, first: string, other: string): void {
  const brokers = nodes.filter(({ role }) => role === 'broker');
  const seen = (node: NodeStatus) => ({ state: node.state, inSync: node.inSync, registeredWith: node.registeredWith.join(';') });
  for (const broker of brokers) expect(seen(broker), broker.id).toEqual({ state: 'ready', inSync: true, registeredWith: namesrvAddr });
  expect(brokers.map(({ liveRole }) => liveRole).sort()).toEqual([first, other, other].sort());
}

/** @returns who became the master, in order; a moment without one does not count. */
async function roleChanges(rmqdev: Rmqdev): Promise<(string | null)[]> {
  const events = await rmqdev.items<JournalEvent>('events', '-n', '1000');
  return events.filter(({ type, node }) => type === 'role-changed' && node !== null).map(({ node }) => node);
}
