import { execa } from 'execa';
import { expect, test } from 'vitest';
import { freshNet, type Host, type Net } from '../support/namespaces.js';

const PUBLIC = '219.216.64.216';
const INSIDE = '192.168.107.129';

/** The article's second machine: a virtual machine behind NAT, and a client in the world outside. */
async function behindNat(net: Net) {
  const [lan, inside] = [await net.lan('lan'), await net.lan('inside')];
  const router = await net.router('nat', { lan, addresses: [PUBLIC], inside: { lan: inside, address: '192.168.107.2' } });
  const vm = await net.host('vm', { lan: inside, address: INSIDE, gateway: '192.168.107.2' });
  const client = await net.host('client', { lan, address: '202.199.6.118' });
  return { router, vm, client };
}

const reaches = (from: Host, address: string, ports: readonly number[]) =>
  Promise.all(ports.map(async (port) => ((await from.connects(address, port)) ? [port] : []))).then((found) => found.flat());

test('hosts of one LAN reach each other at any address, and not while one is unplugged', async () => {
  const net = await freshNet();
  const lan = await net.lan('lan');
  const a = await net.host('a', { lan, address: '172.17.160.28' });
  const b = await net.host('b', { lan, address: '10.1.2.3' });
  await b.listen(9_876);

  expect(await a.connects(b.address, 9_876)).toBe(true);
  await b.unplug();
  expect(await a.connects(b.address, 9_876)).toBe(false);
  await b.plugIn();
  expect(await a.connects(b.address, 9_876)).toBe(true);
  expect(await a.connects(b.address, 9_877)).toBe(false);
});

test('NAT passes the ports that it was told and no other; from inside only with hairpin', async () => {
  const net = await freshNet();
  const { router, vm, client } = await behindNat(net);
  await vm.listen(10_909, 10_911, 10_912);

  expect(await reaches(client, PUBLIC, [10_909, 10_911, 10_912])).toEqual([]);
  await router.forward([10_909, 10_911].map((port) => ({ address: PUBLIC, port, to: INSIDE })));
  expect(await reaches(client, PUBLIC, [10_909, 10_911, 10_912])).toEqual([10_909, 10_911]);
  expect(await reaches(vm, PUBLIC, [10_909, 10_911, 10_912])).toEqual([]);
  await router.forward([{ address: PUBLIC, port: 10_911, to: INSIDE }], { hairpin: true });
  expect(await reaches(vm, PUBLIC, [10_909, 10_911])).toEqual([10_911]);
});

test('the CLI of a host has a home of its own, and nothing of the net is left, even if something still runs in it', async () => {
  const net = await freshNet();
  const lan = await net.lan('lan');
  const host = await net.host('a', { lan, address: '172.17.160.28' });
  host.names({ 'rocketmq-nameserver1': '202.199.6.118' });
  expect(await host.run('getent', 'hosts', 'rocketmq-nameserver1')).toMatchObject({ stdout: expect.stringContaining('202.199.6.118') });

  await host.rmqdev('ls');
  const { pid, socket } = (await host.rmqdev('daemon', 'status', '--json')).json as { pid: number; socket: string };
  expect(socket).toBe(`${host.home}/daemon.sock`);
  expect((await execa('ip', ['netns', 'pids', host.namespace])).stdout).toBe(String(pid));

  await net[Symbol.asyncDispose]();
  expect((await execa('ip', ['netns', 'list'])).stdout).not.toContain(`rmqdev-${process.pid}-`);
});
