import type { Finding } from '../../base/finding.js';
import { counted, formatBytes } from '../../base/units.js';
import { isSince, releaseTraits } from '../../rocketmq/releases.js';
import { finding } from './codes.js';
import type { Known, MemoryFacts, VolumeFacts } from './facts.js';
import type { PreflightNode, PreflightPlan } from './plan.js';

/** What a new broker writes before it has many messages: two commit log files, indexes, the timer wheel of 5.x. Measured. */
const DISK_PER_BROKER_BYTES = 256 * 1024 * 1024;
const DISK_WARNING_RATIO = 0.85;
/** A broker has a few hundred files; each new queue and each log adds more. */
const FEW_INODES = 5_000;
/** Source: store/.../DefaultMessageStore.java. */
const LIMIT_OPTION = '-Drocketmq.broker.diskSpaceWarningLevelRatio=';

/** Compares the memory that the plan needs with the machine's. Only nodes that do not run yet need more than is used now. */
export function judgeMemory({ nodes }: PreflightPlan, memory: Known<MemoryFacts>): Finding[] {
  const starting = nodes.filter(isStarting);
  const neededBytes = starting.reduce((sum, node) => sum + node.memoryBytes, 0);
  if (!memory.value || neededBytes <= memory.value.availableBytes) return [];
  const { availableBytes, totalBytes } = memory.value;
  return [
    finding('error', 'NOT_ENOUGH_MEMORY', {
      what: `${counted(starting.length, 'node')} ${starting.length === 1 ? 'needs' : 'need'} about ${formatBytes(neededBytes)} of memory`,
      why: `${formatBytes(availableBytes)} of ${formatBytes(totalBytes)} are available; with less, the machine would swap or end other programs`,
      next: 'Make heaps smaller (--heap broker=128m), close programs, or start a smaller profile (`rmqdev up single`)',
    }),
  ];
}

/** Compares the disk of RMQDEV_HOME with what the brokers to start will write, and with the limits of their release. */
export function judgeDisk({ home, nodes }: PreflightPlan, volume: Known<VolumeFacts>): Finding[] {
  const brokers = nodes.filter((node) => isStarting(node) && node.role === 'broker');
  const [broker] = brokers;
  if (!broker || !volume.value) return [];
  const { usableBytes, totalBytes, usedRatio, freeInodes } = volume.value;
  const neededBytes = brokers.length * DISK_PER_BROKER_BYTES;
  const percent = Math.ceil(usedRatio * 100);
  const inodes = freeInodes !== null && freeInodes < FEW_INODES ? [inodesShort(home, freeInodes)] : [];
  if (usableBytes < neededBytes) {
    return [
      finding('error', 'NOT_ENOUGH_DISK', {
        what: `${counted(brokers.length, 'broker')} ${brokers.length === 1 ? 'needs' : 'need'} about ${formatBytes(neededBytes)} of disk space at first`,
        why: `${formatBytes(usableBytes)} of ${formatBytes(totalBytes)} are free on the disk of ${home}`,
        next: 'Free some space, or set RMQDEV_HOME to a folder on another volume',
      }),
      ...inodes,
    ];
  }
  const limit = Math.min(...nodes.filter(({ role }) => role === 'broker').map(writeLimit));
  if (usedRatio > limit) {
    return [
      finding('error', 'NOT_ENOUGH_DISK', {
        what: `the disk of ${home} is ${percent} % full`,
        why: `a broker of RocketMQ ${broker.release} accepts no message above ${Math.round(limit * 100)} % (code 14, "the broker's disk is full")`,
        next:
          releaseTraits(broker.release).diskWarningRatio.max > limit
            ? `Free some space, let RMQDEV_HOME point to another volume, or raise the limit: --set 'broker.jvm=[${LIMIT_OPTION}0.98]'`
            : 'Free some space, or set RMQDEV_HOME to a folder on another volume: no property raises this limit on 5.x',
      }),
      ...inodes,
    ];
  }
  if (usedRatio <= DISK_WARNING_RATIO) return inodes;
  return [
    finding('warning', 'DISK_NEARLY_FULL', {
      what: `the disk of ${home} is ${percent} % full`,
      why: `brokers delete old files early above 85 %, and accept no messages above ${Math.round(limit * 100)} %`,
      next: 'Free some space: `rmqdev clean --all` removes stopped clusters with their data',
    }),
    ...inodes,
  ];
}

function inodesShort(home: string, freeInodes: number): Finding {
  return finding('warning', 'INODES_SHORT', {
    what: `the file system of ${home} has room for only ${freeInodes} more files`,
    why: 'a broker creates files for each queue and each log; without room its writes fail, although the disk is not full (`df -i` shows it)',
    next: 'Delete folders with many small files, or set RMQDEV_HOME to a folder on another volume',
  });
}

const isStarting = ({ change }: PreflightNode): boolean => change === 'start';

/** @returns the share of the disk above which a broker refuses messages: the release's own limit, or the JVM option if the release reads it. */
function writeLimit({ release, jvm }: PreflightNode): number {
  const { default: own, max } = releaseTraits(release).diskWarningRatio;
  const told = jvm.findLast((option) => option.startsWith(LIMIT_OPTION));
  const ratio = Number(told?.slice(LIMIT_OPTION.length) ?? own);
  return Number.isNaN(ratio) ? own : Math.min(ratio, max);
}

const NETWORK_TYPES = /^(nfs|nfs4|cifs|smb2|smb3|smbfs|afpfs|webdav|fuse\.sshfs|glusterfs|fuse\.glusterfs|ceph)$/;
const WINDOWS_TYPES = /^(9p|drvfs)$/;
const MEMORY_TYPES = /^(tmpfs|ramfs)$/;
/** Each broker unpacks RocksDB's library to its tmp folder, below RMQDEV_HOME, and loads it. Source: store/.../rocksdb/MessageRocksDBStorage.java; measured on 5.5.0. */
const LOADS_LIBRARY_SINCE = '5.4.0';

/** What kind of file system RMQDEV_HOME is on. @param wsl the WSL version */
export function judgeHomeVolume({ home, nodes }: PreflightPlan, volume: Known<VolumeFacts>, wsl: 1 | 2 | null): Finding[] {
  if (!volume.value) return [];
  const { isWritable, mount } = volume.value;
  const findings: Finding[] = [];
  if (!isWritable) {
    findings.push(
      finding('error', 'HOME_NOT_WRITABLE', {
        what: `RMQDEV_HOME cannot be used: ${home}`,
        why: mount.value?.options.includes('ro') ? `${mount.value.point} is mounted read-only` : 'this user has no write permission there',
        next: 'Make the folder writable for your user, or set RMQDEV_HOME to another one: `export RMQDEV_HOME=~/.rmqdev`',
      }),
    );
  }
  if (!mount.value) return findings;
  const { point, type, options } = mount.value;
  const where = `RMQDEV_HOME (${home}) is on ${point}`;
  const elsewhere = 'Set RMQDEV_HOME to a folder on a local disk: `export RMQDEV_HOME=~/.rmqdev`';
  const loader = nodes.find(({ role, release, change }) => role === 'broker' && change !== 'none' && isSince(release, LOADS_LIBRARY_SINCE));
  if (options.includes('noexec') && loader) {
    findings.push(
      finding('error', 'HOME_NO_EXEC', {
        what: `${where}, from which no program can be run (noexec)`,
        why: `each broker of RocketMQ ${loader.release} unpacks its RocksDB library there and loads it, and ends with 255 if it cannot`,
        next: `Set RMQDEV_HOME to a folder on a volume without noexec, or run an older release: --rocketmq 5.3.3`,
      }),
    );
  }
  if (NETWORK_TYPES.test(type)) {
    findings.push(
      finding('warning', 'HOME_ON_NETWORK', {
        what: `${where}, a network file system (${type})`,
        why: 'brokers map their files into memory and lock them: both are slow there, and a lost connection ends the JVM with SIGBUS',
        next: elsewhere,
      }),
    );
  }
  if (WINDOWS_TYPES.test(type) && wsl !== null) {
    findings.push(
      finding('warning', 'HOME_ON_WINDOWS_DRIVE', {
        what: `${where}, a Windows drive (${type})`,
        why: 'each file access goes to Windows, which makes a start many times slower; Unix sockets and file locks do not work there as on Linux',
        next: 'Set RMQDEV_HOME to a folder in the Linux file system: `export RMQDEV_HOME=~/.rmqdev`, with a HOME below /home',
      }),
    );
  }
  if (MEMORY_TYPES.test(type)) {
    findings.push(
      finding('info', 'HOME_IN_MEMORY', {
        what: `${where}, which is in memory (${type})`,
        why: 'stores use memory that the JVMs need, and a reboot deletes them',
        next: elsewhere,
      }),
    );
  }
  return findings;
}
