import type { ClusterPaths } from '../../base/paths.js';
import { type Marked, markedBelow } from '../../process/find-marked.js';
import type { World } from '../world.js';

/** The processes of a cluster, by the markers on their command lines: no matter which daemon started them, or whether it recorded that. */

/** @returns the argument that marks a process which works for the cluster but is not one of its nodes. */
export function workMarker(paths: ClusterPaths, name: string): string {
  return `${workPrefix(paths)}${name}`;
}

/** @returns the beginning of the marker of every node below `paths`; the id of the node follows. */
export function nodeMarkerPrefix(paths: ClusterPaths): string {
  return `-Drmqdev.node=${paths.root}/nodes/`;
}

const workPrefix = (paths: ClusterPaths): string => `-Drmqdev.work=${paths.root}/`;

/** @returns every running process of the cluster; `name` is the id of its node, or its work. */
export async function ownProcesses({ platform }: Pick<World, 'platform'>, paths: ClusterPaths): Promise<Marked[]> {
  return markedBelow(platform, [nodeMarkerPrefix(paths), workPrefix(paths)]);
}

/** Ends processes that work for the cluster but belong to no daemon: the one that started them died. They have nothing to save. */
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
