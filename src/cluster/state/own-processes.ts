import type { ClusterPaths } from '../../base/paths.js';
import { type Marked, markedBelow } from '../../process/find-marked.js';
import type { World } from '../world.js';

/** The processes of a cluster, by the markers on their command lines: whatever daemon started them, and whether or not it wrote that down. */

/** @returns the argument that marks a process which works for the cluster and is none of its nodes. */
export function workMarker(paths: ClusterPaths, name: string): string {
  return `${workPrefix(paths)}${name}`;
}

/** @returns the argument with which the marker of every node below `paths` begins; its id follows. */
export function nodeMarkerPrefix(paths: ClusterPaths): string {
  return `-Drmqdev.node=${paths.root}/nodes/`;
}

const workPrefix = (paths: ClusterPaths): string => `-Drmqdev.work=${paths.root}/`;

/** @returns every process of the cluster that lives; `name` is the id of its node, or what it works at. */
export async function ownProcesses({ platform }: Pick<World, 'platform'>, paths: ClusterPaths): Promise<Marked[]> {
  return markedBelow(platform, [nodeMarkerPrefix(paths), workPrefix(paths)]);
}

/** Ends what works for the cluster and belongs to no daemon any more: the one that started it died. It has nothing to save. */
export async function endLeftWork({ platform, launcher }: Pick<World, 'platform' | 'launcher'>, paths: ClusterPaths): Promise<void> {
  const left = await markedBelow(platform, [workPrefix(paths)]);
  const startTimes = await platform.startTimes(left.map(({ pid }) => pid));
  await Promise.all(
    [...startTimes].map(async ([pid, startTime]) => {
      const running = await launcher.adopt({ pid, startTime });
      await running?.killTree();
    }),
  );
}
