import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import type { Result } from '../../contract/routes.js';
import { kindOfLog, listLogFiles } from '../../logs/log-files.js';
import type { LogSource } from '../../logs/log-record.js';
import { type LogFile, questionTraceIn } from '../../rocketmq/log-files.js';

/** Kinds that `logs --file` takes, in addition to names of files. */
const KINDS = ['broker', 'store', 'remoting', 'namesrv', 'stdout', 'gc', 'all'] as const;

/** What `logs --user-home` shows without `--file`. Of nodes, the release's own table says it. */
const SHOWN_IN_HOME: Readonly<Record<string, LogFile['shown']>> = {
  'broker.log': 'always',
  'namesrv.log': 'always',
  'proxy.log': 'always',
  'controller.log': 'always',
  'store.log': 'warnings',
};

type File = Result<'logFiles'>['files'][number];

/**
 * @returns the sources that `--file` names, with all their records, of the nodes that have them; without names, what each file shows by default
 * @throws RmqdevError USAGE if no node has a file of that name
 */
export function chooseFiles(files: readonly File[], names: readonly string[]): LogSource[] {
  return names.length > 0 ? named(files, names) : files.flatMap(shownByItself);
}

/** @returns the same of `~/logs/rocketmqlogs` below `home`. @throws RmqdevError FILE_UNREADABLE, USAGE */
export async function chooseHomeFiles(home: string, names: readonly string[]): Promise<LogSource[]> {
  const folder = join(home, 'logs', 'rocketmqlogs');
  if (!existsSync(folder)) {
    throw new RmqdevError('FILE_UNREADABLE', {
      what: 'there are no RocketMQ logs in the home folder',
      why: `${folder} does not exist`,
      next: 'Brokers started by hand write there; for the nodes of rmqdev use `rmqdev logs`',
    });
  }
  const listed = await listLogFiles(folder);
  const files = listed.map(({ file }): File => ({ node: 'user-home', file, shown: SHOWN_IN_HOME[basename(file)] ?? 'on-request' }));
  return chooseFiles(files, names);
}

function shownByItself(file: File): LogSource[] {
  if (file.shown === 'on-request') return [];
  const source = { ...sourceOf(file), hides: questionTraceIn(basename(file.file, '.log')) };
  return [file.shown === 'warnings' ? { ...source, minLevel: 'WARN' } : source];
}

function sourceOf({ node, file }: File): LogSource {
  return { node, file, kind: kindOfLog(basename(file)) ?? 'other' };
}

function named(files: readonly File[], wanted: readonly string[]): LogSource[] {
  const sources = files.map(sourceOf);
  const names = [...new Set(sources.map(({ file }) => basename(file)))];
  const isNamed = (one: string, name: string) => one === name || `${one}.log` === name;
  const unknown = wanted.find((one) => !(KINDS as readonly string[]).includes(one) && !names.some((name) => isNamed(one, name)));
  if (unknown === undefined)
    return sources.filter(({ file, kind }) => wanted.some((one) => one === 'all' || one === kind || isNamed(one, basename(file))));
  const near = nearest(unknown, [...KINDS, ...names]);
  throw new RmqdevError('USAGE', {
    what: `there is no log file "${unknown}"`,
    why: `--file takes ${KINDS.join(', ')}, or the name of a file: ${names.join(', ')}`,
    next: near ? `Did you mean --file ${near}?` : 'Use --file all to see every file',
  });
}
