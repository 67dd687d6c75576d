import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, onTestFinished } from 'vitest';
import { acquireFileLock } from '../../src/base/file-lock.js';
import { HomePaths } from '../../src/base/paths.js';
import { greet } from '../../src/client/daemon-process.js';
import { DaemonClient } from '../../src/client/http.js';
import type { JournalEvent } from '../../src/contract/events.js';
import type { Result } from '../../src/contract/routes.js';
import type { ClusterStatus, NodeStatus } from '../../src/contract/status.js';
import { currentPlatform } from '../../src/process/current-platform.js';
import type { ProcessRow } from '../../src/process/platform.js';
import { CliProcess, type Outcome } from './cli-process.js';
import { PortBlock } from './port-block.js';
import { until } from './until.js';

export const FAKE_JDK = fileURLToPath(new URL('../fakes/fake-jdk', import.meta.url));

/** Where a node listens in its test's block; brokers leave room for P-2, P+1 and JDWP. */
const PORT_OFFSETS = {
  'namesrv-1': 1,
  'namesrv-2': 2,
  'broker-a': 13,
  'broker-a-s': 23,
  'broker-b': 33,
  'broker-b-s': 43,
  'broker-c': 53,
  'proxy-1': 63,
  'dashboard-1': 73,
} as const;
export type NodeId = keyof typeof PORT_OFFSETS;

/** The smallest profile that replicates. */
export const PAIR: readonly NodeId[] = ['namesrv-1', 'broker-a', 'broker-a-s'];

const SHIPPED: Readonly<Record<string, readonly NodeId[]>> = {
  single: ['namesrv-1', 'broker-a'],
  proxy: ['namesrv-1', 'broker-a', 'proxy-1'],
  '2m-noslave': ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-b'],
  '2m2s': ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b', 'broker-b-s'],
};

/** A Node.js program that runs `dist` sees no more of the machine than this. */
const BASE_ENV = {
  PATH: process.env.PATH,
  NO_COLOR: '1',
  TZ: 'UTC',
  LANG: 'C.UTF-8',
  // Of `npm run test:darwin`.
  RMQDEV_MACOS_TOOLS: process.env.RMQDEV_MACOS_TOOLS,
};

/**
 * One RMQDEV_HOME with its own ports, fake releases and the built CLI. Disposing it takes everything down
 * and fails the test where a process or a daemon is left.
 */
export class Harness implements AsyncDisposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'rd-')));
  readonly home = new HomePaths(join(this.root, 'h'));
  readonly client = new DaemonClient(this.home.socket);
  readonly #started: CliProcess[] = [];

  private constructor(readonly ports: PortBlock) {
    // Commands run here, and it is their HOME too.
    mkdirSync(this.cwd);
  }

  static async create(): Promise<Harness> {
    return new Harness(await PortBlock.claim());
  }

  get cwd(): string {
    return join(this.root, 'u');
  }

  /** Runs a command to its end. */
  run(...args: string[]): Promise<Outcome> {
    return this.begin(args).outcome;
  }

  /** Runs a command beside the test. */
  begin(args: readonly string[], options: { env?: NodeJS.ProcessEnv; command?: readonly string[] } = {}): CliProcess {
    const env = { ...BASE_ENV, HOME: this.cwd, RMQDEV_HOME: this.home.root, ...options.env };
    const cli = new CliProcess(args, { ...options, env, cwd: this.cwd });
    this.#started.push(cli);
    return cli;
  }

  /** `up` of a profile on this test's ports and fakes, run to its end; it must succeed. */
  async up(profile: string, ...args: string[]): Promise<Outcome> {
    const outcome = await this.run(...this.upArgs(profile, ...args));
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    return outcome;
  }

  upArgs(profile: string, ...args: string[]): string[] {
    const ports = (SHIPPED[profile] ?? []).flatMap((id) => ['--set', `${id}.listenPort=${this.port(id)}`]);
    const fakes = { '--java': FAKE_JDK, '--rocketmq': this.release('4.9.7') };
    const missing = Object.entries(fakes).filter(([option]) => !args.includes(option));
    return ['up', profile, ...missing.flat(), ...ports, ...args];
  }

  /** @returns a directory that passes for a RocketMQ release of that version. */
  release(version: string, modules: readonly string[] = ['broker', 'common', 'namesrv', 'proxy']): string {
    const home = join(this.root, `rocketmq-${version}`);
    for (const folder of ['lib', 'conf']) mkdirSync(join(home, folder), { recursive: true });
    for (const module of modules) writeFileSync(join(home, 'lib', `rocketmq-${module}-${version}.jar`), '');
    return home;
  }

  /** Writes a profile of these nodes on this test's ports: `-s` is a slave. @param more lines of YAML, such as `restart: never`. */
  profileOf(name: string, ids: readonly NodeId[], more = ''): string {
    const fields = (id: NodeId) => {
      const replica = id.endsWith('-s') ? `, brokerName: ${id.slice(0, -2)}, brokerId: 1` : '';
      return `role: ${id.startsWith('namesrv') ? 'namesrv' : 'broker'}${replica}, listenPort: ${this.port(id)}`;
    };
    return this.profile(name, `${more}\nreplication: sync\nnodes:\n${ids.map((id) => `  ${id}: { ${fields(id)} }\n`).join('')}`);
  }

  /** Writes a profile of the user's. @returns its file. */
  profile(name: string, yaml: string): string {
    mkdirSync(this.home.profiles, { recursive: true });
    const file = join(this.home.profiles, `${name}.yaml`);
    writeFileSync(file, yaml);
    return file;
  }

  port(id: NodeId): number {
    return this.ports.at(PORT_OFFSETS[id]);
  }

  get namesrvAddr(): string {
    return `127.0.0.1:${this.port('namesrv-1')};127.0.0.1:${this.port('namesrv-2')}`;
  }

  hello(): Promise<Result<'hello'>> {
    return this.client.call('hello', {});
  }

  /** Asks the daemon itself; there must be one. */
  status(cluster = '@default'): Promise<ClusterStatus> {
    return this.client.call('clusterStatus', { cluster });
  }

  async node(id: string, cluster = '@default'): Promise<NodeStatus> {
    const node = (await this.status(cluster)).nodes.find((candidate) => candidate.id === id);
    if (node === undefined) throw new Error(`there is no ${id}`);
    return node;
  }

  /** Node id to pid. */
  async pids(cluster = '@default'): Promise<Record<string, number | null>> {
    return Object.fromEntries((await this.status(cluster)).nodes.map((node) => [node.id, node.pid]));
  }

  /** The journal as it is on disk. */
  events(cluster: string): JournalEvent[] {
    const file = this.home.cluster(cluster).journal;
    return existsSync(file)
      ? readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
  }

  /** How often each node's JVM was launched, as the fakes count it. */
  launches(cluster: string): Record<string, number> {
    const nodes = join(this.home.cluster(cluster).root, 'nodes');
    const names = existsSync(nodes) ? readdirSync(nodes) : [];
    return Object.fromEntries(names.map((id) => [id, this.launchPids(cluster, id).length]));
  }

  launchPids(cluster: string, id: string): number[] {
    const file = join(this.home.cluster(cluster).node(id).root, 'launches.log');
    if (!existsSync(file)) return [];
    return [...readFileSync(file, 'utf8').matchAll(/^launch (\d+)$/gm)].map(([, pid]) => Number(pid));
  }

  /** The JVMs of this home that live now: nodes, and those that make class archives. */
  async jvms(): Promise<ProcessRow[]> {
    const markers = ['node', 'work'].map((kind) => `-Drmqdev.${kind}=${this.home.clusters}/`);
    return (await currentPlatform().processTable()).filter(({ command }) => markers.some((marker) => command.includes(marker)));
  }

  /** Takes every cluster down and deletes it; the daemon stays for the next test. */
  async clear(): Promise<void> {
    await this.#endCommands();
    const failures = [...(await this.#deleteClusters()), ...(await this.#killLeft())];
    rmSync(this.home.profiles, { recursive: true, force: true });
    expect(failures).toEqual([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#endCommands();
    const failures = [...(await this.#deleteClusters()), ...(await this.#killLeft())];
    if (await greet(this.home)) await this.client.call('shutdown', {});
    await this.#untilUnlocked().catch(() => failures.push('a daemon is left running'));
    if (existsSync(this.home.socket)) failures.push('the socket is left');
    rmSync(this.root, { recursive: true, force: true });
    await this.ports[Symbol.asyncDispose]();
    expect(failures).toEqual([]);
  }

  async #endCommands(): Promise<void> {
    const started = this.#started.splice(0);
    for (const cli of started) cli.signal('SIGKILL');
    await Promise.all(started.map((cli) => cli.outcome));
  }

  async #killLeft(): Promise<string[]> {
    const left = await this.jvms();
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    return left.map(({ pid, command }) => `left running: pid ${pid}, ${command}`);
  }

  /** The kernel gives the lock back when the daemon's process is gone. */
  async #untilUnlocked(): Promise<void> {
    if (!existsSync(this.home.daemonLock)) return;
    await until(async () => {
      await using lock = await acquireFileLock(this.home.daemonLock, { wait: false });
      expect(lock).toBeDefined();
    });
  }

  async #deleteClusters(): Promise<string[]> {
    if (!existsSync(this.home.clusters)) return [];
    // A new daemon takes over what a killed one left.
    if (!(await greet(this.home))) await this.run('ls');
    const failures: string[] = [];
    const { clusters } = await this.client.call('clusters', {});
    for (const { cluster } of clusters) {
      const down = this.client.stream('down', { cluster, remove: true, timeoutMs: 30_000 }, () => {});
      await down.catch((error) => failures.push(`down of ${cluster}: ${error}`));
    }
    return failures;
  }
}

/** A harness that nobody has used: for one test, undone at its end, also where it timed out. */
export async function freshHarness(): Promise<Harness> {
  const harness = await Harness.create();
  onTestFinished(() => harness[Symbol.asyncDispose]());
  return harness;
}

/** One harness for all tests of a file: each finds it without clusters and profiles, and has to leave no process of a node. */
export function useHarness(): () => Harness {
  let harness: Harness;
  beforeAll(async () => {
    harness = await Harness.create();
  });
  afterEach(() => harness.clear());
  afterAll(() => harness[Symbol.asyncDispose]());
  return () => harness;
}

/** A failure must say what, why and what to do next, and print no result. */
export function expectFailure(outcome: Outcome, exitCode: number, error: { code: string; [part: string]: unknown }): void {
  expect(outcome.stdout).toBe('');
  expect(outcome.error).toMatchObject(error);
  for (const part of ['what', 'why', 'next'] as const) expect(outcome.error[part], part).toMatch(/\S{2}/);
  expect(outcome.stderr, 'no stack trace').not.toMatch(/^\s+at /m);
  expect(outcome.code).toBe(exitCode);
}
