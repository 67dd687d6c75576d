import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { greet } from '../../../dist/client/daemon-process.js';
import { World } from '../kill-points/world.mjs';

const CHECKOUT = fileURLToPath(new URL('../../../', import.meta.url));
const CLI = `${CHECKOUT}dist/bin/rmqdev.cjs`;

export const rssBytes = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
};

/** One case: a cluster of fake JVMs, the commands that were run, and what did not hold. */
export class Scene {
  commands = [];
  failed = [];
  memory = {};
  #sampling;

  constructor(firstPort) {
    this.world = new World({ firstPort });
  }

  get home() {
    return this.world.home;
  }

  /** What must hold; what does not is a failure with its words. */
  check(what, isTrue, detail = '') {
    if (!isTrue) this.failed.push(detail === '' ? what : `${what}: ${detail}`);
  }

  /** Runs a command to its end. `onLine` sees each line of stdout and ends the command by returning true. */
  async cli(args, { env = {}, prefix = [], timeoutMs = 120_000, onLine } = {}) {
    const [command, ...rest] = [...prefix, process.execPath, CLI, ...args];
    const since = performance.now();
    const child = spawn(command, rest, {
      cwd: '/',
      env: { ...process.env, NO_COLOR: '1', RMQDEV_HOME: this.home.root, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const run = { command: `rmqdev ${args.join(' ')}`, exitCode: null, ms: 0, said: '' };
    let [stdout, stderr, rest_] = ['', '', ''];
    let highestRssBytes = 0;
    const sample = setInterval(() => {
      highestRssBytes = Math.max(highestRssBytes, rssBytes(child.pid));
    }, 100);
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.stderr.on('data', (data) => (stderr += data));
    child.stdout.setEncoding('utf8').on('data', (data) => {
      if (!onLine) stdout += data;
      else {
        const lines = (rest_ + data).split('\n');
        rest_ = lines.pop();
        for (const line of lines) if (onLine(line)) child.kill('SIGINT');
      }
    });
    run.exitCode = await new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
    clearInterval(sample);
    clearTimeout(timer);
    run.ms = Math.round(performance.now() - since);
    const said = (stderr.trim() || stdout.trim()).split('\n').slice(0, 4).join(' / ');
    // The figures are kept: no path of the machine on which they were taken.
    run.said = said.replaceAll(this.world.root, '<root>').replaceAll(CHECKOUT, '<checkout>/').slice(0, 500);
    this.commands.push(run);
    return { ...run, stdout, stderr, highestRssBytes };
  }

  /** A command that must succeed. */
  async succeeds(args, options) {
    const run = await this.cli(args, options);
    this.check(`${run.command} exits with 0`, run.exitCode === 0, `${run.exitCode}, ${run.said}`);
    return run;
  }

  /** A command that must fail with three parts, and without a stack. */
  async fails(args, pattern, options) {
    const run = await this.cli(args, options);
    this.check(
      `${run.command} fails and says why`,
      typeof run.exitCode === 'number' && run.exitCode > 0 && pattern.test(run.stderr),
      `${run.exitCode}, ${run.said}`,
    );
    this.check(`${run.command} shows no stack`, !/^\s+at /m.test(run.stderr));
    return run;
  }

  /** From here on the daemon's memory is watched. */
  watchMemory() {
    const { pid } = this.world.daemon.child;
    this.memory = { beforeBytes: rssBytes(pid), highestBytes: 0 };
    this.#sampling = setInterval(() => {
      this.memory.highestBytes = Math.max(this.memory.highestBytes, rssBytes(pid));
    }, 50);
  }

  /** The daemon and each JVM are those of before. */
  pids() {
    return JSON.stringify([
      this.world.daemon.child.pid,
      ...this.world
        .jvms()
        .map(({ node, pid }) => `${node} ${pid}`)
        .sort(),
    ]);
  }

  async until(what, condition, timeoutMs = 30_000) {
    const end = performance.now() + timeoutMs;
    while (performance.now() < end) {
      if (await condition()) return true;
      await sleep(50);
    }
    this.check(what, false, `not within ${timeoutMs / 1_000} s`);
    return false;
  }

  async dispose() {
    clearInterval(this.#sampling);
    const hello = await greet(this.home).catch(() => undefined);
    if (hello && hello.pid !== this.world.daemon?.child.pid) {
      process.kill(hello.pid, 'SIGKILL');
      await this.until('the daemon ends', async () => !(await greet(this.home).catch(() => undefined)));
    }
    if (this.world.daemon) await this.world.dispose();
    else rmSync(this.world.root, { recursive: true, force: true });
  }
}
