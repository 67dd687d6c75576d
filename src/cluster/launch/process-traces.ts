import { readdirSync, statSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.js';
import { storeFolder } from '../roles/clean-end.js';
import type { NodeSpec } from '../spec/node-spec.js';

/** @returns when the node last wrote to one of its files (ms since the epoch): console, logs, GC log, and what a broker saves every few seconds. */
export function lastSignOfLife(node: NodeSpec): number | null {
  const store = storeFolder(node);
  const files = [node.paths.stdout, node.paths.gcLog, ...filesIn(node.paths.logs), ...filesIn(store), ...filesIn(join(store, 'config'))];
  const times = files.map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  const newest = Math.round(Math.max(0, ...times));
  return newest === 0 ? null : newest;
}

function filesIn(folder: string): string[] {
  try {
    // Our own lock says nothing about the node.
    return readdirSync(folder).flatMap((name) => (name.startsWith('rmqdev') ? [] : [join(folder, name)]));
  } catch {
    return [];
  }
}

const DUMP_TIMEOUT_MS = 1_000;
const POLL_MS = 50;
/** What a JVM prints at the beginning of a thread dump. Source: OpenJDK services/threadService, runtime/threads.cpp. */
const DUMP_BEGINS = 'Full thread dump';

/** Makes a hung JVM print its threads to its console, and waits until the text is there and no longer grows, a second at most. */
export async function dumpThreads(node: NodeSpec, clock: Clock, signal: (signal: NodeJS.Signals) => Promise<boolean>): Promise<void> {
  const file = node.paths.stdout;
  const before = await sizeOf(file);
  if (!(await signal('SIGQUIT'))) return;
  let last = before;
  using deadline = clock.deadline(DUMP_TIMEOUT_MS);
  while (!deadline.signal.aborted) {
    await clock.sleep(POLL_MS, deadline.signal);
    const size = await sizeOf(file);
    if (size === last && size > before && (await textFrom(file, before)).includes(DUMP_BEGINS)) return;
    last = size;
  }
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

async function textFrom(file: string, from: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(65_536), 0, 65_536, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
