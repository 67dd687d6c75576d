// Configuration files and what stands in them.
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asUser, corrupt, FOUR, fails, NOT_JSON, shell } from '../how.mjs';

export const CONFIG_CASES = {
  'config-missing': {
    expect: 'CONFIG_FILE_MISSING',
    releases: FOUR,
    run: fails('broker', { args: ['-c', '/home/dev/nowhere/broker.conf'] }),
  },
  'namesrv-config-missing': {
    expect: 'CONFIG_FILE_MISSING',
    releases: ['4.9.7', '5.5.0'],
    run: fails('namesrv', { args: ['-c', '/home/dev/nowhere/namesrv.conf'] }),
  },
  'config-unreadable': {
    expect: 'CONFIG_FILE_UNREADABLE',
    releases: ['4.9.7', '5.5.0'],
    root: true,
    run: async (t) => {
      const node = t.broker();
      // Without the capability that asUser leaves it: what cannot be read is the point here.
      const lib = join(t.dir, 'lib');
      cpSync(join(node.home, 'lib'), lib, { recursive: true });
      chmodSync(t.root, 0o755);
      asUser(node);
      node.jars = (jars) => jars.map((jar) => join(lib, basename(jar)));
      node.wrap = [...shell(`chown 0 ${node.config}; chmod 600 ${node.config}`), 'setpriv', '--reuid', '12345', '--clear-groups'];
      node.start();
      await node.end();
      return node;
    },
  },
  'unknown-argument': { expect: 'ARGUMENT_UNKNOWN', releases: FOUR, run: fails('broker', { args: ['-x', 'y'] }) },
  'namesrv-addr-invalid': {
    expect: 'NAMESRV_ADDR_INVALID',
    releases: FOUR,
    run: fails('broker', { properties: { namesrvAddr: '127.0.0.1' } }),
  },
  'slave-id-0': { expect: 'SLAVE_ID_INVALID', releases: FOUR, run: fails('broker', { properties: { brokerRole: 'SLAVE', brokerId: 0 } }) },
  'controller-and-dledger': {
    expect: 'CONTROLLER_AND_DLEDGER',
    releases: ['5.3.3', '5.5.0'],
    run: fails('broker', { properties: { enableControllerMode: true, enableDLegerCommitLog: true } }),
  },
  'dledger-self-id': {
    expect: 'DLEDGER_SELF_ID_INVALID',
    releases: ['4.7.0', '4.9.7', '5.3.3', '5.5.0'],
    run: fails('broker', (t) => ({
      properties: {
        enableDLegerCommitLog: true,
        dLegerGroup: 'broker-a',
        dLegerSelfId: 'node0',
        dLegerPeers: `node0-127.0.0.1:${t.port()}`,
      },
    })),
  },
  'dledger-not-a-peer': {
    expect: 'DLEDGER_SELF_ID_INVALID',
    releases: ['4.9.7', '5.5.0'],
    run: fails('broker', (t) => ({
      properties: { enableDLegerCommitLog: true, dLegerGroup: 'broker-a', dLegerSelfId: 'n5', dLegerPeers: `n0-127.0.0.1:${t.port()}` },
    })),
  },
  'corrupt-topics': { expect: 'CONFIG_JSON_CORRUPT', releases: FOUR, run: corrupt('topics.json') },
  'corrupt-consumer-offset': { expect: 'CONFIG_JSON_CORRUPT', releases: ['4.9.7', '5.3.3', '5.5.0'], run: corrupt('consumerOffset.json') },
  'corrupt-subscription-group': {
    expect: 'CONFIG_JSON_CORRUPT',
    releases: ['4.9.7', '5.3.3', '5.5.0'],
    run: corrupt('subscriptionGroup.json'),
  },
  'corrupt-delay-offset': { expect: 'CONFIG_JSON_CORRUPT', releases: ['4.9.7', '5.5.0'], run: corrupt('delayOffset.json') },
  'kv-config-corrupt': {
    expect: 'CONFIG_JSON_CORRUPT',
    releases: ['4.9.7', '5.5.0'],
    run: async (t) => {
      const node = t.node('namesrv');
      mkdirSync(join(node.dir, 'namesrv'), { recursive: true });
      writeFileSync(join(node.dir, 'namesrv/kvConfig.json'), NOT_JSON);
      node.start();
      await node.end(8_000).catch(() => {});
      return node;
    },
  },
  'home-missing': {
    expect: 'ROCKETMQ_HOME_MISSING',
    releases: FOUR,
    run: fails('broker', { dropFlags: /rocketmq\.home\.dir|logback/, env: { ROCKETMQ_HOME: null } }),
  },
  'controller-home-missing': {
    expect: 'ROCKETMQ_HOME_MISSING',
    releases: ['5.3.3'],
    run: fails('controller', { dropFlags: /rocketmq\.home\.dir|logback/, env: { ROCKETMQ_HOME: null } }),
  },
  'logback-missing': {
    expect: 'LOGBACK_MISSING',
    releases: ['4.7.0', '4.9.7'],
    run: fails('broker', (t) => ({ jvm: [`-Drocketmq.home.dir=${t.dir}`], dropFlags: /^-Drocketmq\.home\.dir=\/.*\d$/ })),
  },
};
