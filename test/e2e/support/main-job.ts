import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import type { LogLine } from '../../../src/cli/output/output.js';
import type { JournalEvent, KillItem } from '../../../src/contract/events.js';
import type { Result } from '../../../src/contract/routes.js';
import type { ClusterStatus, NodeStatus } from '../../../src/contract/status.js';
import { isPortFree } from '../../../src/process/port-probe.js';
import { RemotingClient } from '../../../src/remoting/client.js';
import { freePorts } from '../../support/free-ports.js';
import { readAll, sendAll } from './messages.js';
import { installedRelease } from './releases.js';
import { type Rmqdev, withEmptyHome, withRmqdev } from './rmqdev.js';

const TOPIC = { name: 'MainJob', queues: 4 };
const MESSAGES = 1_000;
const NODES = ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b', 'broker-b-s'];
const PAIRS = [
  ['broker-a', 'broker-a-s'],
  ['broker-b', 'broker-b-s'],
] as const;

/**
 * What the quick start promises, from an empty home to an empty machine: up (which gets the release through Maven), send, read, logs, kill,
 * start, restart, down, up again.
 */
export const mainJob = (rocketmq: string): Promise<void> =>
  withEmptyHome((rmqdev) => new MainJob(rmqdev, rocketmq, ['--rocketmq', rocketmq, '--from', 'maven']).run());

/** The same on a release that is installed already. */
export const mainJobOnInstalled = (rocketmq: string): Promise<void> =>
  withRmqdev(async (rmqdev) => new MainJob(rmqdev, rocketmq, ['--rocketmq', await installedRelease(rocketmq)]).run());

class MainJob {
  readonly #rmqdev: Rmqdev;
  readonly #rocketmq: string;
  readonly #up: readonly string[];
  constructor(rmqdev: Rmqdev, rocketmq: string, source: readonly string[]) {
    this.#rmqdev = rmqdev;
    this.#rocketmq = rocketmq;
    this.#up = ['up', this.#profile, ...source];
  }

  async run(): Promise<void> {
    const first = await this.#firstUp();
    await this.#send(first);
    await this.#expectMessages(first);
    await this.#logs();
    const killed = await this.#killMaster();
    const started = await this.#startMaster(killed);
    await this.#expectMessages(started);
    await this.#daemonDies(started);
    const restarted = await this.#restartSlaves(started);
    await this.#down(restarted);
    const second = await this.#secondUp(first);
    await this.#expectMessages(second);
    await this.#down(second);
    await this.#nothingIsLeft();
  }

  get #profile(): string {
    return join(this.#rmqdev.home, 'job.yaml');
  }

  #status(): Promise<ClusterStatus> {
    return this.#rmqdev.json('status');
  }

  /** On a machine that is busy a broker may be silent for longer than a status waits for it. */
  #inSync(): Promise<ClusterStatus> {
    return this.#rmqdev.json('wait', 'all', '--for', 'in-sync');
  }

  async #firstUp(): Promise<ClusterStatus> {
    const ports = await freePorts(NODES.length);
    const nodes = NODES.map((id, index) => `  ${id}: { listenPort: ${ports[index]} }\n`).join('');
    writeFileSync(this.#profile, `extends: 2m2s\ntopics: [{ name: ${TOPIC.name}, queues: ${TOPIC.queues} }]\nnodes:\n${nodes}`);

    const { stdout, stderr } = await this.#rmqdev.run(...this.#up);
    const status = await this.#inSync();

    expect(stdout + stderr, 'control characters in a pipe').not.toMatch(/[^\n\P{Cc}]/u);
    for (const { id, pid, ports: taken } of status.nodes)
      expect(stdout).toMatch(new RegExp(`^${id} .* ready +${pid} +${taken.listen}\\b.*${id.startsWith('broker') ? ' in sync ' : ''}`, 'm'));
    expect(stdout).toContain(`namesrvAddr  ${status.namesrvAddr}\n`);
    expect(stdout).toMatch(/^ready after [\d.]+s/m);
    expect(status).toMatchObject({ cluster: 'job', state: 'ready', rocketmq: this.#rocketmq });
    expect(status.nodes.map(({ ports: taken }) => taken.listen)).toEqual(ports);
    this.#expectReplicating(status);
    return status;
  }

  /** Each node is ready, registered everywhere under its role, and in sync. */
  #expectReplicating({ state, namesrvAddr, nodes }: ClusterStatus): void {
    expect(state).toBe('ready');
    const registeredWith = namesrvAddr.split(';');
    const ready = { state: 'ready', reason: null, restarts: 0 };
    const broker = { ...ready, role: 'broker', registeredWith, inSync: true };
    expect(nodes).toMatchObject([
      { ...ready, id: 'namesrv-1', role: 'namesrv' },
      { ...ready, id: 'namesrv-2', role: 'namesrv' },
      { ...broker, id: 'broker-a', brokerName: 'broker-a', brokerId: 0, liveRole: 'master' },
      { ...broker, id: 'broker-a-s', brokerName: 'broker-a', brokerId: 1, liveRole: 'slave' },
      { ...broker, id: 'broker-b', brokerName: 'broker-b', brokerId: 0, liveRole: 'master' },
      { ...broker, id: 'broker-b-s', brokerName: 'broker-b', brokerId: 1, liveRole: 'slave' },
    ]);
  }

  async #send(status: ClusterStatus): Promise<void> {
    using client = new RemotingClient();
    for (const [master] of PAIRS) {
      const codes = await sendAll(client, addressOf(status, master), TOPIC, bodiesFor(master));
      expect(new Set(codes), `codes of the sends to ${master}`).toEqual(new Set([0]));
    }
  }

  /** Every message is there, once, on the master and on its slave, and no other. */
  async #expectMessages(status: ClusterStatus): Promise<void> {
    using client = new RemotingClient();
    for (const pair of PAIRS) {
      const sent = bodiesFor(pair[0]).sort();
      for (const id of pair) expect(await readAll(client, addressOf(status, id), TOPIC, MESSAGES), `messages of ${id}`).toEqual(sent);
    }
  }

  async #logs(): Promise<void> {
    const { stdout } = await this.#rmqdev.run('logs', 'broker-a', '-n', '20');
    const records = stdout.split('\n').filter((line) => !line.startsWith('    '));
    expect(records).toHaveLength(20);
    // A record of yesterday has its date.
    for (const record of records) expect(record).toMatch(/^(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d broker-a /);
    expect(stdout).toContain(TOPIC.name);

    const warnings = await this.#rmqdev.items<LogLine>('logs', 'masters', '--level', 'warn');
    expect(new Set(warnings.map(({ node }) => node))).toEqual(new Set(['broker-a', 'broker-b']));
    expect(warnings).toContainEqual(expect.objectContaining({ level: 'WARN' }));
    // What stdout says of a warning has no level.
    for (const { level } of warnings) expect(['WARN', 'ERROR', null]).toContain(level);
    const times = warnings.flatMap(({ at }) => (at === null ? [] : [Date.parse(at)]));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }

  async #killMaster(): Promise<NodeStatus> {
    const before = nodeOf(await this.#status(), 'broker-a');
    const items = await this.#rmqdev.items<KillItem>('kill', 'master-a');
    const { namesrvAddr, nodes, state } = await this.#status();

    expect(items[0]).toMatchObject({ event: 'signalled', node: 'broker-a', signal: 'SIGKILL', pid: before.pid, tMs: 0 });
    expect(items).toContainEqual(expect.objectContaining({ event: 'exited', node: 'broker-a', signal: 'SIGKILL' }));
    const dropped = items.filter((item) => item.event === 'routeChanged');
    expect(dropped.map(({ namesrv }) => namesrv).sort()).toEqual(namesrvAddr.split(';').sort());
    expect(dropped.map(({ master }) => master)).toEqual([null, null]);
    const verdict = items.at(-1);
    expect(verdict).toMatchObject({
      event: 'verdict',
      promoted: null,
      writable: false,
      writableOn: ['broker-b'],
      readableFrom: 'broker-a-s',
      routedBy: ['namesrv-1', 'namesrv-2'],
    });
    expect(verdict).toMatchObject({ missingTopics: expect.not.arrayContaining([TOPIC.name]) });
    expect(items.map(({ tMs }) => tMs)).toEqual(items.map(({ tMs }) => tMs).toSorted((a, b) => a - b));

    expect(state).toBe('degraded');
    const killed = nodes.find(({ id }) => id === 'broker-a');
    expect(killed).toMatchObject({ state: 'stopped', pid: null, liveRole: null, registeredWith: [], rssBytes: null });
    expect(killed?.lastExit).toMatchObject({ signal: 'SIGKILL', cause: 'killed-by-user' });
    expect(nodes.filter(({ id }) => id !== 'broker-a').map((node) => node.state)).toEqual(Array(5).fill('ready'));
    return before;
  }

  async #startMaster(killed: NodeStatus): Promise<ClusterStatus> {
    const started = await this.#rmqdev.json<ClusterStatus>('start', 'broker-a');
    expect(nodeOf(started, 'broker-a').pid).not.toBe(killed.pid);
    expect(nodeOf(started, 'broker-a').state).toBe('ready');
    expect(nodeOf(started, 'broker-a').ports).toEqual(killed.ports);
    const status = await this.#inSync();
    this.#expectReplicating(status);
    return status;
  }

  async #daemonDies(before: ClusterStatus): Promise<void> {
    const daemon = await this.#rmqdev.json<{ pid: number }>('daemon', 'status');
    process.kill(daemon.pid, 'SIGKILL');
    await vi.waitUntil(async () => !(await this.#rmqdev.processes()).some(({ pid }) => pid === daemon.pid), { timeout: 60_000 });

    const status = await this.#status();

    expect((await this.#rmqdev.json<{ pid: number }>('daemon', 'status')).pid).not.toBe(daemon.pid);
    expect(pidsOf(status)).toEqual(pidsOf(before));
    expect(status.nodes.map(({ startedAt }) => startedAt)).toEqual(before.nodes.map(({ startedAt }) => startedAt));
    this.#expectReplicating(await this.#inSync());
    const adopted = (await this.#rmqdev.items<JournalEvent>('events')).filter(({ type }) => type === 'node-adopted');
    expect(adopted.map(({ node }) => node).sort()).toEqual([...NODES].sort());
  }

  async #restartSlaves(before: ClusterStatus): Promise<ClusterStatus> {
    const status = await this.#rmqdev.json<ClusterStatus>('restart', 'slaves');
    const isSlave = ({ brokerId }: NodeStatus) => (brokerId ?? 0) > 0;
    const kept = status.nodes.filter((node) => !isSlave(node));
    expect(kept.map(({ pid }) => pid)).toEqual(before.nodes.filter((node) => !isSlave(node)).map(({ pid }) => pid));
    for (const slave of status.nodes.filter(isSlave)) expect(slave.pid).not.toBe(nodeOf(before, slave.id).pid);
    this.#expectReplicating(await this.#inSync());
    return status;
  }

  /** `down` says that nothing is left, and it is so. */
  async #down(status: ClusterStatus): Promise<void> {
    const { proof } = await this.#rmqdev.json<Result<'down'>>('down');
    expect(proof).toEqual(['no process left', expect.stringMatching(/^no port left/), 'every store closed cleanly']);
    expect((await this.#rmqdev.processes()).filter(({ command }) => command.includes('-Drmqdev.node='))).toEqual([]);
    const ports = status.nodes.flatMap((node) => Object.values(node.ports));
    expect((await Promise.all(ports.map(isPortFree))).every(Boolean), `ports ${ports.join(', ')} are free`).toBe(true);
    expect((await this.#status()).state).toBe('stopped');
  }

  async #secondUp(first: ClusterStatus): Promise<ClusterStatus> {
    const startedAt = new Date().toISOString();
    const status = await this.#rmqdev.json<Result<'up'>>(...this.#up);
    expect(status.readyMs).toBeGreaterThan(0);
    expect(status.nodes.map(({ ports }) => ports)).toEqual(first.nodes.map(({ ports }) => ports));
    this.#expectReplicating(await this.#inSync());
    const boots = await this.#rmqdev.items<LogLine>('logs', 'brokers', '--file', 'store', '--grep', 'last shutdown', '--since', startedAt);
    expect(boots.map(({ node }) => node).sort()).toEqual(PAIRS.flat().sort());
    for (const { text } of boots) expect(text).toContain('last shutdown normally');
    return status;
  }

  async #nothingIsLeft(): Promise<void> {
    await this.#rmqdev.run('daemon', 'stop');
    expect(await this.#rmqdev.processes()).toEqual([]);
    await this.#rmqdev.destroy();
    expect(existsSync(this.#rmqdev.home)).toBe(false);
  }
}

const bodiesFor = (master: string): string[] => Array.from({ length: MESSAGES }, (_, index) => `${master} ${index}`);

const nodeOf = (status: ClusterStatus, id: string): NodeStatus => status.nodes.find((node) => node.id === id) as NodeStatus;

const addressOf = (status: ClusterStatus, id: string): string => `127.0.0.1:${nodeOf(status, id).ports.listen}`;

const pidsOf = (status: ClusterStatus): (number | null)[] => status.nodes.map(({ pid }) => pid);
