import { existsSync } from 'node:fs';
import { discardFolder } from '../base/discard-folder.js';
import type { RmqdevError } from '../base/errors.js';
import { endLeftWork } from '../cluster/state/own-processes.js';
import { endStrays, lostState, strayNodes } from '../cluster/state/stray-nodes.js';
import type { World } from '../cluster/world.js';
import type { ClusterRegistry } from './cluster-registry.js';

/** Ends what still runs of a cluster whose state is lost, by the markers on the command lines; after that, the cluster is no longer broken. */
export async function downLost(
  world: World,
  registry: ClusterRegistry,
  name: string,
  remove: boolean,
): Promise<{ cluster: string; tookMs: number; proof: string[]; deleted: string | null }> {
  const since = world.clock.monotonicMs();
  const paths = world.home.cluster(name);
  await endLeftWork(world, paths);
  const ends = await endStrays(world, await strayNodes(world, paths), remove ? 'at-once' : 'orderly');
  const left = await strayNodes(world, paths);
  if (left.length > 0) throw lostState(name, registry.broken.get(name) as RmqdevError, left);
  if (remove || !existsSync(paths.state)) registry.forgetBroken(name);
  if (remove) await discardFolder(paths.root)();
  const proof = ['its state was lost, its nodes were found by the markers on their command lines', ...ends, 'no process left'];
  return { cluster: name, tookMs: Math.round(world.clock.monotonicMs() - since), proof, deleted: remove ? paths.root : null };
}

/** A cluster whose state is lost may be started again once none of its old JVMs runs. @throws RmqdevError STATE_UNREADABLE naming those */
export async function refuseWhileStraysLive(world: World, registry: ClusterRegistry, name: string): Promise<void> {
  const broken = registry.broken.get(name);
  if (!broken) return;
  const strays = await strayNodes(world, world.home.cluster(name));
  // This daemon must not replace an undamaged file of another version.
  if (strays.length > 0 || existsSync(world.home.cluster(name).state)) throw lostState(name, broken, strays);
  registry.forgetBroken(name);
}
