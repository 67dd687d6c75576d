import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ExecaError } from 'execa';
import { expect, test, vi } from 'vitest';
import { HomePaths, type NodePaths } from '../../src/base/paths.js';
import { freePorts } from '../support/free-ports.js';
import { installedRelease } from './support/releases.js';
import { type Rmqdev, withRmqdev } from './support/rmqdev.js';

/** What a new user reads when a broker does not start: one screen that names the cause and the fix. */

const VERSION = '5.5.0';
const SCREEN_LINES = 24;
const OPENED = ['java.base/java.nio', 'java.base/sun.nio.ch', 'java.base/java.lang', 'java.base/java.util'];

test('a busy port, a corrupt topics.json, a heap too small and a locked store are told on one screen each', {
  timeout: 300_000,
}, async () => {
  const release = await installedRelease(VERSION);
  await withRmqdev(async (rmqdev) => {
    const [namesrv, broker] = (await freePorts(2)) as [number, number];
    const up = ['up', 'single', '--rocketmq', release];
    const ports = ['--set', `namesrv-1.listenPort=${namesrv}`, '--set', `broker-a.listenPort=${broker}`];
    const { root, store, config } = new HomePaths(rmqdev.home).cluster('single').node('broker-a');
    const server = createServer();
    server.listen(broker, '0.0.0.0');
    await once(server, 'listening');

    const held = await failureOf(rmqdev.run(...up, ...ports, '--strict-ports'));
    expect(held).toContain(`port ${broker} is held by pid ${process.pid}`);
    expect(held).toMatch(/next: .*--set broker-a\.listenPort=\d+/);

    const tooSmall = [...ports, '--heap', 'broker=20m', '--set', 'restart={maxRestarts: 0}'];
    server.close();
    await once(server, 'close');
    const heap = await failureOf(rmqdev.run(...up, ...tooSmall));
    expect(heap).toMatch(/broker-a .*heap[\s\S]*20\.0 MB[\s\S]*next: .*--heap broker-a=512m/);
    expect(screen((await rmqdev.run('explain', 'broker-a')).stdout)).toMatch(/HEAP_\w+ [\s\S]*fix +.*--heap/);

    await rmqdev.run(...up, ...ports);
    await rmqdev.run('down');
    await byHand(rmqdev, release, { root, store, config, broker });

    const topics = join(store, 'config', 'topics.json');
    for (const file of [topics, `${topics}.bak`]) writeFileSync(file, '{"dataVersion":');
    const corrupt = await failureOf(rmqdev.run(...up, ...ports));
    expect(corrupt).toMatch(
      /topics\.json and its copy topics\.json\.bak are broken[\s\S]*cut off after 15 bytes[\s\S]*next: .*mv .*topics\.json/,
    );
  });
});

/** A broker that somebody started with `java` on the store of a node; then one more, on its port. */
async function byHand(
  rmqdev: Rmqdev,
  release: string,
  node: Pick<NodePaths, 'root' | 'store' | 'config'> & { broker: number },
): Promise<void> {
  const first = handStarted(rmqdev, release, 'first', readFileSync(node.config, 'utf8'));
  try {
    await vi.waitUntil(() => readFileSync(first.console, 'utf8').includes('boot success'), { timeout: 60_000 });
    const locked = await failureOf(rmqdev.run('start', 'broker-a'));
    expect(locked).toContain(`pid ${first.child.pid}`);
    expect(locked).toContain(node.store);
    expect(locked).toMatch(/next: .*(?:kill|stop|end)/i);

    cpSync(join(node.store, 'config'), join(rmqdev.home, 'second', 'store', 'config'), { recursive: true });
    const elsewhere = readFileSync(node.config, 'utf8').replaceAll(node.store, join(rmqdev.home, 'second', 'store'));
    const second = handStarted(rmqdev, release, 'second', elsewhere);
    if (second.child.exitCode === null) await once(second.child, 'exit');
    const told = screen((await rmqdev.run('explain', join(rmqdev.home, 'second', 'logs'), second.console)).stdout);
    expect(told).toMatch(/^PORT_IN_USE /);
    expect(told).toMatch(/fix +\S/);
  } finally {
    first.child.kill('SIGKILL');
    if (first.child.exitCode === null && first.child.signalCode === null) await once(first.child, 'exit');
  }
}

function handStarted(rmqdev: Rmqdev, release: string, name: string, config: string): { child: ChildProcess; console: string } {
  const folder = join(rmqdev.home, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'broker.conf'), config);
  const console = join(folder, 'stdout.log');
  const output = openSync(console, 'w');
  const flags = ['-Xms256m', '-Xmx256m', ...OPENED.flatMap((each) => ['--add-opens', `${each}=ALL-UNNAMED`])];
  const places = [`-Duser.home=${folder}`, `-Drocketmq.home.dir=${release}`, '-cp', `${release}/conf:${release}/lib/*`];
  const args = [...flags, ...places, 'org.apache.rocketmq.broker.BrokerStartup', '-c', join(folder, 'broker.conf')];
  return { child: spawn('java', args, { cwd: folder, stdio: ['ignore', output, output] }), console };
}

/** @returns the message of a command that fails, as a person reads it, without the progress before it. */
async function failureOf(command: Promise<unknown>): Promise<string> {
  const failure = (await command.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error,
  )) as ExecaError;
  const text = String(failure.stderr ?? failure.message);
  return screen(text.slice(text.lastIndexOf('error ')));
}

function screen(text: string): string {
  expect(text.trimEnd().split('\n').length, text).toBeLessThanOrEqual(SCREEN_LINES);
  return text;
}
