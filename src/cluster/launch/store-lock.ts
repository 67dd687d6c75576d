import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RmqdevError } from '../../base/errors.js';
import { findMarked } from '../../process/find-marked.js';
import { type InheritedLock, isLockedByAnother, type LockNote } from '../../process/inherited-lock.js';
import { storeFolder } from '../roles/clean-end.js';
import { type NodeSpec, nodeMarker } from '../spec/node-spec.js';
import type { World } from '../world.js';

/**
 * The lock on a store, which its JVM holds as long as it lives: no daemon, cluster or home can start a second JVM there.
 * A second broker on a live store recovers, and can truncate, that store before it finds that RocketMQ's own lock is held
 * (`Lock failed,MQ already started`). Source: store/.../DefaultMessageStore.java load, start.
 */
export function storeLock(node: NodeSpec, { platform, home }: Pick<World, 'platform' | 'home'>): InheritedLock {
  const store = storeFolder(node);
  const marker = nodeMarker(node.paths);
  const holderPid = async (holder: LockNote): Promise<number | undefined> => {
    if (typeof holder.pid === 'number') return (await platform.startTime(holder.pid)) === undefined ? undefined : holder.pid;
    return typeof holder.marker === 'string' ? (await findMarked(platform, holder.marker))[0]?.pid : undefined;
  };
  return {
    file: join(store, 'rmqdev.lock'),
    about: { node: `${node.cluster}/${node.id}`, home: home.root, marker },
    refuse: async (holder) => {
      const pid = await holderPid(holder);
      return pid === undefined ? undefined : inUse(node, describe(holder, pid), endIt(holder, pid, home.root));
    },
    refuseAtLast: (holder) =>
      inUse(node, describe(holder, undefined), `\`fuser ${join(store, 'rmqdev.lock')}\` names the process that holds it; end that one`),
  };
}

/** A JVM that nobody started with rmqdev holds RocketMQ's own lock. @throws RmqdevError STORE_IN_USE */
export async function refuseForeignJvm(node: NodeSpec, { platform }: Pick<World, 'platform'>): Promise<void> {
  const file = join(storeFolder(node), 'lock');
  if (!existsSync(file) || !isLockedByAnother(file)) return;
  const [pid] = await platform.lockHolders(file).catch(() => []);
  throw inUse(
    node,
    pid === undefined ? `another process holds ${file}` : `pid ${pid}, which rmqdev did not start, holds ${file}`,
    pid === undefined ? `\`fuser ${file}\` names it; end that one` : `End it (\`kill ${pid}\`)`,
  );
}

/** A JVM that has the node's marker, and that no daemon has adopted. @throws RmqdevError STORE_IN_USE */
export async function refuseSecondJvm(node: NodeSpec, { platform }: Pick<World, 'platform'>): Promise<void> {
  const [other] = await findMarked(platform, nodeMarker(node.paths));
  if (!other) return;
  throw inUse(node, `pid ${other.pid} runs there already`, `\`rmqdev daemon restart\` takes it over; or end it with \`kill ${other.pid}\``);
}

function inUse(node: NodeSpec, why: string, next: string): RmqdevError {
  return new RmqdevError('STORE_IN_USE', { what: `${node.id} cannot be started on the store ${storeFolder(node)}`, why, next });
}

function describe(holder: LockNote, pid: number | undefined): string {
  const who = pid === undefined ? 'a process that cannot be found holds it' : `pid ${pid} runs there`;
  return typeof holder.node === 'string' ? `${who}, as node ${holder.node} of ${String(holder.home)}` : who;
}

function endIt(holder: LockNote, pid: number, ourHome: string): string {
  const [cluster, node] = String(holder.node ?? '').split('/');
  if (!cluster || !node) return `End it (\`kill ${pid}\`)`;
  const home = holder.home === ourHome ? '' : `RMQDEV_HOME=${String(holder.home)} `;
  return `End that one first: \`${home}rmqdev stop ${node} -c ${cluster}\``;
}
