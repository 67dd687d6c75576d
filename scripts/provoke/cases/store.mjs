// The store and its disk.
import { closeSync, cpSync, mkdirSync, openSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { asUser, FOUR, mounted, NOT_JSON, oldest, onUsedStore, seen, send } from '../how.mjs';

export const STORE_CASES = {
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
  'file-size-ignored': {
    expect: 'STORE_FILE_SIZE_IGNORED',
    releases: ['4.4.0'],
    run: onUsedStore(() => {}, { properties: { mapedFileSizeCommitLog: 33554432 }, runs: true }),
  },
  'commitlog-cut': {
    expect: 'STORE_FILE_SIZE_CHANGED',
    releases: ['4.9.7', '5.5.0'],
    run: onUsedStore((store) => truncateSync(oldest('commitlog', store), 1000)),
  },
  'commitlog-garbage': {
    expect: 'STORE_DAMAGED',
    releases: ['4.9.7', '5.5.0'],
    run: onUsedStore(
      (store) => {
        const file = openSync(oldest('commitlog', store), 'r+');
        writeSync(file, Buffer.alloc(300, 0x5a), 0, 300, 350);
        closeSync(file);
        writeFileSync(join(store, 'abort'), '');
      },
      { runs: true },
    ),
  },
  'store-path-is-file': {
    expect: 'STORE_PATH_INVALID',
    releases: ['4.9.7', '5.5.0'],
    run: async (t) => {
      const node = t.broker();
      writeFileSync(node.store, '');
      node.start();
      await node.end();
      return node;
    },
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
      mounted(t, 'disk', 'size=2m', async (disk) => {
        const node = t.broker({ store: join(disk, 'store') });
        mkdirSync(node.store);
        writeFileSync(join(disk, 'film.mp4'), Buffer.alloc(2_097_152 - 16 * 4096));
        node.start();
        await node.booted().catch(() => {});
        // Files are sparse: what does not fit is noticed by the first who writes to it.
        if (!node.exit) await send(`127.0.0.1:${node.port}`, 'TopicA', 400, 1000).catch(() => {});
        await Promise.race([node.exited, new Promise((resolve) => setTimeout(resolve, 3_000))]);
        await node.kill('SIGKILL');
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
        // 4.7.0 looks only where there is a commit log already.
        await send(`127.0.0.1:${node.port}`, 'TopicA', 1).catch(() => {});
        await seen('storeerror', /mark disk full/, 90_000)(node).catch(() => seen('store', /mark disk full/, 1000)(node));
        await send(`127.0.0.1:${node.port}`, 'TopicA', 1).catch((error) =>
          writeFileSync(join(node.dir, 'logs', 'client.txt'), error.message),
        );
        await node.kill();
        return node;
      }),
  },
  'backup-used': {
    expect: 'CONFIG_JSON_BACKUP_USED',
    releases: ['4.9.7', '5.5.0'],
    run: onUsedStore(
      (store) => {
        const topics = join(store, 'config', 'topics.json');
        cpSync(topics, `${topics}.bak`);
        writeFileSync(topics, NOT_JSON);
      },
      { runs: true },
    ),
  },
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
};
