// What is done to a node, and which finding it must give. `expect` is null where the exit alone tells.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { sendMessage } from '../../dist/remoting/broker-api.js';
import { RemotingClient } from '../../dist/remoting/client.js';
import { hold } from './node.mjs';

/** The releases of the failures that every release line must name. */
const FOUR = ['4.7.0', '4.9.7', '5.3.3', '5.5.0'];
const NOT_JSON = '{"topicConfigTable":{"TopicA":{"perm":6,\n';

export async function send(address, topic, count, size = 100) {
  const client = new RemotingClient();
  try {
    for (let i = 0; i < count; i += 1) {
      const message = { topic, queueId: i % 4, body: Buffer.alloc(size, 'x'), producerGroup: 'provoke' };
      await sendMessage(client, address, message, AbortSignal.timeout(10_000));
    }
  } finally {
    client[Symbol.dispose]();
  }
}

const busy = (socket) => async (t) => {
  const node = t.broker();
  const held = await hold(node.ports[socket]);
  node.start();
  node.holders = [{ port: held.port, socket, pid: 4242, command: 'java' }];
  await node.end();
  await held.close();
  return node;
};

/** A node with these options, started and waited for until it ends by itself. */
const fails =
  (role, options = {}) =>
  async (t) => {
    const node = t.node(role, typeof options === 'function' ? options(t) : options);
    node.start();
    await node.end();
    return node;
  };

const corrupt = (name) => async (t) => {
  const node = t.broker();
  mkdirSync(join(node.store, 'config'), { recursive: true });
  writeFileSync(join(node.store, 'config', name), NOT_JSON);
  writeFileSync(join(node.store, 'config', `${name}.bak`), NOT_JSON);
  node.start();
  await node.end();
  return node;
};

/** Runs a broker, gives it messages, stops it; then `change`, and a second broker on the same store. */
const onUsedStore =
  (change, options = {}) =>
  async (t) => {
    const first = t.broker({ id: 'before' });
    first.start();
    await first.booted();
    await send(`127.0.0.1:${first.port}`, 'TopicA', 8);
    await first.kill(options.stopSignal ?? 'SIGTERM');
    await change(first.store, t);
    const node = t.broker({ ...options, store: first.store });
    node.start();
    await node.end();
    return node;
  };

/** A broker that runs until `done`, and is then ended with `signal`. */
const runs =
  (role, options, done, signal = 'SIGTERM') =>
  async (t) => {
    const node = t.node(role, typeof options === 'function' ? options(t) : options);
    node.start();
    await done(node, t);
    await node.kill(signal);
    return node;
  };

const seen = (log, pattern, timeoutMs) => (node) =>
  node.until(() => pattern.test(log === 'stdout' ? node.read() : node.log(log)), `${pattern} in ${log}`, timeoutMs);

const mounted = async (t, name, options, run) => {
  const dir = join(t.dir, name);
  mkdirSync(dir, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir]);
  try {
    return await run(dir);
  } finally {
    execFileSync('umount', ['-l', dir]);
  }
};

const asUser = (node) => {
  execFileSync('chown', ['-R', '12345', node.dir]);
  // May read what it likes, so that the release need not be readable by everybody.
  return ['setpriv', '--reuid', '12345', '--clear-groups', '--inh-caps', '+dac_read_search', '--ambient-caps', '+dac_read_search'];
};
const shell = (limits) => ['sh', '-c', `${limits}; exec "$0" "$@"`];
const oldest = (file, dir) => join(dir, readdirSync(join(dir, file)).length ? file : '', readdirSync(join(dir, file)).sort()[0]);

/** name → { expect, releases, run, and where it matters: jdk, root (needs root), kinds (files kept) }. */
export const CASES = {
  // Sockets
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

  // Store
  'store-locked': {
    expect: 'STORE_LOCKED',
    releases: FOUR,
    run: async (t) => {
      const first = t.broker({ id: 'first' });
      first.start();
      await first.booted();
      const node = t.broker({ store: first.store });
      node.start();
      await node.end();
      await first.kill();
      return node;
    },
  },
  'file-size-changed': {
    expect: 'STORE_FILE_SIZE_CHANGED',
    releases: FOUR,
    run: onUsedStore(() => {}, { properties: { mappedFileSizeCommitLog: 33554432 } }),
  },
  'queue-file-size-changed': {
    expect: 'STORE_FILE_SIZE_CHANGED',
    releases: ['4.9.7', '5.5.0'],
    run: onUsedStore(() => {}, { properties: { mappedFileSizeConsumeQueue: 400000 } }),
  },
  'commitlog-cut': {
    expect: 'STORE_FILE_SIZE_CHANGED',
    releases: ['4.9.7', '5.5.0'],
    run: onUsedStore((store) => truncateSync(oldest('commitlog', store), 1000)),
  },
  'store-unwritable': {
    expect: 'STORE_PERMISSION_DENIED',
    releases: FOUR,
    root: true,
    run: async (t) => {
      const node = t.broker();
      node.wrap = asUser(node);
      mkdirSync(node.store);
      node.start();
      await node.end();
      return node;
    },
  },
  'store-read-only': {
    expect: 'READ_ONLY_FILE_SYSTEM',
    releases: FOUR,
    root: true,
    run: (t) =>
      mounted(t, 'disk', 'size=8m,ro', async (disk) => {
        const node = t.broker({ store: disk });
        node.start();
        await node.end();
        return node;
      }),
  },
  'disk-without-space': {
    expect: 'DISK_FULL',
    releases: FOUR,
    root: true,
    run: (t) =>
      mounted(t, 'disk', 'size=1m', async (disk) => {
        const node = t.broker({ store: join(disk, 'store') });
        mkdirSync(node.store);
        writeFileSync(join(disk, 'film.mp4'), Buffer.alloc(1_048_576 - 4096 * 1));
        node.start();
        await node.end();
        return node;
      }),
  },
  'disk-over-90': {
    expect: 'DISK_FULL',
    releases: ['4.7.0', '4.9.7', '5.3.3', '5.5.0'],
    root: true,
    slow: true,
    run: (t) =>
      mounted(t, 'disk', 'size=600m', async (disk) => {
        const node = t.broker({ store: join(disk, 'store') });
        mkdirSync(node.store);
        writeFileSync(join(disk, 'film.mp4'), Buffer.alloc(560 * 1_048_576));
        node.start();
        await node.booted();
        await seen('storeerror', /mark disk full/, 90_000)(node).catch(() => seen('store', /mark disk full/, 1000)(node));
        await send(`127.0.0.1:${node.port}`, 'TopicA', 1).catch((error) =>
          writeFileSync(join(node.dir, 'logs', 'client.txt'), error.message),
        );
        await node.kill();
        return node;
      }),
  },

  // Configuration
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

  // Memory
  'heap-8m': { expect: 'HEAP_OUT_OF_MEMORY', releases: FOUR, gc: true, run: fails('broker', { heapMb: 8 }) },
  'heap-8m-without-exit': {
    expect: 'HEAP_OUT_OF_MEMORY',
    releases: FOUR,
    run: async (t) => {
      const node = t.broker({ heapMb: 8, dropFlags: /ExitOnOutOfMemoryError/ });
      node.start();
      await node
        .until(() => /OutOfMemoryError/.test(node.read()), 'OutOfMemoryError')
        .catch((error) => {
          if (!node.exit) throw error;
        });
      await node.end(25_000).catch(() => {});
      return node;
    },
  },
  'heap-40m': { expect: 'HEAP_OUT_OF_MEMORY', releases: ['5.5.0'], run: fails('broker', { heapMb: 40 }) },
  'xms-above-xmx': { expect: 'HEAP_INVALID', releases: ['4.9.7'], run: fails('broker', { jvm: ['-Xms512m'] }) },
  'heap-1m': { expect: 'HEAP_INVALID', releases: ['4.9.7'], run: fails('broker', { jvm: ['-Xms1m', '-Xmx1m'] }) },
  'heap-unreadable': { expect: 'HEAP_INVALID', releases: ['4.9.7'], run: fails('broker', { jvm: ['-Xmx2gb'] }) },
  'heap-beyond-memory': {
    expect: 'NOT_ENOUGH_MEMORY',
    releases: ['4.9.7'],
    run: fails('broker', { jvm: ['-Xms900g', '-Xmx900g', '-XX:+AlwaysPreTouch'] }),
  },
  'address-space': {
    expect: 'NOT_ENOUGH_MEMORY',
    releases: ['4.9.7'],
    run: fails('broker', { jvm: ['-Xms4g', '-Xmx4g'], wrap: shell('ulimit -v 3000000') }),
  },
  'map-failed': {
    expect: 'MAP_FAILED',
    releases: ['4.9.7', '5.5.0'],
    run: onUsedStore(() => {}, {
      wrap: shell('ulimit -v 2300000'),
      properties: {},
      jvm: ['-XX:ReservedCodeCacheSize=16m', '-XX:CompressedClassSpaceSize=32m'],
    }),
  },
  'open-files': { expect: 'TOO_MANY_OPEN_FILES', releases: FOUR, run: fails('broker', { wrap: shell('ulimit -n 130') }) },
  threads: {
    expect: 'CANNOT_CREATE_THREAD',
    releases: ['4.9.7', '5.5.0'],
    root: true,
    run: async (t) => {
      const node = t.broker();
      node.wrap = [...shell('ulimit -u 40'), ...asUser(node)];
      node.start();
      await node.end().catch(() => {});
      return node;
    },
  },

  // JVM
  'option-removed': {
    expect: 'JVM_OPTION_UNKNOWN',
    releases: ['4.9.7'],
    run: fails('broker', { jvm: ['-XX:+UseConcMarkSweepGC'], dropFlags: /UseSerialGC/ }),
  },
  'option-removed-25': {
    expect: 'JVM_OPTION_UNKNOWN',
    releases: ['4.9.7'],
    jdk: 25,
    run: fails('broker', { jvm: ['-XX:-UseBiasedLocking'] }),
  },
  'option-misspelt': { expect: 'JVM_OPTION_UNKNOWN', releases: ['5.5.0'], run: fails('broker', { jvm: ['-Xfast'] }) },
  'option-bad-value': {
    expect: 'JVM_OPTION_UNKNOWN',
    releases: ['5.5.0'],
    run: fails('broker', { jvm: ['-XX:MaxDirectMemorySize=lots'] }),
  },
  'two-collectors': {
    expect: 'JVM_OPTION_UNKNOWN',
    releases: ['5.5.0'],
    run: fails('broker', { jvm: ['-XX:+UseG1GC', '-XX:+UseParallelGC'] }),
  },
  'ext-dirs': { expect: 'JAVA_EXT_DIRS', releases: ['4.7.0'], run: fails('broker', { jvm: ['-Djava.ext.dirs=/usr/lib/jvm/ext'] }) },
  'gc-log-folder': {
    expect: 'GC_LOG_UNWRITABLE',
    releases: ['5.5.0'],
    run: fails('broker', { jvm: ['-Xlog:gc*:file=/home/dev/nowhere/gc.log'] }),
  },
  'class-archive': {
    expect: 'CLASS_ARCHIVE_UNUSABLE',
    releases: ['4.9.7'],
    run: fails('broker', (t) => {
      const archive = join(t.dir, 'broker.jsa');
      writeFileSync(archive, 'not an archive');
      return { jvm: [`-XX:SharedArchiveFile=${archive}`, '-Xshare:on'] };
    }),
  },
  'class-missing': { expect: 'MAIN_CLASS_MISSING', releases: FOUR, run: fails('broker', { jars: without('rocketmq-broker') }) },
  'jar-missing': { expect: 'JAR_MISSING', releases: FOUR, run: fails('broker', { jars: without('rocketmq-store') }) },
  'jar-cut': {
    expect: 'JAR_MISSING',
    releases: ['4.9.7', '5.5.0'],
    run: fails('broker', (t) => ({
      jars: (jars) =>
        jars.map((jar) => {
          if (!basename(jar).startsWith('rocketmq-store')) return jar;
          const copy = join(t.dir, basename(jar));
          cpSync(jar, copy);
          truncateSync(copy, 40_000);
          return copy;
        }),
    })),
  },
  'no-add-opens-netty': { expect: 'NETTY_REFLECTION', releases: ['4.4.0', '4.7.0'], run: fails('broker', { dropFlags: /add-opens/ }) },
  'no-add-opens-stop': {
    expect: 'INACCESSIBLE_OBJECT',
    releases: ['4.9.7'],
    run: runs('broker', { dropFlags: /add-opens/ }, async (node) => {
      await node.booted();
      await send(`127.0.0.1:${node.port}`, 'TopicA', 1);
    }),
  },
  'no-add-opens-controller': {
    expect: 'INACCESSIBLE_OBJECT',
    releases: ['5.3.3'],
    run: async (t) => {
      const raft = t.port();
      const node = t.node('controller', {
        dropFlags: /add-opens/,
        properties: {
          controllerType: 'jRaft',
          jRaftGroupId: 'group',
          jRaftServerId: `127.0.0.1:${raft}`,
          jRaftInitConf: `127.0.0.1:${raft}`,
          jRaftControllerRPCAddr: `127.0.0.1:${raft}`,
        },
      });
      node.start();
      await node
        .until(
          () => /InaccessibleObject/.test(node.read() + node.log('controller') + node.log('jraft') + node.log('controller_default')),
          'InaccessibleObject',
          40_000,
        )
        .catch(() => {});
      if (!node.exit) await node.kill('SIGKILL');
      return node;
    },
  },
  'segmentation-fault': {
    expect: 'JVM_CRASHED',
    releases: ['4.9.7', '5.5.0'],
    run: runs('broker', {}, (node) => node.booted(), 'SIGSEGV'),
  },
  'kill-9': { expect: 'KILLED_FROM_OUTSIDE', releases: FOUR, run: runs('broker', {}, (node) => node.booted(), 'SIGKILL') },
  'rocksdb-noexec': {
    expect: 'ROCKSDB_LIBRARY',
    releases: ['5.5.0'],
    root: true,
    run: (t) =>
      mounted(t, 'noexec', 'size=64m,noexec', async (dir) => {
        const node = t.broker({ jvm: [`-Djava.io.tmpdir=${dir}`] });
        node.start();
        await node.end();
        return node;
      }),
  },
  'rocksdb-damaged': {
    expect: 'ROCKSDB_STORE',
    releases: ['5.5.0'],
    run: async (t) => {
      const first = t.broker({ id: 'before' });
      first.start();
      await first.booted();
      await first.kill();
      writeFileSync(join(first.store, 'rocksdbstore', 'CURRENT'), 'MANIFEST-999999\n');
      const node = t.broker({ store: first.store });
      node.start();
      await node.booted();
      await seen('storeerror', /init error/)(node);
      await node.kill();
      return node;
    },
  },
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

  // While it runs
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
};

function without(prefix) {
  return (jars) => jars.filter((jar) => !basename(jar).startsWith(prefix) || !existsSync(jar));
}
