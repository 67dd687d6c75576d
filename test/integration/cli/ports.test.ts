import { expect, test } from 'vitest';
import type { PortRow } from '../../../src/diagnose/reach/port-table.js';
import { expectFailure, useHarness } from '../../support/harness.js';

const harness = useHarness();

const HOSTS = `hosts:
  a: 192.0.2.1
  b: { address: 10.0.0.2, advertise: { clients: 203.0.113.9 } }
nodes:
  namesrv-1: { role: namesrv, host: a }
  broker-a: { role: broker, host: b }
  broker-a-s: { role: broker, host: a, brokerName: broker-a, brokerId: 1 }
`;

test('a profile with hosts, without a daemon: as a table, for one host, as JSON, as rules', async () => {
  const h = harness();
  h.profile('two', HOSTS);
  const whole = await h.run('ports', 'two');
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  expect(whole.stdout).toMatch(/^broker-a +b +listenPort \+ 1 +10912 +slaves +192\.0\.2\.1 +10\.0\.0\.2$/m);
  expect(whole.stdout).toMatch(/^broker-a +b +listenPort +10911 +clients, slaves, operators +anywhere +203\.0\.113\.9 → 10\.0\.0\.2$/m);

  const ofB = (await h.run('ports', 'two', '--host', 'b', '--json')).json as { profile: string; ports: PortRow[] };
  expect(ofB.profile).toBe('two');
  expect(ofB.ports.map(({ node, socket, port }) => `${node} ${socket} ${port}`)).toEqual([
    'broker-a fast 10909',
    'broker-a listen 10911',
    'broker-a ha 10912',
  ]);

  const rules = await h.run('ports', 'two', '--host', 'b', '--format', 'vmware');
  expect(rules.stdout).toContain('[incomingtcp]\n# broker-a listenPort - 2: old clients\n10909 = 10.0.0.2:10909\n');
});

test('a cluster that runs: the ports that it has; the notice says that nobody elsewhere finds it', async () => {
  const h = harness();
  await h.up('single');
  const { ports } = (await h.run('ports', '--json')).json as { ports: PortRow[] };
  expect(ports.map(({ node, socket, port }) => [node, socket, port])).toEqual([
    ['namesrv-1', 'listen', h.port('namesrv-1')],
    ['broker-a', 'fast', h.port('broker-a') - 2],
    ['broker-a', 'listen', h.port('broker-a')],
  ]);
  const nft = await h.run('ports', '-c', 'single', '--format', 'nft');
  expect(nft.stdout).toContain(`tcp dport ${h.port('broker-a')} accept`);
  expect(nft.stderr).toContain('the nodes advertise 127.0.0.1');
});

test('what is asked for must be one thing, and a host of the profile', async () => {
  const h = harness();
  h.profile('two', HOSTS);
  expectFailure(await h.run('ports', 'two', '-c', 'single', '--json'), 2, { code: 'USAGE' });
  expectFailure(await h.run('ports', 'two', '--host', 'c', '--json'), 41, { code: 'HOST_UNKNOWN' });
  expectFailure(await h.run('ports', 'single', '--host', 'a', '--json'), 41, { code: 'HOST_UNKNOWN', next: 'Leave --host out' });
});
