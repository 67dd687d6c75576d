import { join } from 'node:path';
import { RmqdevError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';
import { listLogFiles } from '../logs/log-files.js';
import type { LogKind, LogSource } from '../logs/log-record.js';
import type { NodeSpec } from './node-spec.js';

/** What `logs --file` takes: kinds of files, `all`, or a file's own name. */
const CHOICES = ['broker', 'store', 'remoting', 'namesrv', 'stdout', 'gc', 'all'] as const;

/** Without --file: the role's main log, its console, and WARN and above of store.log. */
const DEFAULT_FILES: Readonly<Record<NodeSpec['role'], readonly { name: string; kind: LogKind; minLevel?: 'WARN' }[]>> = {
  broker: [
    { name: 'broker.log', kind: 'broker' },
    { name: 'store.log', kind: 'store', minLevel: 'WARN' },
  ],
  namesrv: [{ name: 'namesrv.log', kind: 'namesrv' }],
};

/** @returns the files of one node that a `logs` call wants. @throws RmqdevError USAGE */
export async function logSources(node: NodeSpec, files: readonly string[] | undefined): Promise<LogSource[]> {
  const stdout: LogSource = { node: node.id, file: node.paths.stdout, kind: 'stdout' };
  if (!files || files.length === 0) {
    const main = DEFAULT_FILES[node.role].map(({ name, ...rest }) => ({ node: node.id, file: join(node.paths.logs, name), ...rest }));
    return [...main, stdout];
  }
  const listed = (await listLogFiles(node.paths.logs)).map((file) => ({ node: node.id, ...file }));
  // Files of a node that has never run are followed from their first line.
  const expected = DEFAULT_FILES[node.role].map(({ name, kind }) => ({ node: node.id, file: join(node.paths.logs, name), kind }));
  const gc: LogSource = { node: node.id, file: node.paths.gcLog, kind: 'gc' };
  const known = [...new Map([...expected, ...listed, stdout, gc].map((source) => [source.file, source])).values()];
  return chosen(known, files);
}

/** @returns the files below a real `~/logs/rocketmqlogs` that a `logs --user-home` call wants. */
export async function userHomeSources(folder: string, files: readonly string[] | undefined): Promise<LogSource[]> {
  const listed = (await listLogFiles(folder)).map((file) => ({ node: 'user-home', ...file }));
  if (files && files.length > 0) return chosen(listed, files);
  const main = listed.filter(({ file }) => /(?:^|\/)(?:broker|namesrv|proxy|controller)\.log$/.test(file));
  const store = listed.filter(({ file }) => file.endsWith('/store.log')).map((source): LogSource => ({ ...source, minLevel: 'WARN' }));
  return [...main, ...store];
}

function chosen(sources: readonly LogSource[], files: readonly string[]): LogSource[] {
  const names = sources.map(({ file }) => baseName(file));
  const result = sources.filter(({ file, kind }) => files.some((wanted) => wanted === 'all' || wanted === kind || wanted === baseName(file) || `${wanted}.log` === baseName(file)));
  const unknown = files.find((wanted) => !(CHOICES as readonly string[]).includes(wanted) && !names.some((name) => name === wanted || name === `${wanted}.log`));
  if (unknown === undefined) return result;
  const near = nearest(unknown, [...CHOICES, ...names]);
  throw new RmqdevError('USAGE', {
    what: `there is no log file "${unknown}"`,
    why: `--file takes ${CHOICES.join(', ')}, or the name of a file that is there: ${[...new Set(names)].join(', ')}`,
    next: near ? `Did you mean --file ${near}?` : 'Use --file all to see every file',
  });
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
