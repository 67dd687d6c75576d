// Ports and addresses.
import { asUser, busy, FOUR, fails, shell, withBroker } from '../how.mjs';
import { hold } from '../node.mjs';

export const PORTS_CASES = {
  'listen-busy': { expect: 'PORT_IN_USE', releases: FOUR, run: busy('listen') },
  'fast-busy': { expect: 'PORT_IN_USE', releases: FOUR, run: busy('fast') },
  'ha-busy': { expect: 'PORT_IN_USE', releases: FOUR, run: busy('ha') },
  'namesrv-port-busy': {
    expect: 'PORT_IN_USE',
    releases: FOUR,
    run: async (t) => {
      const node = t.node('namesrv');
      const held = await hold(node.port);
      node.start();
      node.holders = [{ port: held.port, socket: 'listen', pid: 4242, command: 'java' }];
      await node.end();
      await held.close();
      return node;
    },
  },
  'proxy-port-busy': {
    expect: 'PORT_IN_USE',
    releases: ['5.3.3', '5.5.0'],
    run: withBroker({}, async (t, namesrvAddr) => {
      const port = t.port();
      const held = await hold(port);
      const properties = { rocketMQClusterName: 'DefaultCluster', namesrvAddr, grpcServerPort: port, remotingListenPort: t.port() };
      const node = t.node('proxy', { properties });
      node.ports = { listen: port };
      node.start();
      await node.end();
      await held.close();
      return node;
    }),
  },
  'dledger-port-busy': {
    expect: 'PORT_IN_USE',
    releases: ['4.9.7', '5.5.0'],
    run: async (t) => {
      const port = t.port();
      const held = await hold(port);
      const node = t.broker({
        properties: { enableDLegerCommitLog: true, dLegerGroup: 'broker-a', dLegerSelfId: 'n0', dLegerPeers: `n0-127.0.0.1:${port}` },
      });
      node.start();
      await node.end().catch(() => {});
      await held.close();
      return node;
    },
  },
  'port-out-of-range': { expect: 'PORT_INVALID', releases: FOUR, run: fails('broker', { properties: { listenPort: 99999 } }) },
  'port-privileged': {
    expect: 'PORT_NOT_PERMITTED',
    releases: ['4.9.7', '5.5.0'],
    root: true,
    run: async (t) => {
      const node = t.broker({ properties: { listenPort: 80 } });
      Object.assign(node, { ports: { listen: 80, fast: 78, ha: 81 } });
      node.wrap = asUser(node);
      node.start();
      await node.end();
      return node;
    },
  },
  'bind-address': {
    expect: 'ADDRESS_NOT_LOCAL',
    releases: ['5.3.3', '5.5.0'],
    run: fails('broker', { properties: { bindAddress: '203.0.113.9' } }),
  },
  'jdwp-busy': {
    expect: 'DEBUG_PORT_IN_USE',
    releases: ['4.9.7'],
    run: async (t) => {
      const port = t.port();
      const node = t.broker({ jvm: [`-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:${port}`] });
      const held = await hold(port);
      node.start();
      await node.end();
      await held.close();
      return node;
    },
  },
  'host-name-unknown': {
    expect: 'HOST_NAME_UNKNOWN',
    releases: ['4.9.7', '5.5.0'],
    root: true,
    run: async (t) => {
      const node = t.broker({ wrap: ['unshare', '--uts', ...shell('hostname a-name-that-nobody-resolves')] });
      node.start();
      await node.end(25_000).catch(() => {});
      return node;
    },
  },
};
