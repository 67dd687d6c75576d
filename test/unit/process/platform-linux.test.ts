import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LinuxPlatform } from '../../../src/process/platform-linux.js';

const MIB = 1_048_576;
let root: string;
let platform: LinuxPlatform;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rmqdev-proc-'));
  platform = new LinuxPlatform(root);
  write('proc/sys/kernel/random/boot_id', 'boot-1\n');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function addProcess(pid: number, { state = 'S', args = ['java'], startTicks = '100', threads = 1, sockets = [] as string[] } = {}): void {
  write(`proc/${pid}/stat`, `${pid} (java) ${state} 1 ${pid} ${pid} 0 -1 0 0 0 0 0 0 0 0 0 20 0 ${threads} 0 ${startTicks} 0 0`);
  write(`proc/${pid}/cmdline`, args.map((arg) => `${arg}\0`).join(''));
  mkdirSync(join(root, `proc/${pid}/fd`));
  for (const [fd, inode] of sockets.entries()) symlinkSync(`socket:[${inode}]`, join(root, `proc/${pid}/fd/${fd}`));
}

function addMemory(totalMib: number, availableMib: number): void {
  write('proc/meminfo', `MemTotal: ${totalMib * 1_024} kB\nMemAvailable: ${availableMib * 1_024} kB\n`);
}

const tcp = (rows: [port: number, uid: number, inode: string][]) =>
  [
    '  sl  local_address',
    ...rows.map(
      ([port, uid, inode], i) => `${i}: 00000000:${port.toString(16).padStart(4, '0').toUpperCase()} 0:0 0A 0:0 0:0 0 ${uid} 0 ${inode} 1`,
    ),
  ].join('\n');

test('the same pid with other start ticks, or after a reboot, is another process', async () => {
  addProcess(42, { startTicks: '100' });
  const first = await platform.startTime(42);
  expect(await platform.startTimes([42, 43])).toEqual(new Map([[42, first]]));
  write('proc/42/stat', '42 (java) S 1 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 101 0 0');
  expect(await platform.startTime(42)).not.toBe(first);
  write('proc/42/stat', '42 (java) S 1 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0');
  write('proc/sys/kernel/random/boot_id', 'boot-2\n');
  expect(await new LinuxPlatform(root).startTime(42)).not.toBe(first);
});

test('a boot has a name of its own; null if the system does not tell', async () => {
  expect(await platform.bootId()).toBe('boot-1');
  write('proc/sys/kernel/random/boot_id', 'boot-2\n');
  expect(await new LinuxPlatform(root).bootId()).toBe('boot-2');
  rmSync(join(root, 'proc/sys/kernel/random/boot_id'));
  expect(await new LinuxPlatform(root).bootId()).toBeNull();
});

test('a boot has a name of its own; null if the system does not tell', async () => {
  expect(await platform.bootId()).toBe('boot-1');
  write('proc/sys/kernel/random/boot_id', 'boot-2\n');
  expect(await new LinuxPlatform(root).bootId()).toBe('boot-2');
  rmSync(join(root, 'proc/sys/kernel/random/boot_id'));
  expect(await new LinuxPlatform(root).bootId()).toBeNull();
});

test('a zombie is dead', async () => {
  addProcess(42, { state: 'Z' });
  expect(await platform.startTime(42)).toBeUndefined();
  expect(await platform.processTable()).toEqual([]);
});

test('a process whose first thread has ended lives while another does: it still holds its files and ports', async () => {
  addProcess(42, { state: 'Z', threads: 3 });
  expect(await platform.startTime(42)).toBe('boot-1/100');
});

test('the process table keeps arguments with spaces apart and names kernel threads', async () => {
  addProcess(42, { args: ['/jdk/bin/java', '-Da=b c', ''] });
  addProcess(43, { args: [] });
  expect(await platform.processTable()).toEqual([
    { pid: 42, ppid: 1, command: '/jdk/bin/java -Da=b c ', args: ['/jdk/bin/java', '-Da=b c', ''] },
    { pid: 43, ppid: 1, command: '[java]', args: [] },
  ]);
});

test('a port names its holder; without permission only the user is known', async () => {
  write('etc/passwd', 'alex:x:1000:1000::/home/alex:/bin/sh\n');
  write(
    'proc/net/tcp',
    tcp([
      [10911, 1000, '7'],
      [9876, 1000, '8'],
      [8080, 0, '9'],
    ]),
  );
  write('proc/net/tcp6', tcp([[10911, 1000, '10']]));
  addProcess(42, { args: ['/jdk/bin/java', 'BrokerStartup'], sockets: ['7', '10'] });
  expect(await platform.listeners([10911, 9876, 1])).toEqual([
    { port: 10911, pid: 42, command: '/jdk/bin/java BrokerStartup', user: 'alex' },
    { port: 9876, pid: undefined, command: undefined, user: 'alex' },
  ]);
});

test('memory is the machine without a control group', async () => {
  addMemory(1_000, 600);
  expect(await platform.memory()).toEqual({ totalBytes: 1_000 * MIB, availableBytes: 600 * MIB });
});

test('memory is what a version 2 group leaves, the tightest ancestor counts and file cache is free to take', async () => {
  addMemory(8_000, 6_000);
  write('proc/self/cgroup', '0::/ci/job\n');
  write('sys/fs/cgroup/ci/job/memory.max', 'max\n');
  write('sys/fs/cgroup/ci/memory.max', `${2_000 * MIB}\n`);
  write('sys/fs/cgroup/ci/memory.current', `${1_500 * MIB}\n`);
  write('sys/fs/cgroup/ci/memory.stat', `anon 1\ninactive_file ${400 * MIB}\nactive_file 5\n`);
  expect(await platform.memory()).toEqual({ totalBytes: 2_000 * MIB, availableBytes: 900 * MIB });
});

test('memory is what a version 1 group leaves, also where its host path is not mounted in the container', async () => {
  addMemory(8_000, 6_000);
  write('proc/self/cgroup', '5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n0::/\n');
  write('sys/fs/cgroup/memory/memory.limit_in_bytes', `${512 * MIB}\n`);
  write('sys/fs/cgroup/memory/memory.usage_in_bytes', `${100 * MIB}\n`);
  write('sys/fs/cgroup/memory/memory.stat', `inactive_file 1\ntotal_inactive_file ${50 * MIB}\n`);
  expect(await platform.memory()).toEqual({ totalBytes: 512 * MIB, availableBytes: 462 * MIB });
});

test('version 1 without a limit is the machine', async () => {
  addMemory(1_000, 600);
  write('proc/self/cgroup', '4:memory:/\n');
  write('sys/fs/cgroup/memory/memory.limit_in_bytes', '9223372036854771712\n');
  write('sys/fs/cgroup/memory/memory.usage_in_bytes', `${300 * MIB}\n`);
  expect(await platform.memory()).toEqual({ totalBytes: 1_000 * MIB, availableBytes: 600 * MIB });
});

test.each([
  ['S', 'running'],
  ['R', 'running'],
  ['T', 'stopped'],
  ['D', 'uninterruptible'],
])('state %s of a process is %s', async (state, word) => {
  addProcess(42, { state });
  write('proc/42/status', 'Name:\tjava\nTracerPid:\t0\n');
  expect(await platform.processState({ pid: 42, startTime: 'boot-1/100' })).toEqual({ word });
});
