import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshNet, type Host } from '../support/namespaces.js';

const PUBLIC = '219.216.64.216';
const INSIDE = '192.168.107.129';

const PROFILE = `hosts:
  one: 202.199.6.118
  vm: { address: ${INSIDE}, advertise: ${PUBLIC} }
nodes:
  namesrv-1: { role: namesrv, host: one }
  broker-a: { role: broker, host: vm }
  broker-a-s: { role: broker, host: one, brokerName: broker-a, brokerId: 1 }
`;
const PORTS = [10_909, 10_911, 10_912];

/** What a host whose firewall lets nothing in has, as Debian's sample file. */
const CLOSED = `table inet filter {
  chain input { type filter hook input priority filter; policy drop; ct state established,related accept; iif "lo" accept; }
  chain forward { type filter hook forward priority filter; policy drop; ct state established,related accept; }
}
`;

const reached = async (from: Host, address: string) => {
  const found = await Promise.all(PORTS.map(async (port) => ((await from.connects(address, port)) ? [port] : [])));
  return found.flat();
};

test('the rules of `rmqdev ports --format nft` open a closed firewall, forward through a closed router, and turn connections from inside round', async () => {
  const net = await freshNet();
  const [lan, inside] = [await net.lan('lan'), await net.lan('inside')];
  const router = await net.router('nat', { lan, addresses: [PUBLIC], inside: { lan: inside, address: '192.168.107.2' } });
  const vm = await net.host('vm', { lan: inside, address: INSIDE, gateway: '192.168.107.2' });
  const one = await net.host('one', { lan, address: '202.199.6.118' });
  const stranger = await net.host('stranger', { lan, address: '198.51.100.7' });
  await vm.listen(...PORTS);
  for (const host of [vm, router]) await host.nft(CLOSED);
  expect(await reached(one, PUBLIC)).toEqual([]);

  writeFileSync(join(vm.cwd, 'nat.yaml'), PROFILE);
  const { stdout: rules } = await vm.rmqdev('ports', './nat.yaml', '--host', 'vm', '--format', 'nft');
  const at = rules.indexOf('# On the router');
  await vm.nft(rules.slice(0, at));
  await router.nft(rules.slice(at));

  expect(await reached(one, PUBLIC), 'the slave').toEqual(PORTS);
  expect(await reached(stranger, PUBLIC), 'a client; replication is not for it').toEqual([10_909, 10_911]);
  expect(await reached(vm, PUBLIC), 'from inside').toEqual(expect.arrayContaining([10_909, 10_911]));
});

test('ufw takes the commands of `rmqdev ports --format ufw`', async () => {
  const net = await freshNet();
  const host = await net.host('vm', { lan: await net.lan('lan'), address: INSIDE });
  writeFileSync(join(host.cwd, 'nat.yaml'), PROFILE);
  const { stdout } = await host.rmqdev('ports', './nat.yaml', '--format', 'ufw');
  const commands = stdout.split('\n').filter((line) => line.startsWith('ufw '));
  expect(commands).toHaveLength(6);
  for (const command of commands) {
    const { code, stdout: said, stderr } = await host.run('sh', '-c', command.replace(/^ufw/, 'ufw --dry-run'));
    expect(code, `${command}\n${said}${stderr}`).toBe(0);
  }
});
