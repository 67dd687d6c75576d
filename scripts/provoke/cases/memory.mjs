// Memory, threads, descriptors.
import { asUser, FOUR, fails, onUsedStore, shell } from '../how.mjs';

export const MEMORY_CASES = {
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
  'direct-memory': {
    expect: 'DIRECT_MEMORY_EXHAUSTED',
    releases: ['5.3.3', '5.5.0'],
    run: fails('broker', { jvm: ['-XX:MaxDirectMemorySize=1m'] }),
  },
  metaspace: { expect: 'METASPACE_EXHAUSTED', releases: ['4.9.7'], run: fails('broker', { jvm: ['-XX:MaxMetaspaceSize=9m'] }) },
  'map-failed': {
    expect: 'MAP_FAILED',
    releases: ['4.9.7', '5.5.0'],
    run: onUsedStore(() => {}, {
      before: { properties: { mappedFileSizeCommitLog: 1073741824 } },
      properties: { mappedFileSizeCommitLog: 1073741824 },
      wrap: shell('ulimit -v 2600000'),
      jvm: ['-XX:ReservedCodeCacheSize=16m', '-XX:CompressedClassSpaceSize=32m'],
    }),
  },
  'open-files': {
    expect: 'TOO_MANY_OPEN_FILES',
    releases: ['4.7.0', '4.9.7', '5.3.3', '5.5.0'],
    run: async (t) => {
      const node = t.broker();
      // So many that all jars can be opened, and then not much more.
      const jars = node.classPath().split(':').length;
      node.wrap = shell(`ulimit -n ${jars + 20}`);
      node.start();
      await node.end().catch(() => {});
      return node;
    },
  },
  threads: {
    expect: 'CANNOT_CREATE_THREAD',
    releases: ['4.9.7', '5.5.0'],
    root: true,
    run: async (t) => {
      const node = t.broker();
      node.wrap = ['prlimit', '--nproc=40', ...asUser(node)];
      node.start();
      await node.end().catch(() => {});
      return node;
    },
  },
};
