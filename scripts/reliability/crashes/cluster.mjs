/** A real 2m2s under rmqdev in an RMQDEV_HOME of its own: started, asked and healed over the daemon's calls, crashed from outside. */

import { HomePaths } from '../../../dist/base/paths.js';
import { packageVersion } from '../../../dist/base/version.js';
import { ConnectedClient } from '../../../dist/client/connected-client.js';
import { greet, stopDaemon } from '../../../dist/client/daemon-process.js';
import { currentPlatform } from '../../../dist/process/current-platform.js';
import { isPortFree } from '../../../dist/process/port-probe.js';

export const CLUSTER = 'crashes';
export const TOPIC = 'Ledger';
export const QUEUES = 4;
const UP_TIMEOUT_MS = 300_000;
const DOWN_TIMEOUT_MS = 120_000;
const ASK_EVERY_MS = 100;

/** A node's ports lie around these, counted from the first of the block. */
const OFFSETS = { 'namesrv-1': 0, 'namesrv-2': 1, 'broker-a': 12, 'broker-a-s': 22, 'broker-b': 32, 'broker-b-s': 42 };
/** Of a pair that joins later. */
const MORE_OFFSETS = { 'broker-c': 52, 'broker-c-s': 62 };
const BLOCK = 70;

export class CrashedCluster {
  #home;
  #client;
  #ports;
  daemonPid;
  /** Nodes that the present daemon has taken over: it cannot know how they end. */
  adopted = new Set();

  constructor(home, firstPort) {
    this.#home = new HomePaths(home);
    this.#ports = firstPort;
  }

  get paths() {
    return this.#home.cluster(CLUSTER);
  }

  /** host:port of each NameServer. */
  get namesrvs() {
    return ['namesrv-1', 'namesrv-2'].map((id) => this.address(id));
  }

  address(id) {
    return `127.0.0.1:${this.port(id)}`;
  }

  port(id) {
    return this.#ports + (OFFSETS[id] ?? MORE_OFFSETS[id]);
  }

  /** Starts a daemon where none runs. @returns true where it is another than before. */
  async connect() {
    const client = new ConnectedClient(this.#home, packageVersion());
    const hello = await client.hello();
    const isOther = hello.pid !== this.daemonPid;
    this.#client = client;
    this.daemonPid = hello.pid;
    return isOther;
  }

  /** @returns the state as `up` prints it, with `readyMs`. */
  async up({ rocketmq, java, set = [], heap = [] }) {
    await this.connect();
    return this.#client.stream(
      'up',
      {
        profile: '2m2s',
        name: CLUSTER,
        caller: { cwd: process.cwd(), PATH: process.env.PATH, ...(process.env.JAVA_HOME && { JAVA_HOME: process.env.JAVA_HOME }) },
        set: [
          ...Object.keys(OFFSETS).map((id) => `${id}.listenPort=${this.port(id)}`),
          `topics=[{ name: ${TOPIC}, queues: ${QUEUES} }]`,
          // By its default of 5 crashes in 60 s a node would be given up in the middle of the run.
          'restart={ maxRestarts: 1000 }',
          ...set,
        ],
        heap,
        rocketmq,
        ...(java && { java }),
        debug: false,
        strictPorts: true,
        wait: true,
        timeoutMs: UP_TIMEOUT_MS,
      },
      () => {},
    );
  }

  status() {
    return this.#client.call('clusterStatus', { cluster: CLUSTER });
  }

  async node(id) {
    return (await this.status()).nodes.find((node) => node.id === id);
  }

  start(ids, timeoutMs) {
    return this.#client.stream('start', { cluster: CLUSTER, selectors: ids, wait: false, timeoutMs }, () => {});
  }

  /** The journal as `events` gives it. */
  async events() {
    const events = [];
    await this.#client.stream('events', { cluster: CLUSTER, follow: false }, (event) => events.push(event));
    return events;
  }

  /** @returns what proves that nothing is left. */
  async down() {
    await this.connect();
    const { proof } = await this.#client.stream('down', { cluster: CLUSTER, remove: false, timeoutMs: DOWN_TIMEOUT_MS }, () => {});
    return proof;
  }

  stopDaemon() {
    return stopDaemon(this.#home);
  }

  /** SIGKILL to the daemon. @returns once its process is gone; its nodes live on. */
  async killDaemon() {
    const hello = await greet(this.#home);
    process.kill(hello.pid, 'SIGKILL');
    await until(30_000, `the daemon's process ${hello.pid} to be gone`, async () => !isAlive(hello.pid));
  }

  /** @returns the pids of each node's JVMs as the process table has them. */
  async jvms() {
    const table = await currentPlatform().processTable();
    const marker = `-Drmqdev.node=${this.#home.clusters}/`;
    const pids = new Map();
    for (const { pid, command } of table) {
      const at = command.indexOf(marker);
      if (at < 0) continue;
      const id = command.slice(at).split(' ')[0].split('/').at(-1);
      pids.set(id, [...(pids.get(id) ?? []), pid]);
    }
    return pids;
  }
}

/** Resolves once `condition` gives a truthy value, with that. Rejects after `limitMs`. */
export async function until(limitMs, what, condition) {
  const end = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1_000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/** @returns the first port of a block that is free now, from `first` on. */
export async function freeBlock(first) {
  for (let port = first; port + BLOCK < 32_000; port += BLOCK) {
    const free = await Promise.all(Array.from({ length: BLOCK }, (_, i) => isPortFree(port + i)));
    if (!free.includes(false)) return port;
  }
  throw new Error(`no ${BLOCK} free ports in a row from ${first} on`);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
