import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EvidenceKind } from '../diagnose/evidence.js';

/** One file as it is now. `inode` tells a file that was put in its place apart. */
export type FileState = { path: string; size: number; inode: string; modifiedMs: number };

/**
 * File names to kinds; the first row that fits holds.
 * Sources: OpenJDK globals.hpp (ErrorFile, ReplayDataFile), JEP 158 (`filecount`), bin/runbroker.sh, bin/runserver.sh, conf/logback_*.xml.
 */
const KINDS: readonly [pattern: RegExp, kind: (match: RegExpExecArray) => EvidenceKind][] = [
  [/^hs_err.*\.log/, () => 'hs_err'],
  [/^(?:replay_pid.*\.log|core(?:\.\d+)?)$/, () => 'dump'],
  [/^(?:gc|rmq_(?:bk|broker|srv)_gc).*\.log(?:\.\d+|\.current)?$/, () => 'gc'],
  [/^(?:stdout|stderr|console|nohup)\.(?:log|out|txt)(?:\.\d+)?$/, () => 'stdout'],
  // otherdays/broker.3.log.gz, broker-2026-11-20.1.log: named after the log that they were.
  [/^([a-z][a-z_]*?)(?:[.-]\d[\d.-]*)?\.log(?:\.gz|\.\d+)?$/i, ([, name]) => (name as string).toLowerCase()],
];

/** @returns what stands in a file of that name; undefined where it is not that of a log. */
export function evidenceKind(path: string): EvidenceKind | undefined {
  for (const [pattern, kind] of KINDS) {
    const match = pattern.exec(basename(path));
    if (match) return kind(match);
  }
  return undefined;
}

/** What a JVM writes into its own folder. */
const OWN_KINDS: ReadonlySet<string | undefined> = new Set(['stdout', 'gc', 'hs_err', 'dump']);

/**
 * The files in which a node's end may show, as they are now: its console, GC log, hs_err and dumps in its folder, RocketMQ's logs below it.
 * Synchronous: at an end they must be measured before the next launch writes to them.
 */
export function nodeFiles(nodeRoot: string): FileState[] {
  const own = namesIn(nodeRoot).filter((name) => OWN_KINDS.has(evidenceKind(name)));
  const logs = join(nodeRoot, 'logs', 'rocketmqlogs');
  const written = namesIn(logs).filter((name) => evidenceKind(name) !== undefined);
  return [...own.map((name) => join(nodeRoot, name)), ...written.map((name) => join(logs, name))].flatMap(stateOf);
}

/** @returns none where the file has gone, or is none. */
function stateOf(path: string): FileState[] {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!stats?.isFile()) return [];
  return [{ path, size: Number(stats.size), inode: String(stats.ino), modifiedMs: Number(stats.mtimeMs) }];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
