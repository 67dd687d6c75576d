// What a node or a client says when the others are not there.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { client, FOUR, mounted, runs, seen, startClient, withBroker } from '../how.mjs';

export const PEERS_CASES = {
  'proxy-without-broker': {
    expect: 'PROXY_WITHOUT_BROKER',
    releases: ['5.3.3', '5.5.0'],
    run: async (t) => {
      const namesrv = t.node('namesrv', { id: 'namesrv-1' });
      namesrv.start();
      await namesrv.booted();
      const node = t.node('proxy', {
        properties: {
          rocketMQClusterName: 'DefaultCluster',
          namesrvAddr: `127.0.0.1:${namesrv.port}`,
          grpcServerPort: t.port(),
          remotingListenPort: t.port(),
        },
      });
      node.start();
      await node.end();
      await namesrv.kill();
      return node;
    },
  },
  'namesrv-unreachable': {
    expect: 'NAMESRV_UNREACHABLE',
    releases: FOUR,
    run: runs(
      'broker',
      (t) => ({ properties: { namesrvAddr: `127.0.0.1:${t.port()}`, registerNameServerPeriod: 10000 } }),
      async (node) => {
        await node.booted();
        const count = () => (node.log('broker').match(/registerBroker Exception|Failed to register current broker/g) ?? []).length;
        await node.until(() => count() >= 3, 'three failed registrations', 75_000);
      },
    ),
  },
  'slave-of-null': {
    expect: 'SLAVE_NEVER_CONNECTS',
    releases: ['5.3.3', '5.5.0'],
    run: runs('broker', { properties: { brokerRole: 'SLAVE', brokerId: 1, haMasterAddress: '127.0.0.1:21999' } }, async (node) => {
      await node.booted();
      await node.until(() => (node.log('store').match(/connect to master null failed/g) ?? []).length >= 8, 'eight tries', 60_000);
    }),
  },
  'controller-unreachable': {
    expect: 'CONTROLLER_UNREACHABLE',
    releases: ['5.3.3', '5.5.0'],
    run: runs(
      'broker',
      (t) => ({ properties: { enableControllerMode: true, controllerAddr: `127.0.0.1:${t.port()}` } }),
      async (node) => {
        await node.until(() => (node.log('broker').match(/maybe the controllers in/g) ?? []).length >= 3, 'three tries', 60_000);
      },
    ),
  },
  'client-no-namesrv': { expect: 'CLIENT_NO_NAMESRV', releases: ['4.9.7', '5.5.0'], run: client(() => ['-', 'TopicA', '1']) },
  'client-no-route': {
    expect: 'CLIENT_NO_ROUTE',
    releases: ['4.9.7', '5.5.0'],
    run: async (t) => {
      const namesrv = t.node('namesrv');
      namesrv.start();
      await namesrv.booted();
      const node = await client(() => [`127.0.0.1:${namesrv.port}`, 'Orders', '1'])(t);
      await namesrv.kill();
      return node;
    },
  },
  'client-connect': {
    expect: 'CLIENT_CONNECT_FAILED',
    releases: ['4.9.7', '5.5.0'],
    run: withBroker({}, async (t, namesrvAddr, broker) => {
      const node = startClient(t, [namesrvAddr, 'TopicA', '300']);
      await node.until(() => /SEND_OK/.test(node.read()), 'a message sent');
      await broker.kill('SIGKILL');
      await node.end();
      return node;
    }),
  },
  'client-disk-full': {
    expect: 'DISK_FULL',
    releases: ['4.9.7'],
    root: true,
    run: (t) =>
      mounted(t, 'disk', 'size=20m', (disk) => {
        writeFileSync(join(disk, 'film.mp4'), Buffer.alloc(19 * 1_048_576));
        return withBroker({ store: join(disk, 'store') }, async (_, namesrvAddr, broker) => {
          await seen('store', /mark disk full/)(broker);
          const node = startClient(t, [namesrvAddr, 'TopicA', '1']);
          await node.end();
          return node;
        })(t);
      }),
  },
  'client-slave-not-available': {
    expect: 'CLIENT_SLAVE_NOT_AVAILABLE',
    releases: ['4.7.0', '4.9.7'],
    run: withBroker({ properties: { brokerRole: 'SYNC_MASTER' } }, async (t, namesrvAddr) => {
      const node = startClient(t, [namesrvAddr, 'TopicA', '1']);
      await node.end();
      return node;
    }),
  },
};
