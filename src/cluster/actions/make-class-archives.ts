import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { readReleaseHome } from '../../install/release-home.js';
import type { Cluster } from '../cluster.js';
import { archiveFile, canArchive, classList, QUIET } from '../launch/class-archive.js';
import { isMaster, type NodeSpec } from '../spec/node-spec.js';
import { workMarker } from '../state/own-processes.js';

const DUMP_TIMEOUT_MS = 120_000;

/** Makes the archives that are missing, one after the other, until `signal` aborts. Never rejects: a cluster works without archives. */
export async function makeClassArchives(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const { home, log } = cluster.world;
  for (const [file, spec] of missingArchives(cluster)) {
    if (signal.aborted) return;
    const unfinished = `${file}.${randomUUID()}`;
    try {
      await mkdir(join(home.cache, 'cds'), { recursive: true });
      await dump(cluster, spec, unfinished, signal);
      await rename(unfinished, file);
      cluster.journal.record('class-archive-made', spec.id, `later starts like that of ${spec.id} are faster: ${file}`);
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ nodeId: spec.id, err: error }, 'no class archive could be made; starts do without');
    } finally {
      await rm(unfinished, { force: true });
    }
  }
}

/** One node for each missing archive: a master, because it has loaded the most classes. */
function missingArchives(cluster: Cluster): Map<string, NodeSpec> {
  const { cache } = cluster.world.home;
  const candidates = cluster.specs.filter(
    (spec) => canArchive(spec) && existsSync(classList(spec)) && !existsSync(archiveFile(spec, cache)),
  );
  const mastersLast = candidates.sort((a, b) => Number(isMaster(a)) - Number(isMaster(b)));
  return new Map(mastersLast.map((spec) => [archiveFile(spec, cache), spec]));
}

/** G1, even if the node runs with another collector: only G1 writes the JDK's own objects into an archive, and the others can load them. */
async function dump({ paths, world }: Cluster, spec: NodeSpec, file: string, signal: AbortSignal): Promise<void> {
  const { jars } = await readReleaseHome(spec.release.home);
  const list = `${file}.classes`;
  // The node still writes to its list.
  await copyFile(classList(spec), list);
  const options = [
    workMarker(paths, 'class-archive'),
    '-Xshare:dump',
    '-XX:+UseG1GC',
    '-Xmx512m',
    `-XX:SharedClassListFile=${list}`,
    `-XX:SharedArchiveFile=${file}`,
    ...QUIET,
  ];
  const child = execa(spec.jdk.java, [...options, '-cp', jars.join(':')], {
    timeout: DUMP_TIMEOUT_MS,
    cancelSignal: signal,
    // It has nothing to save, and its caller waits for its end.
    killSignal: 'SIGKILL',
    extendEnv: false,
    // `java` may be a script, such as that of a version manager.
    env: { PATH: world.env.PATH },
    stdin: 'ignore',
  });
  try {
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    await child;
  } finally {
    await rm(list, { force: true });
  }
}
