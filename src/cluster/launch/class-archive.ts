import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isReleaseRole } from '../../rocketmq/releases.js';
import type { NodeSpec } from '../spec/node-spec.js';

/**
 * Class archives (AppCDS): a JVM that maps its classes from an archive starts in about half the time.
 * A node that finds none lists the classes that it loads. Once its cluster is ready, a separate, short-lived JVM makes the archive
 * from that list, in the background, for all later starts. (`jcmd VM.cds dynamic_dump` on the node itself would be quicker,
 * but JDK 25.0.3 crashed after it.) The JVM itself checks an archive and ignores one that does not fit.
 */

/** First JDK that this was measured on; older ones start without. */
const FIRST_JDK = 17;
/** Nobody needs to know what could not be archived: hundreds of lines on the console. */
export const QUIET = ['-Xlog:cds=off', '-Xlog:cds+dynamic=off'];

/** @returns JVM options that use the node's archive, or list the classes for an archive that does not exist yet; none if the JDK is too old, a debugger listens or the node runs a jar of its own. */
export function classArchiveOptions(spec: NodeSpec, cache: string): string[] {
  if (!canArchive(spec)) return [];
  const file = archiveFile(spec, cache);
  return existsSync(file)
    ? [`-XX:SharedArchiveFile=${file}`, '-Xshare:auto', ...QUIET]
    : [`-XX:DumpLoadedClassList=${classList(spec)}`, ...QUIET];
}

export function canArchive(spec: NodeSpec): boolean {
  // Of a jar with jars in it, the JVM archives nothing.
  return isReleaseRole(spec.role) && spec.jdk.major >= FIRST_JDK && spec.ports.debug === undefined;
}

/** One archive for each set of classes: role, release with its jars, JDK and start-up mode. */
export function archiveFile(spec: NodeSpec, cache: string): string {
  const { release, jdk, role, profile } = spec;
  const lib = statSync(join(release.home, 'lib'), { throwIfNoEntry: false });
  const key = [role, profile.startup, release.home, lib?.mtimeMs, jdk.home, jdk.version].join('\n');
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 12);
  return join(cache, 'cds', `${role}-${release.version}-jdk${jdk.major}-${hash}.jsa`);
}

export function classList(spec: NodeSpec): string {
  return join(spec.paths.tmp, 'classes.lst');
}
