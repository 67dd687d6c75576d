import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HomePaths } from '../../../dist/base/paths.js';
import { greet } from '../../../dist/client/daemon-process.js';
import { DaemonClient } from '../../../dist/client/http.js';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const DAEMON = file('../../../dist/bin/daemon.cjs');
const PRELOAD = file('./preload.mjs');
const FAKE_JDK = file('../../../test/fakes/fake-jdk');

/** One home with one cluster: of fake JVMs, or of a real release with two masters and two slaves. */
export class World {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'rk-')));
  home = new HomePaths(join(this.root, 'h'));
  client = new DaemonClient(this.home.socket);
  daemon;

  constructor({ rocketmq, firstPort }) {
    this.rocketmq = rocketmq ?? this.#fakeRelease();
    this.java = rocketmq ? undefined : FAKE_JDK;
    this.nodes = rocketmq
      ? ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b', 'broker-b-s']
      : ['namesrv-1', 'broker-a', 'broker-a-s'];
    this.firstPort = firstPort;
    mkdirSync(this.home.profiles, { recursive: true });
    writeFileSync(join(this.home.profiles, 'k.yaml'), this.#profile(rocketmq !== undefined));
  }

  get paths() {
    return this.home.cluster('k');
  }

  /**
   * @param killAt see preload.mjs; undefined: lives until it is killed
   * @param {{ env?: object, prefix?: string[] }} how more environment, and a command that runs what follows it in its own place
   * @returns false where it died at its start
   */
  async startDaemon(killAt, how = {}) {
    const env = { ...process.env, RMQDEV_HOME: this.home.root, ...how.env };
    const log = join(this.root, 'daemon.out');
    const [command, ...args] = [...(how.prefix ?? []), process.execPath, DAEMON];
    const child = spawn(command, args, {
      cwd: this.root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: killAt ? { ...env, RMQDEV_KILL_AT: JSON.stringify(killAt), NODE_OPTIONS: `--import ${PRELOAD}` } : env,
    });
    child.stderr.on('data', (data) => {
      try {
        writeFileSync(log, data, { flag: 'a' });
      } catch {
        // A full disk, made so on purpose.
      }
    });
    this.daemon = { child, gone: new Promise((resolve) => child.once('exit', resolve)), isGone: false };
    const { daemon } = this;
    void daemon.gone.then(() => (daemon.isGone = true));
    for (;;) {
      if (daemon.isGone) return false;
      const hello = await greet(this.home).catch(() => undefined);
      if (hello?.pid === child.pid) return true;
      await sleep(10);
    }
  }

  async killDaemon() {
    if (!this.daemon.isGone) this.daemon.child.kill('SIGKILL');
    await this.daemon.gone;
  }

  up(onItem, how) {
    return this.client.stream('up', this.upParams(how), onItem);
  }

  upParams({ set = [], PATH = process.env.PATH } = {}) {
    const { HOME } = process.env;
    const params = { profile: 'k', caller: { cwd: this.root, PATH, HOME }, set, heap: [], debug: false, strictPorts: false };
    const runtime = { rocketmq: this.rocketmq, ...(this.java ? { java: this.java } : {}) };
    return { ...params, ...runtime, wait: true, timeoutMs: 120_000 };
  }

  /** What `up` was last told, by the state on disk: as `--set` names it, with '' for what is not set. */
  wantedSettings() {
    const { profile, nodes } = JSON.parse(readFileSync(this.paths.state, 'utf8'));
    return new Map(
      profile.nodes.flatMap(({ id, properties }) => [
        [`${id}.properties.fileReservedTime`, properties.fileReservedTime ?? ''],
        [`${id}.listenPort`, String(nodes[id].assignment.ports.listen)],
      ]),
    );
  }

  /** Nodes that a start, which this daemon or the next one continues, still has to bring up. */
  pending() {
    const { pendingStart, pendingRestart } = JSON.parse(readFileSync(this.paths.state, 'utf8'));
    return [...new Set([...pendingStart, ...pendingRestart])];
  }

  /** The same of each JVM that lives, by the file that it was started with. */
  runningSettings() {
    return new Map(
      this.jvms().flatMap(({ node }) => {
        const text = readFileSync(this.paths.node(node).runConfig, 'utf8');
        return [
          [`${node}.properties.fileReservedTime`, /^fileReservedTime=(.*)$/m.exec(text)?.[1] ?? ''],
          [`${node}.listenPort`, /^listenPort=(.*)$/m.exec(text)?.[1]],
        ];
      }),
    );
  }

  /** Where a node listens unless a `--set` says otherwise. */
  port(id) {
    return String(this.firstPort + (id.startsWith('namesrv') ? this.nodes.indexOf(id) : 10 * (1 + this.nodes.indexOf(id))));
  }

  /** Live processes with the marker of one of the cluster's nodes, straight from /proc: node id, pid, store. */
  jvms() {
    const marker = `-Drmqdev.node=${this.paths.root}/nodes/`;
    return readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      try {
        const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        const node = args.find((arg) => arg.startsWith(marker));
        if (!node) return [];
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
        return 'ZXx'.includes(state) ? [] : [{ node: node.slice(marker.length), pid: Number(name) }];
      } catch {
        return [];
      }
    });
  }

  journal() {
    if (!existsSync(this.paths.journal)) return [];
    return [`${this.paths.journal}.1`, this.paths.journal]
      .filter(existsSync)
      .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
      .filter(Boolean)
      .flatMap((line) => {
        try {
          return [JSON.parse(line)];
        } catch {
          return [];
        }
      });
  }

  async dispose() {
    await this.killDaemon();
    for (const { pid } of this.jvms()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    }
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  #fakeRelease() {
    const home = join(this.root, 'rocketmq-4.9.7');
    for (const folder of ['lib', 'conf']) mkdirSync(join(home, folder), { recursive: true });
    for (const module of ['broker', 'common', 'namesrv']) writeFileSync(join(home, 'lib', `rocketmq-${module}-4.9.7.jar`), '');
    return home;
  }

  /** A cluster that is never given up, so that every round finds the same one. */
  #profile(isReal) {
    const entry = (id) => {
      if (id.startsWith('namesrv')) return `  ${id}: { role: namesrv, listenPort: ${this.port(id)} }`;
      const replica = id.endsWith('-s') ? `, brokerName: ${id.slice(0, -2)}, brokerId: 1` : '';
      return `  ${id}: { role: broker${replica}, listenPort: ${this.port(id)} }`;
    };
    return [
      'replication: sync',
      `restart: { policy: on-crash, maxRestarts: 1000, window: 2s, backoff: ${isReal ? '1s..2s' : '100ms..300ms'} }`,
      'nodes:',
      ...this.nodes.map(entry),
      '',
    ].join('\n');
  }
}
