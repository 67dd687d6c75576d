import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodePaths } from '../../base/paths.js';
import { STORE_ABORT, STORE_LOCK } from '../../rocketmq/store-layout.js';
import type { BootMark } from './lanes.js';

type MarkFile = Omit<BootMark, 'atMs'> & { file: (paths: NodePaths) => string; time: 'birthtimeMs' | 'mtimeMs'; source: string };

/** What a node writes while it boots, in the order in which it does. A file that was there before the start says nothing, and is left out. */
const MARK_FILES: readonly MarkFile[] = [
  {
    kind: 'launch',
    name: 'files are written',
    file: ({ launchedSpec }) => launchedSpec,
    time: 'mtimeMs',
    source: 'cluster/launch/launch.ts: right before the process is spawned',
  },
  {
    kind: 'jvm',
    name: 'JVM is created',
    file: ({ gcLog }) => gcLog,
    time: 'birthtimeMs',
    source: 'OpenJDK: the log of -Xlog:gc* is opened while the VM is created; an older one is renamed',
  },
  {
    kind: 'jvm',
    name: 'classes, logging, configuration',
    file: ({ store }) => join(store, STORE_LOCK),
    time: 'mtimeMs',
    source: 'store/.../DefaultMessageStore.java: opened with the store, written when it starts',
  },
  {
    kind: 'store',
    name: 'store starts',
    file: ({ store }) => join(store, STORE_ABORT),
    time: 'mtimeMs',
    source: 'store/.../DefaultMessageStore.java createTempFile: at the end of start()',
  },
];

/** @param startedAt when the command began, in ms since the epoch @returns what the files of a node tell of its boot, in order of time */
export async function bootMarks(paths: NodePaths, startedAt: number): Promise<BootMark[]> {
  const marks = await Promise.all(
    MARK_FILES.map(async ({ kind, name, file, time }) => {
      const found = await stat(file(paths)).catch(() => undefined);
      return { kind, name, atMs: (found?.[time] ?? 0) - startedAt };
    }),
  );
  return marks.filter(({ atMs }) => atMs > 0).sort((a, b) => a.atMs - b.atMs);
}
