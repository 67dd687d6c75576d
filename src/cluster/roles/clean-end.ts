import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readLaunchMark, writtenSince } from '../../evidence/launch-mark.js';
import type { Platform } from '../../process/platform.js';
import { DASHBOARD_CLOSES } from '../../rocketmq/dashboards.js';
import { releaseTraits } from '../../rocketmq/releases.js';
import { STORE_ABORT, STORE_LOCK } from '../../rocketmq/store-layout.js';

import { configured, type NodeSpec } from '../spec/node-spec.js';

/**
 * Whether a node that had been ready closed in good order, judged by what it left: for an adopted process, whose exit status is unknown, and
 * for one that is stopping, whose end need not be waited for then.
 */

/**
 * A broker writes `abort` into its store when it has started and removes it as the last step of closing it.
 * Source: store/.../DefaultMessageStore.java createTempFile, shutdown; StorePathConfigHelper.getAbortFile.
 */
export function brokerClosed(node: NodeSpec): boolean {
  return !existsSync(join(storeFolder(node), STORE_ABORT));
}

/**
 * Begins before a stop. @returns a function that says whether the broker has closed its store and written its tables since. Both the `abort`
 * file and the store's lock go when the store is closed, the lock as the very last step; a table that was written is another file, or has
 * another time. Whatever does not fit means no. Source: DefaultMessageStore.java shutdown, common/.../ConfigManager.java persist.
 */
export function storeClosing(node: NodeSpec, platform: Pick<Platform, 'lockHolders'>): () => Promise<boolean> {
  const { tablesWrittenAtStop } = releaseTraits(node.release.version);
  const store = storeFolder(node);
  const tables = tablesWrittenAtStop.map((name) => join(store, 'config', name));
  const before = tables.map(written);
  // While it starts, a store has no `abort` file yet, and one that was closed before the stop began shows nothing.
  const canBeSeen = tables.length > 0 && !brokerClosed(node) && !keepsMore(node);
  return async () => {
    if (!canBeSeen || !brokerClosed(node)) return false;
    if (tables.some((table, i) => written(table) === undefined || written(table) === before[i])) return false;
    return (await platform.lockHolders(join(store, STORE_LOCK)).catch(() => [0])).length === 0;
  };
}

/** @returns what changes with each write of a file. */
function written(file: string): string | undefined {
  try {
    const { ino, mtimeNs, size } = statSync(file, { bigint: true });
    return `${ino} ${mtimeNs} ${size}`;
  } catch {
    return undefined;
  }
}

/** Keys that move messages, queues, tables or accounts of a broker into RocksDB, which some releases close after all that is looked at here. */
const ROCKSDB_KEYS = /rocksdb|^storeType$|^configManagerVersion$|^combineCQ|^auth(entication|orization)Enabled$/i;

const keepsMore = ({ config }: NodeSpec): boolean =>
  config.some(({ key, value }) => ROCKSDB_KEYS.test(key) && !['false', 'default', 'v1'].includes(value));

/** Source: namesrv/.../NamesrvStartup.java, ShutdownHookThread.java; the last line of namesrv.log of 4.9.7 and 5.5.0 after SIGTERM. */
const NAMESRV_DONE = 'shutdown hook done, consuming time total(ms)';
const TAIL_BYTES = 2_048;

/** Only lines of the last launch count: the line of an earlier one may still be near the end of the file. */
export const namesrvClosed = (node: NodeSpec, startedAt: number | null) => saidDone(node, 'namesrv.log', startedAt);

/** Source: controller/.../ControllerStartup.java: the same hook. */
export const controllerClosed = (node: NodeSpec, startedAt: number | null) => saidDone(node, 'controller.log', startedAt);

/** Source: proxy/.../ProxyStartup.java, grpc/GrpcServer.java shutdown; proxy.log of 5.3.3 and 5.5.0 after SIGTERM. */
const GRPC_DONE = 'grpc server shutdown successfully';

export const proxyClosed = (node: NodeSpec, startedAt: number | null) => saidDone(node, 'proxy.log', startedAt, GRPC_DONE);

/** It writes long lines about its clients behind it. */
const DASHBOARD_TAIL_BYTES = 65_536;

export function dashboardClosed(node: NodeSpec, startedAt: number | null): boolean {
  return DASHBOARD_CLOSES.test(tailSince(node, node.paths.stdout, startedAt, DASHBOARD_TAIL_BYTES));
}

function saidDone(node: NodeSpec, name: string, startedAt: number | null, words = NAMESRV_DONE): boolean {
  return tailSince(node, join(node.paths.logs, name), startedAt, TAIL_BYTES).includes(words);
}

/** @returns the end of what the last launch wrote to `log`; empty if that cannot be read. */
function tailSince(node: NodeSpec, log: string, startedAt: number | null, maxBytes: number): string {
  try {
    const written = writtenSince(node.paths.root, readLaunchMark(node.paths.root), startedAt).find(({ path }) => path === log);
    return written === undefined ? '' : readRange(log, Math.max(written.from, written.to - maxBytes), written.to);
  } catch {
    return '';
  }
}

/** @returns the store that the node's configuration names; a NameServer has an empty folder instead. */
export function storeFolder(node: NodeSpec): string {
  return resolve(node.paths.root, configured(node, 'storePathRootDir') ?? node.paths.store);
}

function readRange(file: string, from: number, to: number): string {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(to - from);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, buffer.length, from));
  } finally {
    closeSync(descriptor);
  }
}
