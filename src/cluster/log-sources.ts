import { basename, join } from 'node:path';
import { RmqdevError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { kindOfLog, listLogFiles } from '../logs/log-files.js';
import type { LogSource } from '../logs/log-record.js';
import { logFiles } from '../rocketmq/log-files.js';
import type { NodeSpec } from './node-spec.js';

/** Kinds that `logs --file` takes beside the names of files. */
const KINDS = ['broker', 'store', 'remoting', 'namesrv', 'stdout', 'gc', 'all'] as const;

/**
 * @returns the files of `nodes` that a `logs` call wants, each from the nodes that have it; without `files` what the release's table
 * shows by itself. @throws RmqdevError USAGE where none of them has it
 */
export function logSources(nodes: readonly NodeSpec[], files: readonly string[] | undefined): LogSource[] {
  const known = nodes.flatMap((node) =>
    logFiles(node.release.version, node.role).map(({ path, shown }) => {
      const source: LogSource = { node: node.id, file: join(node.paths.root, path), kind: kindOfLog(basename(path)) ?? 'other' };
      return { source, shown };
    }),
  );
  if (files && files.length > 0)
    return chosen(
      known.map(({ source }) => source),
      files,
    );
  return known.flatMap(({ source, shown }) => {
    if (shown === 'on-request') return [];
    return shown === 'warnings' ? [{ ...source, minLevel: 'WARN' }] : [source];
  });
}

/** @returns the files below a real `~/logs/rocketmqlogs` that a `logs --user-home` call wants. */
export async function userHomeSources(folder: string, files: readonly string[] | undefined): Promise<LogSource[]> {
  const listed = (await listLogFiles(folder)).map((file) => ({ node: 'user-home', ...file }));
  if (files && files.length > 0) return chosen(listed, files);
  return listed.flatMap((source): LogSource[] => {
    if (['broker.log', 'namesrv.log', 'proxy.log', 'controller.log'].includes(basename(source.file))) return [source];
    return basename(source.file) === 'store.log' ? [{ ...source, minLevel: 'WARN' }] : [];
  });
}

function chosen(sources: readonly LogSource[], files: readonly string[]): LogSource[] {
  const names = [...new Set(sources.map(({ file }) => basename(file)))];
  const isNamed = (wanted: string, name: string) => wanted === name || `${wanted}.log` === name;
  const unknown = files.find((wanted) => !(KINDS as readonly string[]).includes(wanted) && !names.some((name) => isNamed(wanted, name)));
  if (unknown === undefined) {
    return sources.filter(({ file, kind }) =>
      files.some((wanted) => wanted === 'all' || wanted === kind || isNamed(wanted, basename(file))),
    );
  }
  const near = nearest(unknown, [...KINDS, ...names]);
  throw new RmqdevError('USAGE', {
    what: `there is no log file "${unknown}"`,
    why: `--file takes ${KINDS.join(', ')}, or the name of a file: ${names.join(', ')}`,
    next: near ? `Did you mean --file ${near}?` : 'Use --file all to see every file',
  });
}
