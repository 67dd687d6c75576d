import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Finding } from '../../src/base/finding.js';
import { FAKE_JDK } from '../support/harness.js';
import { freshNet, type Host } from '../support/namespaces.js';

const PUBLIC = '219.216.64.216';
const INSIDE = '192.168.107.129';
const FORWARDED = [9_876, 10_909, 10_911];
const OWN = 'rmqdev.yaml';

/** The virtual machine of the article with its nodes, as it sees them itself, and as the other machine of the cluster does. */
const AT_HOME = 'nodes: { namesrv-1: { role: namesrv }, broker-a: { role: broker } }\n';
const FROM_OUTSIDE = `hosts: { one: 202.199.6.118, vm: { address: ${INSIDE}, advertise: ${PUBLIC} } }
nodes:
  namesrv-1: { role: namesrv, host: vm }
  broker-a: { role: broker, host: vm }
  broker-a-s: { role: broker, host: one, brokerName: broker-a, brokerId: 1 }
`;

/** A folder that passes for a release, for fake JVMs. */
function fakeRelease(host: Host): string {
  const home = join(host.cwd, 'rocketmq-4.9.7');
  for (const folder of ['lib', 'conf']) mkdirSync(join(home, folder), { recursive: true });
  for (const module of ['broker', 'common', 'namesrv']) writeFileSync(join(home, 'lib', `rocketmq-${module}-4.9.7.jar`), '');
  return home;
}

async function findings(host: Host, ...args: string[]): Promise<Pick<Finding, 'code' | 'severity' | 'what'>[]> {
  const { stdout, stderr } = await host.rmqdev('doctor', ...args, '--json');
  expect(stdout, stderr).not.toBe('');
  const report = JSON.parse(stdout) as { findings: (Finding & { check: string })[] };
  return report.findings.filter(({ check }) => check.startsWith('network.advertise'));
}

test('doctor --advertise tells which hop fails: a port that NAT does not pass, hairpin, and who is asked from where', async () => {
  const net = await freshNet();
  const [lan, inside] = [await net.lan('lan'), await net.lan('inside')];
  const router = await net.router('nat', { lan, addresses: [PUBLIC], inside: { lan: inside, address: '192.168.107.2' } });
  const vm = await net.host('vm', { lan: inside, address: INSIDE, gateway: '192.168.107.2' });
  const one = await net.host('one', { lan, address: '202.199.6.118' });
  const forwarded = (ports: readonly number[]) => ports.map((port) => ({ address: PUBLIC, port, to: INSIDE }));
  writeFileSync(join(vm.cwd, OWN), AT_HOME);
  writeFileSync(join(one.cwd, OWN), FROM_OUTSIDE);
  const up = await vm.rmqdev(
    'up',
    `./${OWN}`,
    '--name',
    'nat',
    '--java',
    FAKE_JDK,
    '--rocketmq',
    fakeRelease(vm),
    '--set',
    `advertise=${PUBLIC}`,
  );
  expect(up, up.stderr).toMatchObject({ code: 0 });

  // Nothing is forwarded: outside nothing answers, inside it looks like a missing hairpin.
  expect(await findings(one, `./${OWN}`, '--advertise')).toMatchObject([
    { code: 'ADVERTISE_UNREACHABLE', what: `no port of namesrv-1 answers from here at ${PUBLIC}` },
    { code: 'ADVERTISE_UNREACHABLE', what: `no port of broker-a answers from here at ${PUBLIC}` },
    { code: 'ADVERTISE_NOT_RUNNING', what: expect.stringContaining('broker-a-s') },
  ]);
  expect(await findings(vm, '-c', 'nat', '--advertise')).toMatchObject([{ code: 'ADVERTISE_HAIRPIN' }, { code: 'ADVERTISE_HAIRPIN' }]);

  // P and P - 2 are forwarded, P + 1 is forgotten, as in the article's search.
  await router.forward(forwarded(FORWARDED));
  const half = await findings(one, `./${OWN}`, '--advertise');
  expect(half.map(({ code }) => code)).toEqual(['ADVERTISE_PORT_CLOSED', 'ADVERTISE_NOT_RUNNING']);
  expect(half[0]).toMatchObject({
    severity: 'error',
    what: 'port 10912 of broker-a (listenPort + 1: replication to slaves) does not get through',
    next: expect.stringContaining(`tcp dport 10912 dnat to ${INSIDE}:10912`),
  });
  expect((await findings(vm, '-c', 'nat', '--advertise')).map(({ code }) => code)).toEqual(['ADVERTISE_HAIRPIN', 'ADVERTISE_HAIRPIN']);

  await router.forward(forwarded([...FORWARDED, 10_912]), { hairpin: true });
  expect((await findings(one, `./${OWN}`, '--advertise')).map(({ code }) => code)).toEqual(['ADVERTISE_NOT_RUNNING']);
  expect(await findings(vm, '-c', 'nat', '--advertise')).toEqual([]);

  expect((await vm.rmqdev('down', '-c', 'nat', '--delete')).code).toBe(0);
});
