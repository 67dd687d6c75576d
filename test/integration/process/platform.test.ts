import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { processStats } from '../../../src/process/process-stats.js';
import { platform, usePrograms } from './programs.js';

const programs = usePrograms();

async function listenOn(host: string | undefined): Promise<{ server: Server; port: number }> {
  const server = createServer().listen({ port: 0, ...(host === undefined ? {} : { host }) });
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

test.each([
  ['every address', undefined],
  ['127.0.0.1 alone', '127.0.0.1'],
])('a port held on %s is not free and its owner is named', async (_, host) => {
  const { server, port } = await listenOn(host);
  expect(await platform.isPortFree(port)).toBe(false);
  expect(await platform.listeners([port])).toEqual([
    expect.objectContaining({ port, pid: process.pid, command: expect.stringContaining('node') }),
  ]);
  server.close();
  await once(server, 'close');
  expect(await platform.isPortFree(port)).toBe(true);
  expect(await platform.listeners([port])).toEqual([]);
});

test.runIf(process.platform === 'linux')('a port held on another address alone is not free either', async () => {
  const { server, port } = await listenOn('127.0.0.2');
  expect(await platform.isPortFree(port)).toBe(false);
  server.close();
});

test('the owner of a port in another process is named with its whole command line', async () => {
  const running = await programs().launch('const s = net.createServer().listen(0, () => console.log("port", s.address().port))');
  const port = Number((await programs().outputOf(/port \d+/)).slice('port '.length));
  expect(await platform.listeners([port])).toMatchObject([
    { port, pid: running.identity.pid, command: expect.stringContaining(programs().marker) },
  ]);
  await running.killTree();
});

test('this boot has a name that does not change', async () => {
  const bootId = await platform.bootId();
  expect(bootId).toMatch(/^[0-9a-f-]{36}$/);
  expect(await platform.bootId()).toBe(bootId);
});

test('the process table holds this process under its parent', async () => {
  expect(await platform.processTable()).toContainEqual(expect.objectContaining({ pid: process.pid, ppid: process.ppid }));
});

test('memory and disk are measured; a folder that does not exist yet counts where it would lie', async () => {
  const { totalBytes, availableBytes } = await platform.memory();
  expect(availableBytes).toBeGreaterThan(0);
  expect(availableBytes).toBeLessThanOrEqual(totalBytes);
  const disk = await platform.disk(join(tmpdir(), 'missing/clusters/2m2s'));
  expect(disk.totalBytes).toBe((await platform.disk(tmpdir())).totalBytes);
  expect(disk.usableBytes).toBeLessThanOrEqual(disk.totalBytes);
  expect(disk.usedRatio).toBeGreaterThan(0);
  expect(disk.usedRatio).toBeLessThanOrEqual(1);
});

test('a vanished process is absent from the statistics, alone or among others', async () => {
  const gone = await programs().launch('');
  await gone.exited;
  const { pid } = gone.identity;
  const stats = await processStats([process.pid, pid]);
  expect([...stats.keys()]).toEqual([process.pid]);
  expect(stats.get(process.pid)?.rssBytes).toBeGreaterThan(10_000_000);
  expect(await processStats([pid])).toEqual(new Map());
  expect(await processStats([])).toEqual(new Map());
});

test.runIf(process.platform === 'linux')('a table of 300 processes is read with few descriptors', async () => {
  const root = mkdtempSync(join(tmpdir(), 'rmqdev-proc-'));
  try {
    for (let pid = 1; pid <= 300; pid += 1) {
      mkdirSync(join(root, 'proc', String(pid)), { recursive: true });
      copyFileSync('/proc/self/stat', join(root, 'proc', String(pid), 'stat'));
      writeFileSync(join(root, 'proc', String(pid), 'cmdline'), 'java\0');
    }
    const module = new URL('../../../dist/process/platform-linux.js', import.meta.url);
    const script = `const { LinuxPlatform } = await import('${module}'); console.log((await new LinuxPlatform('${root}').processTable()).length)`;
    // Enough for Node.js itself.
    const args = ['-c', 'ulimit -n 64; exec "$0" "$@"', process.execPath, '--input-type=module', '-e', script];
    expect(execFileSync('/bin/sh', args, { encoding: 'utf8' }).trim()).toBe('300');
  } finally {
    rmSync(root, { recursive: true });
  }
});
