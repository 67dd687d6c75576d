import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EvidenceKind } from '../diagnose/evidence.js';

/** One file as it is now. `inode` shows whether it was replaced. */
export type FileState = { path: string; size: number; inode: string; modifiedMs: number };

/**
 * File names to kinds; the first row that matches counts.
 * Sources: OpenJDK globals.hpp (ErrorFile, ReplayDataFile), JEP 158 (`filecount`), bin/runbroker.sh, bin/runserver.sh, conf/logback_*.xml.
 */
const KINDS: readonly [pattern: RegExp, kind: (match: RegExpExecArray) => EvidenceKind][] = [
  [/^hs_err.*\.log/, () => 'hs_err'],
  [/^(?:replay_pid.*\.log|core(?:\.\d+)?)$/, () => 'dump'],
  [/^(?:gc|rmq_(?:bk|broker|srv)_gc).*\.log(?:\.\d+|\.current)?$/, () => 'gc'],
  [/^(?:stdout|stderr|console|nohup)\.(?:log|out|txt)(?:\.\d+)?$/, () => 'stdout'],
  // otherdays/broker.3.log.gz, broker-2026-11-20.1.log: named after the log that they come from.
  [/^([a-z][a-z_]*?)(?:[.-]\d[\d.-]*)?\.log(?:\.gz|\.\d+)?$/i, ([, name]) => (name as string).toLowerCase()],
];

/** @returns the kind of a file with that name; undefined if it is not a log. */
export function evidenceKind(path: string): EvidenceKind | undefined {
  for (const [pattern, kind] of KINDS) {
    const match = pattern.exec(basename(path));
    if (match) return kind(match);
  }
  return undefined;
}

/** The files that a JVM writes into its own folder. */
const OWN_KINDS: ReadonlySet<string | undefined> = new Set(['stdout', 'gc', 'hs_err', 'dump']);

/**
 * The files that can show why a node ended, as they are now: its console, GC log, hs_err and dumps in its folder, RocketMQ's logs below it.
 * Synchronous: after an end they must be measured before the next launch writes to them.
 */
export function nodeFiles(nodeRoot: string): FileState[] {
  const own = namesIn(nodeRoot).filter((name) => OWN_KINDS.has(evidenceKind(name)));
  const logs = join(nodeRoot, 'logs', 'rocketmqlogs');
  const written = namesIn(logs).filter((name) => evidenceKind(name) !== undefined);
  return [...own.map((name) => join(nodeRoot, name)), ...written.map((name) => join(logs, name))].flatMap(stateOf);
}

/** @returns none if the path is gone, or is not a file. */
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
