import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { configured, type NodeSpec } from '../node-spec.js';

/**
 * Whether a node that had been ready closed in good order, told from what it left: for an adopted process, whose status nobody can know.
 */

/**
 * A broker writes `abort` into its store when it has started and removes it as the last step of closing it.
 * Source: store/.../DefaultMessageStore.java createTempFile, shutdown; StorePathConfigHelper.getAbortFile.
 */
export function brokerClosed(node: NodeSpec): boolean {
  return !existsSync(join(storeFolder(node), 'abort'));
}

/** Source: namesrv/.../NamesrvStartup.java, ShutdownHookThread.java; the last line of namesrv.log of 4.9.7 and 5.5.0 after SIGTERM. */
const NAMESRV_DONE = 'shutdown hook done, consuming time total(ms)';
/** A start writes more than this (6 KB on 4.9.7), so that the line of an earlier launch is further up. */
const TAIL_BYTES = 2_048;

export function namesrvClosed(node: NodeSpec, startedAt: number | null): boolean {
  const tail = readTail(join(node.paths.logs, 'namesrv.log'));
  return tail !== undefined && tail.modifiedAt >= (startedAt ?? 0) && tail.text.includes(NAMESRV_DONE);
}

/** @returns the store that the node's configuration names; a NameServer has an empty folder in its place. */
export function storeFolder(node: NodeSpec): string {
  return resolve(node.paths.root, configured(node, 'storePathRootDir') ?? node.paths.store);
}

function readTail(file: string): { text: string; modifiedAt: number } | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size, mtimeMs } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return { text: buffer.toString('utf8'), modifiedAt: mtimeMs };
  } finally {
    closeSync(descriptor);
  }
}
