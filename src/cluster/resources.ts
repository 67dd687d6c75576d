import { RmqdevError } from '../base/errors.js';
import { formatBytes } from '../base/units.js';
import { releaseTraits } from '../rocketmq/releases.js';
import type { NodeSpec } from './node-spec.js';
import type { World } from './world.js';

/** What a fresh broker writes before it has any messages to speak of: two commit log files, indexes, the timer wheel of 5.x. Measured. */
const DISK_PER_BROKER_BYTES = 256 * 1024 * 1024;
const DISK_WARNING_RATIO = 0.85;
/** Source: store/.../DefaultMessageStore.java. */
const LIMIT_OPTION = '-Drocketmq.broker.diskSpaceWarningLevelRatio=';

/**
 * Compares the plan with the machine.
 * @param starting the nodes that do not run yet: only they need more than is taken now.
 * @throws RmqdevError NOT_ENOUGH_MEMORY, NOT_ENOUGH_DISK
 */
export async function checkResources(
  world: World,
  specs: readonly NodeSpec[],
  starting: readonly NodeSpec[],
  notices: string[],
): Promise<void> {
  if (starting.length === 0) return;
  const neededBytes = starting.reduce((sum, spec) => sum + spec.memoryBytes, 0);
  const { availableBytes, totalBytes } = await world.platform.memory();
  if (neededBytes > availableBytes) {
    throw new RmqdevError('NOT_ENOUGH_MEMORY', {
      what: `${starting.length} nodes need about ${formatBytes(neededBytes)} of memory`,
      why: `${formatBytes(availableBytes)} of ${formatBytes(totalBytes)} are available; more would make the machine swap, or end other programs`,
      next: 'Make heaps smaller (--heap broker=128m), close programs, or start a smaller profile (`rmqdev up single`)',
    });
  }
  const brokers = starting.filter((spec) => spec.role === 'broker');
  const [broker] = brokers;
  if (!broker) return;
  const disk = await world.platform.disk(world.home.root);
  const neededDisk = brokers.length * DISK_PER_BROKER_BYTES;
  const percent = Math.ceil(disk.usedRatio * 100);
  if (disk.usableBytes < neededDisk) {
    throw new RmqdevError('NOT_ENOUGH_DISK', {
      what: `${brokers.length} brokers need about ${formatBytes(neededDisk)} of disk to begin with`,
      why: `${formatBytes(disk.usableBytes)} of ${formatBytes(disk.totalBytes)} are free where ${world.home.root} lies`,
      next: 'Free some space, or let RMQDEV_HOME point to another volume',
    });
  }
  const limit = Math.min(...specs.filter((spec) => spec.role === 'broker').map(writeLimit));
  if (disk.usedRatio > limit) {
    throw new RmqdevError('NOT_ENOUGH_DISK', {
      what: `the disk of ${world.home.root} is ${percent} % full`,
      why: `a broker of RocketMQ ${broker.release.version} takes no message above ${Math.round(limit * 100)} % (code 14, "the broker's disk is full")`,
      next:
        releaseTraits(broker.release.version).diskWarningRatio.max > limit
          ? `Free some space, let RMQDEV_HOME point to another volume, or raise the limit: --set 'broker.jvm=[${LIMIT_OPTION}0.98]'`
          : 'Free some space, or let RMQDEV_HOME point to another volume: no property raises this limit on 5.x',
    });
  }
  if (disk.usedRatio > DISK_WARNING_RATIO) {
    notices.push(
      `the disk of ${world.home.root} is ${percent} % full: brokers delete old files early above 85 %, and take no messages above ${Math.round(limit * 100)} %`,
    );
  }
}

/** @returns the share of the disk above which a broker refuses messages: the release's own limit, or what its JVM is told, as far as the release listens. */
function writeLimit({ release, profile }: NodeSpec): number {
  const { default: own, max } = releaseTraits(release.version).diskWarningRatio;
  const told = profile.jvm.findLast((option) => option.startsWith(LIMIT_OPTION));
  const ratio = Number(told?.slice(LIMIT_OPTION.length) ?? own);
  return Number.isNaN(ratio) ? own : Math.min(ratio, max);
}
