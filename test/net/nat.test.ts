import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Forward, freshNet } from '../support/namespaces.js';
import { until } from '../support/until.js';
import { consume, expectSynced, send, TIMEOUT_MS, up } from './support.js';

const ARTICLE = fileURLToPath(new URL('../fixtures/articles/nat-by-host', import.meta.url));
/** One machine with a public address, and three virtual machines behind another one. */
const ONE = '202.199.6.118';
const PUBLIC = '219.216.64.216';
const GATEWAY = '192.168.107.2';
const VMS = { vm1: '192.168.107.128', vm2: '192.168.107.129', vm3: '192.168.107.130' };
const NAMESRVS = `${ONE}:9876;${PUBLIC}:9876`;

type PortRow = { port: number; publicAddress: string; ownAddress: string };

test(
  'the cluster of the article behind NAT, imported from its files: the ports of `rmqdev ports` are what must be forwarded, and clients outside send and consume',
  async () => {
    const net = await freshNet();
    const [lan, inside] = [await net.lan('lan'), await net.lan('inside')];
    const router = await net.router('nat', { lan, addresses: [PUBLIC], inside: { lan: inside, address: GATEWAY } });
    const one = await net.host('host1', { lan, address: ONE });
    const vms = [];
    for (const [name, address] of Object.entries(VMS)) vms.push(await net.host(name, { lan: inside, address, gateway: GATEWAY }));
    const client = await net.host('client', { lan, address: '198.51.100.7' });
    const hosts = [one, ...vms];

    const profile = join(one.cwd, 'nat.yaml');
    expect(await one.rmqdev('import', ARTICLE, '-o', profile)).toMatchObject({ code: 0 });
    const { json } = await one.rmqdev('ports', profile, '--json');
    const rows = (json as { ports: PortRow[] }).ports.filter(({ publicAddress }) => publicAddress === PUBLIC);
    const forwards = rows.map(({ port, ownAddress }): Forward => ({ address: PUBLIC, port, to: ownAddress }));
    await router.forward(forwards, { hairpin: true });

    for (const host of hosts) await up(host, profile, '4.9.3');
    await until(() => expectSynced(hosts));
    expect(await send(client, 'Test', 40, '--namesrv', NAMESRVS)).toBe(40);
    expect(await consume(client, 'Test', '--namesrv', NAMESRVS)).toBe(40);

    // Slaves copy the topics of their masters every 10 s.
    await until(async () => expect(await consume(client, 'Test', '--from-node', 'slave', '--namesrv', NAMESRVS)).toBe(40));

    const master = vms[1] as (typeof vms)[number];
    expect(await master.rmqdev('kill', 'master-b')).toMatchObject({ code: 0 });
    expect(await consume(client, 'Test', '--namesrv', NAMESRVS)).toBe(40);
    expect(await master.rmqdev('start', 'broker-b')).toMatchObject({ code: 0 });
    await until(() => expectSynced(hosts));

    // The hop that fails is told from outside: the port for old clients is not passed any more.
    await router.forward(
      forwards.filter(({ port }) => port !== 10_909),
      { hairpin: true },
    );
    const doctor = await one.rmqdev('doctor', profile, '--advertise');
    expect(doctor.stdout + doctor.stderr).toMatch(/port 10909 of broker-b.*does not get through/);
  },
  TIMEOUT_MS,
);
