import type { ErrorCode } from '../../base/errors.js';
import type { Finding, FindingPlace, Severity } from '../../base/finding.js';

/**
 * Everything that preflight and `doctor` can find. Codes are API. `severity` is the worst it can have. `refuses`: the error with which
 * `up` refuses to start, if the finding is an error. `about` completes "says that …" in docs/doctor.md.
 */
type FindingRow = { code: string; severity: Severity; refuses?: ErrorCode; about: string };

export const FINDING_ROWS = [
  {
    code: 'NOT_ENOUGH_MEMORY',
    severity: 'error',
    refuses: 'NOT_ENOUGH_MEMORY',
    about: 'the nodes to start need more memory than is available',
  },
  {
    code: 'NOT_ENOUGH_DISK',
    severity: 'error',
    refuses: 'NOT_ENOUGH_DISK',
    about: 'the disk has no room for the stores, or is so full that brokers would refuse messages (code 14)',
  },
  { code: 'DISK_NEARLY_FULL', severity: 'warning', about: 'the disk is above 85 %: brokers delete old files early' },
  { code: 'INODES_SHORT', severity: 'warning', about: 'the file system has almost no room for more files' },
  { code: 'HOME_NOT_WRITABLE', severity: 'error', refuses: 'HOME_NOT_WRITABLE', about: 'RMQDEV_HOME or a store is not writable' },
  {
    code: 'HOME_NO_EXEC',
    severity: 'error',
    refuses: 'UNSUPPORTED',
    about: 'RMQDEV_HOME is mounted noexec, and this release loads a native library from there',
  },
  { code: 'HOME_ON_NETWORK', severity: 'warning', about: 'RMQDEV_HOME is on a network file system' },
  { code: 'HOME_ON_WINDOWS_DRIVE', severity: 'warning', about: 'under WSL, RMQDEV_HOME is on a Windows drive' },
  {
    code: 'HOME_IN_MEMORY',
    severity: 'info',
    about: 'RMQDEV_HOME is in memory (tmpfs): stores use memory, and a reboot deletes them',
  },
  {
    code: 'SOCKET_PATH_TOO_LONG',
    severity: 'error',
    refuses: 'SOCKET_PATH_TOO_LONG',
    about: 'the path of RMQDEV_HOME is too long for a Unix socket',
  },
  {
    code: 'PORT_IN_USE',
    severity: 'error',
    refuses: 'PORT_IN_USE',
    about: 'a port is in use: an error for a NameServer, a warning for a broker, which would move',
  },
  {
    code: 'PORT_FORBIDDEN',
    severity: 'error',
    refuses: 'PORT_FORBIDDEN',
    about: 'the system does not let this user listen on such a low port',
  },
  { code: 'STORE_IN_USE', severity: 'error', refuses: 'STORE_IN_USE', about: 'another process holds the lock of a store' },
  {
    code: 'STORE_INCOMPATIBLE',
    severity: 'error',
    refuses: 'STORE_INCOMPATIBLE',
    about: 'the file size of a store differs from the plan, or another kind of replication wrote the files',
  },
  { code: 'STORE_NEWER', severity: 'warning', about: 'the release that wrote to the store is newer than the one that will run on it' },
  {
    code: 'STORE_DAMAGED',
    severity: 'error',
    refuses: 'STORE_DAMAGED',
    about: 'a JSON file of a store and its copy are broken (error), or it would be loaded as empty or from its copy (warning)',
  },
  {
    code: 'HOST_NAME_SLOW',
    severity: 'warning',
    about: "looking up this machine's own name is slow or fails: each RocketMQ process does it at its start",
  },
  { code: 'OPEN_FILES_LOW', severity: 'warning', about: 'a process may open too few files' },
  { code: 'THREADS_LOW', severity: 'warning', about: 'this user or container may start too few threads' },
  { code: 'MAP_COUNT_LOW', severity: 'warning', about: 'a process may map too few files' },
  {
    code: 'OVERCOMMIT_STRICT',
    severity: 'warning',
    about: 'the kernel does not promise more memory than there is (vm.overcommit_memory=2)',
  },
  { code: 'JAVA_NOT_FOUND', severity: 'error', refuses: 'JAVA_NOT_FOUND', about: 'there is no JDK' },
  { code: 'JAVA_UNSUITABLE', severity: 'error', refuses: 'JAVA_UNSUITABLE', about: 'no JDK that was found can run this release' },
  { code: 'JAVA_HOME_BROKEN', severity: 'warning', about: 'JAVA_HOME is not a JDK' },
  { code: 'JAVA_HOME_IS_JRE', severity: 'info', about: 'JAVA_HOME is a JRE: it runs RocketMQ, but cannot compile' },
  { code: 'RELEASE_NOT_INSTALLED', severity: 'info', about: 'the release is not installed yet; `up` gets it' },
  { code: 'FOREIGN_ROCKETMQ', severity: 'info', about: 'RocketMQ runs on this machine that rmqdev did not start' },
  { code: 'NODES_WITHOUT_DAEMON', severity: 'warning', about: 'nodes of rmqdev run without a daemon' },
  { code: 'STATE_UNREADABLE', severity: 'warning', about: 'the state of a cluster cannot be read' },
  { code: 'LEFTOVERS', severity: 'info', about: 'RMQDEV_HOME has files that are no longer needed' },
  { code: 'NAMESRV_ADDR_SET', severity: 'warning', about: 'NAMESRV_ADDR sends clients of this shell to another cluster' },
  {
    code: 'ROCKETMQ_HOME_SET',
    severity: 'warning',
    about: 'ROCKETMQ_HOME is not a release (warning), or is used as the release of its version (info)',
  },
  { code: 'JAVA_OPTIONS_SET', severity: 'info', about: 'the shell has options for Java that nodes of rmqdev do not get' },
  { code: 'SLEEPS_BY_ITSELF', severity: 'info', about: 'macOS goes to sleep by itself after a few minutes' },
  { code: 'MACHINE_SLEPT', severity: 'info', about: 'this machine has slept since boot' },
  { code: 'CLOCK_OFF', severity: 'warning', about: 'the system clock and the hardware clock differ' },
  { code: 'WSL_1', severity: 'error', about: 'WSL 1 has no Linux kernel' },
  { code: 'WSL_MEMORY', severity: 'info', about: 'WSL 2 gives Linux a part of the memory, and Linux gives it back late' },
  { code: 'ADVERTISE_UNRESOLVED', severity: 'error', about: 'the name to advertise cannot be resolved here' },
  {
    code: 'ADVERTISE_LOCAL_ONLY',
    severity: 'warning',
    about: 'only clients on this machine, or in its containers, reach the address to advertise',
  },
  { code: 'ADVERTISE_NOT_OURS', severity: 'warning', about: 'no interface of this machine has the address to advertise' },
  {
    code: 'ADVERTISE_UNREACHABLE',
    severity: 'error',
    about: 'a connection to the address to advertise does not come back to this machine; or no port of a node answers there',
  },
  { code: 'ADVERTISE_PORT_CLOSED', severity: 'error', about: 'a firewall or NAT passes other ports of a node, but not this one' },
  { code: 'ADVERTISE_STRANGER', severity: 'error', about: 'at the address that a node advertises, something else answers' },
  {
    code: 'ADVERTISE_HAIRPIN',
    severity: 'error',
    about: 'a node answers at its own address, but not at its public one, asked from inside; an error if slaves or peers inside need that',
  },
  { code: 'ADVERTISE_DIFFERS', severity: 'warning', about: 'a broker tells clients another address than its profile' },
  { code: 'ADVERTISE_NOT_RUNNING', severity: 'info', about: 'a node does not run, so its ports cannot be asked' },
] as const satisfies readonly FindingRow[];

export type FindingCode = (typeof FINDING_ROWS)[number]['code'];

/** @returns the error with which `up` refuses to start on a finding of this code. */
export function refusalOf(code: string): ErrorCode | undefined {
  const rows: readonly FindingRow[] = FINDING_ROWS;
  return rows.find((row) => row.code === code)?.refuses;
}

type Text = { what: string; why: string; next: string };

export function finding(severity: Severity, code: FindingCode, text: Text, at: readonly FindingPlace[] = []): Finding {
  return { code, severity, ...text, at };
}

export const placeOf = (file: string, text = ''): FindingPlace => ({ file, line: null, text });
