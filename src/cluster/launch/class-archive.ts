import { createHash, randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { readReleaseHome } from '../../install/release-home.js';
import type { Cluster } from '../cluster.js';
import { isMaster, type NodeSpec } from '../spec/node-spec.js';
import { workMarker } from '../state/own-processes.js';

/**
 * Class archives (AppCDS): a JVM that maps its classes from an archive starts in about half the time.
 * A node that finds none lists the classes that it loads; once its cluster is ready, a short-lived JVM of its own makes the archive
 * from that list, in the background, for all later starts. (`jcmd VM.cds dynamic_dump` on the node itself would be quicker,
 * but JDK 25.0.3 crashed after it.) The JVM checks an archive itself and does without one that does not fit.
 */

/** First JDK that this was measured on; older ones start without. */
const FIRST_JDK = 17;
const DUMP_TIMEOUT_MS = 120_000;
/** What could not be archived is nobody's concern: hundreds of lines on the console. */
const QUIET = ['-Xlog:cds=off', '-Xlog:cds+dynamic=off'];

/** @returns JVM options that use the node's archive, or list classes for one that is still to be made; none where the JDK is too old or a debugger listens. */
export function classArchiveOptions(spec: NodeSpec, cache: string): string[] {
  if (!canArchive(spec)) return [];
  const file = archiveFile(spec, cache);
  return existsSync(file)
    ? [`-XX:SharedArchiveFile=${file}`, '-Xshare:auto', ...QUIET]
    : [`-XX:DumpLoadedClassList=${classList(spec)}`, ...QUIET];
}

/** Makes the archives that are missing, one after the other, until `signal` aborts. Never rejects: a cluster does without. */
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

/** One node for each archive that is missing: a master, which has loaded most. */
function missingArchives(cluster: Cluster): Map<string, NodeSpec> {
  const { cache } = cluster.world.home;
  const candidates = cluster.specs.filter(
    (spec) => canArchive(spec) && existsSync(classList(spec)) && !existsSync(archiveFile(spec, cache)),
  );
  const mastersLast = candidates.sort((a, b) => Number(isMaster(a)) - Number(isMaster(b)));
  return new Map(mastersLast.map((spec) => [archiveFile(spec, cache), spec]));
}

/** G1 whatever the node runs with: only it writes the JDK's own objects into an archive, which the other collectors then load. */
async function dump({ paths, world }: Cluster, spec: NodeSpec, file: string, signal: AbortSignal): Promise<void> {
  const { jars } = await readReleaseHome(spec.release.home);
  const list = `${file}.classes`;
  // The node goes on writing its list.
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
    // It has nothing to save, and whoever ends it waits.
    killSignal: 'SIGKILL',
    extendEnv: false,
    // `java` may be a script, as that of a version manager.
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

function canArchive(spec: NodeSpec): boolean {
  return spec.jdk.major >= FIRST_JDK && spec.ports.debug === undefined;
}

/** One archive for each set of classes: role, release with its jars, JDK and start-up mode. */
function archiveFile(spec: NodeSpec, cache: string): string {
  const { release, jdk, role, profile } = spec;
  const lib = statSync(join(release.home, 'lib'), { throwIfNoEntry: false });
  const key = [role, profile.startup, release.home, lib?.mtimeMs, jdk.home, jdk.version].join('\n');
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return join(cache, 'cds', `${role}-${release.version}-jdk${jdk.major}-${hash}.jsa`);
}

function classList(spec: NodeSpec): string {
  return join(spec.paths.tmp, 'classes.lst');
}
