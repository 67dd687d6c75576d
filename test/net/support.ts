import { expect } from 'vitest';
import type { ClusterStatus } from '../../src/contract/status.js';
import { installedRelease } from '../e2e/support/releases.js';
import type { Host } from '../support/namespaces.js';

/** For hangs alone: real brokers on several hosts of one machine. */
export const TIMEOUT_MS = 600_000;

type Line = { event?: string; status?: string };

export const statusOf = async (host: Host): Promise<ClusterStatus> => (await host.rmqdev('status', '--json')).json as ClusterStatus;

/** `up` of this host's part, run to its end. @returns what it printed last. */
export async function up(host: Host, profile: string, version: string): Promise<unknown> {
  const outcome = await host.rmqdev('up', profile, '--rocketmq', await installedRelease(version), '--json');
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  return outcome.json;
}

/** @returns how many of `count` messages were stored as promised. */
export async function send(host: Host, topic: string, count: number, ...args: string[]): Promise<number> {
  const { lines } = await host.rmqdev('send', topic, '-n', String(count), '--json', ...args);
  return (lines as Line[]).filter(({ status }) => status === 'SEND_OK').length;
}

/** @returns how many messages of `topic` this host reads. */
export async function consume(host: Host, topic: string, ...args: string[]): Promise<number> {
  const { lines } = await host.rmqdev('consume', topic, '--json', ...args);
  return (lines as Line[]).filter(({ event }) => event === 'message').length;
}

/** All nodes of these hosts are ready, and each broker is in sync. */
export async function expectSynced(hosts: readonly Host[]): Promise<void> {
  for (const host of hosts) {
    const { state, nodes } = await statusOf(host);
    const brokers = nodes.filter(({ role }) => role === 'broker');
    expect([host.name, state, ...brokers.map(({ inSync }) => inSync)]).toEqual([host.name, 'ready', ...brokers.map(() => true)]);
  }
}
