// The JVM, its options and its class path.
import { closeSync, cpSync, openSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FOUR, fails, javaFile, runs, send, without } from '../how.mjs';

export const JVM_CASES = {
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
    expect: 'JVM_OPTION_CONFLICT',
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
  'jar-garbage': {
    expect: 'JAR_MISSING',
    releases: ['4.9.7', '5.5.0'],
    run: fails('broker', (t) => ({
      jars: (jars) =>
        jars.map((jar) => {
          if (!basename(jar).startsWith('rocketmq-store')) return jar;
          const copy = join(t.dir, basename(jar));
          cpSync(jar, copy);
          const file = openSync(copy, 'r+');
          for (let at = 2_000; at < statSync(copy).size - 40_000; at += 1_000) writeSync(file, Buffer.alloc(60, 0x5a), 0, 60, at);
          closeSync(file);
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
  'abort-without-report': {
    expect: 'JVM_CRASHED',
    releases: ['4.9.7'],
    run: runs('broker', { jvm: ['-XX:+SuppressFatalErrorMessage'] }, (node) => node.booted(), 'SIGSEGV'),
  },
  'kill-9': { expect: 'KILLED_FROM_OUTSIDE', releases: FOUR, run: runs('broker', {}, (node) => node.booted(), 'SIGKILL') },
  deadlock: {
    expect: 'DEADLOCK',
    releases: ['4.9.7'],
    run: async (t) => {
      const node = t.node('broker', { main: javaFile('Deadlock'), args: [] });
      node.start();
      await node.booted();
      await node.until(() => {
        node.child.kill('SIGQUIT');
        return /Found 1 deadlock/.test(node.read());
      }, 'the deadlock');
      await node.kill('SIGKILL');
      return node;
    },
  },
};
