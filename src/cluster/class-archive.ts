import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Cluster } from './cluster.js';
import { isMaster, type NodeSpec } from './node-spec.js';

/**
 * Class archives (AppCDS): a JVM that maps its classes from an archive starts in about half the time.
 * A node that finds none records what it loads; once the cluster is ready, `jcmd` makes the archive of one node of each kind,
 * in the background and in less than a second each, for all later starts. The JVM checks an archive itself and does without one that does not fit.
 */

/** First JDK with `jcmd VM.cds dynamic_dump`. Source: JDK-8259070. */
const FIRST_JDK = 17;
const DUMP_TIMEOUT_MS = 30_000;

/** @returns JVM options that use the node's archive, or record for one that is still to be made; none where the JDK cannot, or a debugger listens. */
export function classArchiveOptions(spec: NodeSpec, cache: string): string[] {
  if (!canArchive(spec)) return [];
  const file = archiveFile(spec, cache);
  return existsSync(file) ? [`-XX:SharedArchiveFile=${file}`, '-Xshare:auto'] : ['-XX:+RecordDynamicDumpInfo'];
}

/** Makes the archives that are missing. Never rejects: a cluster does without. */
export async function makeClassArchives(cluster: Cluster): Promise<void> {
  const { home, log } = cluster.world;
  // A slave is paused for the moment of the dump rather than a master.
  const nodes = cluster.specs.filter(canArchive).sort((a, b) => Number(isMaster(a)) - Number(isMaster(b)));
  const missing = new Map(
    nodes
      .map((spec) => [archiveFile(spec, home.cache), spec] as const)
      .reverse()
      .filter(([file]) => !existsSync(file)),
  );
  for (const [file, spec] of missing) {
    const { pid } = cluster.supervisor(spec.id);
    if (pid === null) continue;
    const unfinished = `${file}.${pid}`;
    try {
      await mkdir(join(file, '..'), { recursive: true });
      await execa(jcmd(spec), [String(pid), 'VM.cds', 'dynamic_dump', unfinished], { timeout: DUMP_TIMEOUT_MS });
      await rename(unfinished, file);
      cluster.journal.record('class-archive-made', spec.id, `later starts like that of ${spec.id} are faster: ${file}`);
    } catch (error) {
      log.warn({ nodeId: spec.id, err: error }, 'no class archive could be made; starts do without');
      await rm(unfinished, { force: true });
    }
  }
}

function canArchive(spec: NodeSpec): boolean {
  return spec.jdk.major >= FIRST_JDK && spec.ports.debug === undefined && existsSync(jcmd(spec));
}

/** One archive for each set of classes: role, release with its jars, JDK and start-up mode. */
function archiveFile(spec: NodeSpec, cache: string): string {
  const { release, jdk, role, profile } = spec;
  const lib = statSync(join(release.home, 'lib'), { throwIfNoEntry: false });
  const key = [role, profile.startup, release.home, lib?.mtimeMs, jdk.home, jdk.version].join('\n');
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return join(cache, 'cds', `${role}-${release.version}-jdk${jdk.major}-${hash}.jsa`);
}

function jcmd(spec: NodeSpec): string {
  return join(spec.jdk.home, 'bin', 'jcmd');
}
