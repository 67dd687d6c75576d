// Runs one real node of RocketMQ as rmqdev would, with whatever a case wants to be different.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { devProperties } from '../../dist/rocketmq/dev-properties.js';
import { defaultHeapBytes, jvmFlags } from '../../dist/rocketmq/jvm-flags.js';
import { releaseTraits } from '../../dist/rocketmq/releases.js';

const MAIN_CLASSES = {
  namesrv: 'org.apache.rocketmq.namesrv.NamesrvStartup',
  broker: 'org.apache.rocketmq.broker.BrokerStartup',
  controller: 'org.apache.rocketmq.controller.ControllerStartup',
  proxy: 'org.apache.rocketmq.proxy.ProxyStartup',
};
const QUIET_LOGBACK = 'org.apache.rocketmq.logging.ch.qos.logback.core.status.NopStatusListener';

/** What was started and still runs, ended when the script ends. */
const running = new Set();
export const endAll = () => {
  for (const node of running) node.child.kill('SIGKILL');
};

export class Node {
  /**
   * @param options { id, role, version, home (release), java, jdk (major), dir, port } and, optional: properties (null removes one of
   * ours), jvm (more options, last), dropFlags (RegExp), heapMb, jars (a function from the list of jars to another), args (instead of -c),
   * wrap (a command in front of java), env, store
   */
  constructor(options) {
    Object.assign(this, { properties: {}, jvm: [], dropFlags: /(?!)/, jars: (jars) => jars, wrap: [], env: {} }, options);
    this.ports = this.role === 'broker' ? { listen: this.port, fast: this.port - 2, ha: this.port + 1 } : { listen: this.port };
    this.heapBytes = this.heapMb ? this.heapMb * 1_048_576 : defaultHeapBytes(this.version, this.role);
    this.store ??= join(this.dir, 'store');
    this.config = join(this.dir, 'run', this.role === 'proxy' ? 'proxy.json' : 'node.conf');
    for (const folder of ['run', 'tmp', 'logs/rocketmqlogs']) mkdirSync(join(this.dir, folder), { recursive: true });
  }

  get stdout() {
    return join(this.dir, 'logs/stdout.log');
  }

  read() {
    try {
      return readFileSync(this.stdout, 'utf8');
    } catch {
      return '';
    }
  }

  log(name) {
    try {
      return readFileSync(join(this.dir, 'logs/rocketmqlogs', `${name}.log`), 'utf8');
    } catch {
      return '';
    }
  }

  start() {
    this.startedAt = Date.now();
    this.writeConfig();
    const args = [...this.javaOptions(), '-cp', this.classPath(), MAIN_CLASSES[this.role], ...(this.args ?? this.defaultArgs())];
    const [command, ...rest] = [...this.wrap, this.java, ...args];
    const output = openSync(this.stdout, 'a');
    const env = { PATH: process.env.PATH, HOME: this.dir, LANG: 'C.UTF-8', ROCKETMQ_HOME: this.home, ...this.env };
    for (const key of Object.keys(env)) if (env[key] === null) delete env[key];
    this.child = spawn(command, rest, { cwd: this.dir, env, stdio: ['ignore', output, output] });
    closeSync(output);
    running.add(this);
    this.exited = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', (code, signal) => {
        running.delete(this);
        this.exit = { code, signal };
        resolve(this.exit);
      });
    });
    return this;
  }

  defaultArgs() {
    return this.role === 'proxy' ? ['-pc', this.config] : ['-c', this.config];
  }

  javaOptions() {
    const { version, jdk, role, heapBytes, dir, home } = this;
    const traits = releaseTraits(version);
    const flags = jvmFlags({ version, jdkMajor: jdk, role, startup: 'fast', heapBytes, gcLogFile: join(dir, 'logs/gc.log'), nodeDir: dir });
    const logback = [
      `-Drmq.logback.configurationFile=${home}/conf/${traits.logbackFileName(role)}`,
      `-Dlogback.statusListenerClass=${QUIET_LOGBACK}`,
    ];
    return [
      `-Duser.home=${dir}`,
      `-Drocketmq.home.dir=${home}`,
      `-Djava.io.tmpdir=${dir}/tmp`,
      ...(traits.logbackProperty ? logback : []),
      ...flags.map(({ flag }) => flag),
      ...this.jvm,
    ].filter((option) => !this.dropFlags.test(option));
  }

  classPath() {
    const lib = join(this.home, 'lib');
    const jars = readdirSync(lib)
      .filter((name) => name.endsWith('.jar'))
      .sort()
      .map((name) => join(lib, name));
    return this.jars(jars).join(':');
  }

  writeConfig() {
    if (this.role === 'proxy') return writeFileSync(this.config, JSON.stringify(this.properties, null, 2));
    const ours = { listenPort: this.port, ...(this.role === 'broker' ? this.brokerProperties() : {}), ...this.properties };
    const lines = Object.entries(ours).filter(([, value]) => value !== null);
    writeFileSync(this.config, `${lines.map(([key, value]) => `${key}=${value}`).join('\n')}\n`);
  }

  brokerProperties() {
    const isSlave = this.properties.brokerRole === 'SLAVE';
    const isSyncPair = isSlave || this.properties.brokerRole === 'SYNC_MASTER';
    return {
      brokerClusterName: 'DefaultCluster',
      brokerName: 'broker-a',
      brokerId: 0,
      brokerRole: 'ASYNC_MASTER',
      brokerIP1: '127.0.0.1',
      brokerIP2: '127.0.0.1',
      storePathRootDir: this.store,
      storePathCommitLog: `${this.store}/commitlog`,
      ...Object.fromEntries(devProperties(this.version, { isSlave, isSyncPair }).map(({ key, value }) => [key, value])),
    };
  }

  /** Rejects when the node ends first. */
  async booted() {
    await this.until(() => /boot success\.|rocketmq-proxy startup successfully/.test(this.read()), 'boot success');
    this.wasReady = true;
  }

  /** Waits for `condition`; rejects when the node ends first or 90 s have passed. */
  async until(condition, what, timeoutMs = 90_000) {
    const end = Date.now() + timeoutMs;
    while (!(await condition())) {
      if (this.exit) throw new Error(`${this.id}: ended (${JSON.stringify(this.exit)}) before: ${what}\n${this.read().slice(-1500)}`);
      if (Date.now() > end) throw new Error(`${this.id}: not within ${timeoutMs} ms: ${what}`);
      await sleep(50);
    }
  }

  /** @returns the exit of a node that is expected to end by itself. */
  async end(timeoutMs = 40_000) {
    const late = sleep(timeoutMs, 'late', { ref: false });
    if ((await Promise.race([this.exited, late])) === 'late') {
      this.child.kill('SIGKILL');
      await this.exited;
      throw new Error(`${this.id}: still there after ${timeoutMs} ms\n${this.read().slice(-1500)}`);
    }
    return this.exit;
  }

  async kill(signal = 'SIGTERM') {
    if (this.exit) return this.exit;
    this.child.kill(signal);
    return this.end();
  }
}

/** Holds `port` on every address until `close()`. */
export function hold(port) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on('error', () => {}));
    server.once('error', reject);
    server.listen(port, '0.0.0.0', () => resolve({ port, close: () => new Promise((closed) => server.close(closed)) }));
  });
}
