import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Scene } from './scene.mjs';

const MB = 1_024 * 1_024;
const FAKETIME = ['/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1'].find(
  existsSync,
);
const k = ['-c', 'k'];

async function cluster(port, { env, prefix, set, PATH } = {}) {
  const scene = new Scene(port);
  try {
    await scene.world.startDaemon(undefined, { env, prefix });
    await scene.world.up(() => {}, { set, PATH });
    return scene;
  } catch (error) {
    await scene.dispose();
    throw error;
  }
}

/** Everything that a user needs still works, on the same daemon. */
async function worksAfter(scene, options) {
  await scene.succeeds(['status', ...k], options);
  await scene.succeeds(['down', ...k], options);
  scene.check('no JVM is left', scene.world.jvms().length === 0);
  scene.check('the daemon lives', !scene.world.daemon.isGone);
}

/** Every line of a flood once and in order. */
function floodCounter() {
  const counts = { lines: 0, lost: 0, doubled: 0 };
  let last;
  return {
    counts,
    see(line) {
      const match = /flood line (\d+)/.exec(line);
      if (!match) return;
      const number = Number(match[1]);
      counts.lines += 1;
      if (last !== undefined && number > last + 1) counts.lost += number - last - 1;
      if (last !== undefined && number <= last) counts.doubled += 1;
      last = number;
    },
  };
}

function fill(folder) {
  const file = join(folder, 'fill');
  const block = Buffer.alloc(4 * MB);
  for (const size of [4 * MB, 4_096, 1])
    for (;;) {
      try {
        appendFileSync(file, block.subarray(0, size));
      } catch {
        break;
      }
    }
  return file;
}

/** Each is run alone; it returns its scene, or why it cannot be run here. `run` may add figures to `scene.figures`. */
export const CASES = {
  'full disk': async (port) => {
    if (process.getuid() !== 0) return 'mounting a small file system takes root';
    const folder = mkdtempSync(join(tmpdir(), 'rk-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=700m', 'none', folder]);
    const before = process.env.TMPDIR;
    process.env.TMPDIR = folder;
    let scene;
    try {
      scene = await cluster(port);
      scene.watchMemory();
      const pids = scene.pids();
      let file = fill(folder);
      await scene.succeeds(['status', ...k]);
      scene.check('no node ended', scene.pids() === pids);
      await scene.succeeds(['stop', 'broker-a-s', ...k]);
      await scene.fails(['start', 'broker-a-s', ...k], /full|space|ENOSPC/i);
      await scene.succeeds(['kill', 'broker-a', ...k]);
      await scene.succeeds(['ls']);
      // A daemon that starts on a full disk.
      await scene.world.killDaemon();
      await scene.cli(['status', ...k]);
      const { exitCode, said } = scene.commands.at(-1);
      scene.check('a daemon starts on a full disk, or says why not', exitCode === 0 || /full|space|ENOSPC/i.test(said), said);
      rmSync(file);
      await scene.succeeds(['start', 'broker-a', 'broker-a-s', ...k]);
      file = fill(folder);
      await scene.succeeds(['down', ...k]);
      scene.check('no JVM is left', scene.world.jvms().length === 0);
      rmSync(file);
      return scene;
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      if (scene) scene.after = () => unmount(folder);
      else unmount(folder);
    }
  },

  'missing ps': async (port) => {
    const bin = mkdtempSync(join(tmpdir(), 'rk-bin-'));
    symlinkSync(process.execPath, join(bin, 'node'));
    const scene = await cluster(port, { env: { PATH: bin }, PATH: bin });
    scene.after = () => rmSync(bin, { recursive: true });
    const options = { env: { PATH: bin } };
    scene.watchMemory();
    await scene.succeeds(['kill', 'broker-a', ...k], options);
    await scene.succeeds(['start', 'broker-a', ...k], options);
    await scene.succeeds(['stop', 'broker-a-s', ...k], options);
    await scene.cli(['doctor'], options);
    await worksAfter(scene, options);
    return scene;
  },

  'deleted socket': async (port) => {
    const scene = await cluster(port);
    const [, ...jvms] = JSON.parse(scene.pids());
    unlinkSync(scene.home.socket);
    await scene.succeeds(['status', ...k]);
    await scene.until('the daemon that nobody can reach ends', () => scene.world.daemon.isGone);
    scene.check('no node was restarted', JSON.stringify(JSON.parse(scene.pids()).slice(1)) === JSON.stringify(jvms));
    await scene.succeeds(['down', ...k]);
    scene.check('no JVM is left', scene.world.jvms().length === 0);
    return scene;
  },

  'deleted RMQDEV_HOME': async (port) => {
    const scene = await cluster(port);
    rmSync(scene.home.root, { recursive: true, force: true, maxRetries: 5 });
    await scene.until('the daemon that nobody can reach ends', () => scene.world.daemon.isGone);
    // The daemon that ends may have written the state down once more: then the next one has the nodes, else it names them.
    const { stderr, stdout } = await scene.cli(['status', ...k, '--json']);
    // A JVM may end of the loss of its files.
    scene.figures = { nodesLeft: scene.world.jvms().length };
    for (const { node, pid } of scene.world.jvms())
      scene.check(`status names ${node} and its pid`, (stderr + stdout).includes(String(pid)), stderr);
    await scene.succeeds(['ls']);
    await scene.succeeds(['down', ...k]);
    scene.check('no JVM is left', scene.world.jvms().length === 0);
    return scene;
  },

  'read-only home': async (port) => {
    if (process.getuid() !== 0) return 'becoming another user takes root';
    const scene = new Scene(port);
    execFileSync('chmod', ['755', scene.world.root]);
    const prefix = ['setpriv', '--reuid', '65534', '--clear-groups'];
    for (const args of [['ls'], ['status'], ['up', 'single'], ['stop', 'broker-a']])
      await scene.fails(args, /EACCES|permission|write/i, { prefix });
    return scene;
  },

  'low ulimit -n': async (port) => {
    // macOS's default, and the hard limit too: Node.js raises the soft one to it. Below some 200 the daemon's modules cannot be loaded.
    const scene = await cluster(port, { prefix: ['/bin/sh', '-c', 'ulimit -n 256; exec "$0" "$@"'] });
    scene.watchMemory();
    const pids = scene.pids();
    const sockets = Array.from({ length: 300 }, () => connect(scene.home.socket).on('error', () => {}));
    await sleep(5_000);
    scene.check('no node was taken for dead', scene.pids() === pids);
    for (const socket of sockets) socket.destroy();
    const { stdout } = await scene.succeeds(['status', ...k, '--json']);
    scene.check(
      'every node is ready',
      JSON.parse(stdout || '{}').nodes?.every(({ state }) => state === 'ready'),
      stdout.slice(0, 200),
    );
    scene.check('no node was restarted', scene.pids() === pids);
    await scene.succeeds(['kill', 'broker-a', ...k]);
    await scene.succeeds(['start', 'broker-a', ...k]);
    await worksAfter(scene);
    return scene;
  },

  'clock jumps': async (port) => {
    if (!FAKETIME) return 'libfaketime is not installed (Debian: faketime); the unit tests of restart policy and runner use a fake clock';
    const folder = mkdtempSync(join(tmpdir(), 'rk-time-'));
    const file = join(folder, 'offset');
    writeFileSync(file, '+0s');
    const env = {
      LD_PRELOAD: FAKETIME,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const scene = await cluster(port, { env });
    scene.after = () => rmSync(folder, { recursive: true });
    scene.watchMemory();
    for (const offset of ['+3600s', '-7200s', '+90d', '+0s']) {
      const pids = scene.pids();
      writeFileSync(file, offset);
      await sleep(3_000);
      scene.check(`no node was restarted by a jump to ${offset}`, scene.pids() === pids);
      const { stdout } = await scene.succeeds(['status', ...k, '--json']);
      scene.check(
        `every node is ready after ${offset}`,
        JSON.parse(stdout || '{}').nodes?.every(({ state }) => state === 'ready'),
        stdout.slice(0, 200),
      );
      // One that crashes is restarted, however the clock stands.
      const { pid } = scene.world.jvms().find(({ node }) => node === 'broker-a');
      process.kill(pid, 'SIGKILL');
      await scene.until(`a crashed node is restarted after ${offset}`, () =>
        scene.world.jvms().some((jvm) => jvm.node === 'broker-a' && jvm.pid !== pid),
      );
      await scene.succeeds(['wait', ...k, '--for', 'ready', '--timeout', '30']);
    }
    await worksAfter(scene);
    return scene;
  },

  '10,000 log lines a second': async (port) => {
    const scene = await cluster(port, { set: ['broker-a.env.FAKE_JVM=floodLinesPerSecond=10000'] });
    scene.watchMemory();
    const counter = floodCounter();
    const end = performance.now() + 20_000;
    const run = await scene.cli(['logs', 'broker-a', '-f', '-n', '1', '--file', 'stdout', ...k], {
      onLine: (line) => {
        counter.see(line);
        return performance.now() > end;
      },
    });
    scene.figures = {
      ...counter.counts,
      linesPerSecond: Math.round(counter.counts.lines / (run.ms / 1_000)),
      cliHighestBytes: run.highestRssBytes,
    };
    scene.check('no line lost or doubled', counter.counts.lost === 0 && counter.counts.doubled === 0, JSON.stringify(counter.counts));
    scene.check('as many lines as were printed', counter.counts.lines > 150_000, String(counter.counts.lines));
    scene.check('Ctrl-C ends it', run.exitCode === 0 || run.exitCode === 130, String(run.exitCode));
    scene.check('memory of the daemon within 150 MB more', scene.memory.highestBytes - scene.memory.beforeBytes < 150 * MB);
    scene.check('memory of the command within 300 MB', run.highestRssBytes < 300 * MB, String(run.highestRssBytes));
    await worksAfter(scene);
    return scene;
  },

  'a log of 5 GB (sparse)': async (port) => {
    const scene = await cluster(port);
    const logs = join(scene.world.paths.root, 'nodes', 'broker-a', 'logs', 'rocketmqlogs');
    const log = join(logs, 'broker.log');
    if (!existsSync(log)) mkdirSync(logs, { recursive: true });
    const line = (i) => `2026-01-01 00:00:${String(i % 60).padStart(2, '0')},000 INFO main - line ${i}\n`;
    truncateSync(log, 5 * 1_024 * MB);
    // Fewer than are asked for: what comes before is one line of 5 GB.
    appendFileSync(log, `\n${Array.from({ length: 20 }, (_, i) => line(i)).join('')}`);
    scene.watchMemory();
    const args = ['logs', 'broker-a', '--file', 'broker', ...k];
    const { stdout, ms } = await scene.succeeds([...args, '-n', '50'], { timeoutMs: 60_000 });
    scene.check('the last lines are shown', /line 0\b/.test(stdout) && /line 19\b/.test(stdout), stdout.slice(-200));
    scene.check('what is printed is bounded', stdout.length < 2 * MB, `${stdout.length} characters`);
    let seen = 0;
    const writing = setInterval(() => appendFileSync(log, line(100)), 200);
    const run = await scene.cli([...args, '-f', '-n', '5'], {
      timeoutMs: 60_000,
      onLine: (text) => {
        if (/line 100\b/.test(text)) seen += 1;
        return seen >= 10;
      },
    });
    clearInterval(writing);
    scene.check('logs -f shows new lines', seen >= 10, `${seen}, ${run.exitCode}, ${run.said}`);
    const explained = await scene.succeeds(['explain', 'broker-a', ...k], { timeoutMs: 60_000 });
    const file = await scene.cli(['explain', log], { timeoutMs: 60_000 });
    scene.check('explain of the file ends by itself', typeof file.exitCode === 'number', String(file.exitCode));
    scene.figures = {
      sizeBytes: statSync(log).size,
      lastLinesMs: ms,
      explainMs: explained.ms,
      explainFileMs: file.ms,
      explainFileHighestBytes: file.highestRssBytes,
    };
    scene.check(
      'memory of the daemon within 150 MB more',
      scene.memory.highestBytes - scene.memory.beforeBytes < 150 * MB,
      JSON.stringify(scene.memory),
    );
    scene.check('memory of explain within 300 MB', file.highestRssBytes < 300 * MB, String(file.highestRssBytes));
    await worksAfter(scene);
    return scene;
  },
};

function unmount(folder) {
  execFileSync('umount', ['-l', folder]);
  if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
}
