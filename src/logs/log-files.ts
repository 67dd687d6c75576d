import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './byte-source.js';
import type { LogKind } from './log-record.js';
import { ARCHIVE_DIRECTORY } from './rotated.js';

/** File names to kinds; the first row that matches counts. Source: conf/logback_*.xml, rmq.*.logback.xml */
const KINDS: readonly [pattern: RegExp, kind: LogKind][] = [
  [/^broker(?:_default)?\.log$/, 'broker'],
  [/^store(?:error)?\.log$/, 'store'],
  [/^remoting\.log$/, 'remoting'],
  [/^namesrv(?:_default)?\.log$/, 'namesrv'],
  [/^(?:stdout|stderr|nohup)\.(?:log|out)$/, 'stdout'],
  [/^(?:gc|rmq_(?:broker|srv)_gc).*\.log$/, 'gc'],
  [/\.log$|_rocksdbstore_LOG$/, 'other'],
];

/** @returns the kind of the log called `name`, undefined if it is not the name of a log. */
export function kindOfLog(name: string): LogKind | undefined {
  return KINDS.find(([pattern]) => pattern.test(name))?.[1];
}

/**
 * The current logs in `directory`, as absolute paths in the order of their names, and in the folders right below it
 * (`isolateLogEnable=true` gives each broker one); without rotated ones. A missing directory has none.
 */
export async function listLogFiles(directory: string): Promise<{ file: string; kind: LogKind }[]> {
  const entries = await entriesOf(directory);
  const nested = entries.filter((entry) => entry.isDirectory() && entry.name !== ARCHIVE_DIRECTORY);
  const inner = await Promise.all(
    nested.map(async (folder) => logsIn(join(directory, folder.name), await entriesOf(join(directory, folder.name)))),
  );
  return [...logsIn(directory, entries), ...inner.flat()];
}

type Entry = { name: string; isFile(): boolean; isDirectory(): boolean };

async function entriesOf(directory: string): Promise<Entry[]> {
  const entries: Entry[] = (await unlessMissing(readdir(directory, { withFileTypes: true }))) ?? [];
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function logsIn(directory: string, entries: Entry[]): { file: string; kind: LogKind }[] {
  return entries.flatMap((entry) => {
    const kind = entry.isFile() ? kindOfLog(entry.name) : undefined;
    return kind ? [{ file: join(directory, entry.name), kind }] : [];
  });
}
