import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { installedRelease } from '../e2e/support/releases.js';
import { type Rmqdev, withRmqdev } from '../e2e/support/rmqdev.js';
import { freePorts } from '../support/free-ports.js';
import { until } from '../support/until.js';
import { Podman } from './support/podman.js';

const VERSION = '5.5.0';
const PROFILE = 'extends: 2m2s-sync\ntopics: [orders]\ngroups: [billing]\n';

/** What a container of the cluster says about itself. */
const states = async (): Promise<Record<string, string>> => {
  const rows = (await podman.run(['ps', '-a', '--format', '{{.Names}} {{.Status}}'])).split('\n').filter((row) => row !== '');
  return Object.fromEntries(rows.map((row) => [row.replace(/^shop_(.*)_1 .*/, '$1'), row.slice(row.indexOf(' ') + 1)]));
};

let podman: Podman;
beforeAll(async () => {
  podman = await Podman.open();
  await podman.makeImage(`apache/rocketmq:${VERSION}`, VERSION, await installedRelease(VERSION));
});
afterAll(() => podman?.[Symbol.asyncDispose]());

test('a Compose file runs as it was written: clients outside and inside, the death of a master, and what it held', () =>
  withRmqdev(theWholeWay));

async function theWholeWay(rmqdev: Rmqdev): Promise<void> {
  const [first, second] = await freePorts(2);
  const folder = await exported(rmqdev, PROFILE, { 'namesrv-1': first, 'namesrv-2': second });

  // Returns once everything that something else waits for is healthy.
  await podman.compose(folder, 'up', '-d');
  await until(async () => expect((await states()).topics).toMatch(/^Exited \(0\)/));

  // Outside: on this machine, which is not on the network of the containers.
  const namesrv = `127.0.0.1:${first};127.0.0.1:${second}`;
  const outside = (...args: string[]) => rmqdev.run(...args, '--namesrv', namesrv, '--json');
  expect((await outside('topic', 'list')).stdout).toContain('orders');
  await outside('send', 'orders', '-n', '20', '--body', 'outside {n}');

  // Inside: mqadmin in a container of its own on that network.
  const inside = (...args: string[]) =>
    podman.run([
      ...['run', '--rm', '--network', 'shop_default', `apache/rocketmq:${VERSION}`],
      ...['java', '-cp', `/home/rocketmq/rocketmq-${VERSION}/conf:/home/rocketmq/rocketmq-${VERSION}/lib/*`],
      ...['-Duser.home=/tmp', 'org.apache.rocketmq.tools.command.MQAdminStartup', ...args, '-n', `namesrv-1:${first};namesrv-2:${second}`],
    ]);
  expect(await inside('sendMessage', '-t', 'orders', '-p', 'inside')).toContain('SEND_OK');
  expect(await inside('consumeMessage', '-t', 'orders')).toContain('outside 1');
  const received = await outside('consume', 'orders', '-n', '21');
  expect(received.stdout).toContain('"inside"');

  const heldByA = Number((await outside('consume', 'orders', '-n', '21')).stdout.match(/"brokerName":"broker-a"/g)?.length);
  expect(heldByA).toBeGreaterThan(0);
  // A slave of 5.x copies new topics from its master every 60 s; one whose master dies before that never knows them.
  const heldBySlaves = () => outside('consume', 'orders', '-n', '21', '--from-node', 'slave');
  await vi.waitFor(async () => expect((await heldBySlaves()).stdout).toContain('"inside"'), { timeout: 180_000, interval: 1_000 });
  await podman.run(['kill', '-s', 'KILL', 'shop_broker-a_1']);
  await until(async () => expect((await states())['broker-a']).toMatch(/^Exited \(137\)/));
  // Its slave has every message that the master had confirmed; the other master takes new ones.
  await until(async () => expect((await outside('consume', 'orders', '-n', '21')).stdout).toContain('"inside"'));
  await outside('send', 'orders', '-n', '5', '--body', 'meanwhile {n}', '--to', 'broker-b');

  await podman.compose(folder, 'start', 'broker-a');
  await until(async () => expect((await states())['broker-a']).toContain('(healthy)'));
  const after = await outside('consume', 'orders', '-n', '26');
  expect(after.stdout.match(/"brokerName":"broker-a"/g)?.length).toBe(heldByA);
  expect(after.stdout).toContain('meanwhile 5');

  // As first process the JVM gets the signal, so each store is closed: no container needs SIGKILL (137).
  await podman.compose(folder, 'stop');
  const ends = Object.entries(await states()).filter(([id]) => id.startsWith('broker') || id.startsWith('namesrv'));
  expect(ends.map(([id, state]) => `${id} ${state}`).filter((end) => !/Exited \((0|143)\)/.test(end))).toEqual([]);
  await podman.compose(folder, 'down', '-v');
  expect(await states()).toEqual({});
}

/** @returns a folder called shop, with the exported profile. */
async function exported(rmqdev: Rmqdev, profile: string, ports: Record<string, number | undefined>): Promise<string> {
  const folder = join(podman.folder, 'shop');
  rmSync(folder, { recursive: true, force: true });
  writeFileSync(join(rmqdev.home, 'shop.yaml'), profile);
  const settings = Object.entries(ports).flatMap(([id, port]) => ['--set', `${id}.listenPort=${port}`]);
  await rmqdev.run('export', 'compose', './shop.yaml', '-o', folder, ...settings);
  return folder;
}
