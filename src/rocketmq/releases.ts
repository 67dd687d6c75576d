import { nearest } from '../base/nearest.js';
/** Supported and tested, oldest first. Any other x.y.z follows the same rules, but is untested. */
export const SUPPORTED_RELEASES = ['4.4.0', '4.5.1', '4.7.0', '4.9.3', '4.9.7', '5.1.4', '5.3.3', '5.5.0'] as const;

export const DEFAULT_RELEASE = '5.5.0';

/** A kind of RocketMQ process. */
export type ProcessRole = 'namesrv' | 'broker' | 'controller' | 'proxy';

/** What a node can be: a program of a release, or the dashboard, which has a jar and versions of its own. */
export type NodeRole = ProcessRole | 'dashboard';

/** Is it a program of RocketMQ's releases? */
export const isReleaseRole = (role: NodeRole): role is ProcessRole => role !== 'dashboard';

/** Who elects the master of a broker group, if it is not fixed. */
export const ELECTIONS = ['dledger', 'controller'] as const;
export type ElectionMode = (typeof ELECTIONS)[number];

/**
 * Orders versions by their numbers; a suffix such as `-ALPHA` does not count.
 * @returns below 0 if `a` is older, 0 if equal, above 0 if newer.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (let i = 0; i < 3; i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** There are few versions, and a check of many files compares them for each line. */
const NUMBERS = new Map<string, readonly number[]>();

function numbersOf(version: string): readonly number[] {
  const known = NUMBERS.get(version);
  if (known) return known;
  const numbers = version.split('.').map((part) => Number.parseInt(part, 10));
  NUMBERS.set(version, numbers);
  return numbers;
}

/** A platform on which a release cannot run, in the words of `process.platform` and `process.arch`. */
export type UnsupportedPlatform = { platform: string; arch: string; why: string };

/** What rmqdev does differently from release to release. */
export type ReleaseTraits = {
  /** The processes that the release has. */
  roles: readonly ProcessRole[];
  /** The ways in which its brokers can elect their master. */
  elections: readonly ElectionMode[];
  /** How the release spells `…edFileSizeCommitLog`; the other spelling is ignored. */
  mappedFileKeys: 'maped' | 'mapped';
  /**
   * When a slave of a fixed pair is started. after-master: it then finds its master at its first try. at-once, before there is a
   * NameServer: its HA client tries once, before it can know its master, and then sleeps 5 s, which so are over the earliest.
   */
  slaveStarts: 'after-master' | 'at-once';
  /** true: haMasterAddress attaches a slave at once. false: it must not be set, or the slave never connects. */
  slaveNeedsHaMasterAddress: boolean;
  /** The first registration is skipped while the NameServers are still being checked; UPDATE_BROKER_CONFIG (25) makes up for it. */
  needsRegistrationNudge: boolean;
  /** The broker answers GET_BROKER_HA_STATUS (907); older brokers do not reply at all. */
  hasHaStatusRequest: boolean;
  /** A SYNC_MASTER waits for its slave only with totalReplicas=2 and inSyncReplicas=2. */
  syncNeedsInSyncReplicas: boolean;
  /** GET_ROUTEINFO_BY_TOPIC (105) is standard JSON when the request asks for it; older answers have bare integer keys. */
  standardRouteJson: boolean;
  /** required: a slave refuses pulls (code 2) unless slaveReadEnable=true. */
  slaveReadEnable: 'optional' | 'required';
  /** Longest time until a slave knows a new topic. */
  slaveTopicSyncMs: number;
  /** Time that a clean stop may take before SIGKILL. */
  stopGraceMs: number;
  /**
   * Tables in `config/` that a stop always writes, and what is left to do when they are written and the store is closed needs no disk. Empty:
   * a process of the release ends as soon as that is so, and nothing shows it earlier.
   */
  tablesWrittenAtStop: readonly string[];
  /** Longest time between a failed start and the end of the JVM: a store that was opened is shut down first. */
  storeExitSlowMs: number;
  /** Share of the disk above which the broker refuses writes (code 14): by default, and the most that can be configured. */
  diskWarningRatio: { default: number; max: number };
  /** What the broker does with a store whose file size differs from its configuration: it ends with 253, or loads nothing of it. */
  fileSizeMismatch: 'ignored' | 'refused';
  /** An empty last file is removed, not treated as a file of another size. */
  dropsEmptyLastFile: boolean;
  /** A DLedger peer that did not close its store cuts the end of its consume queues: it counts its log without the 48 bytes before each entry. */
  dledgerCutsQueues: boolean;
  /** `-Drmq.logback.configurationFile` must name conf/rmq.<role>.logback.xml; else the proxy's file is taken. */
  logbackProperty: boolean;
  /** @returns the name of a role's logback file in conf/. */
  logbackFileName: (role: ProcessRole | 'tools') => string;
  /** plain: aclEnable, accounts in plain_acl.yml. users: authenticationEnabled and authorizationEnabled, accounts in the store; aclEnable does nothing. */
  accessControl: 'plain' | 'users';
  /** mqadmin ends if conf/tools.yml (keys for access control) is missing; later ones go on without it. */
  adminNeedsKeyFile: boolean;
  unsupportedPlatforms: readonly UnsupportedPlatform[];
};

/** `value` holds from release `since` (undefined: the first) to the next row's. */
type TraitRow<T> = { since?: string; value: T; source: string };

const BROKER_CONTROLLER = 'broker/.../BrokerController.java';
const MESSAGE_STORE = 'store/.../DefaultMessageStore.java';
const MESSAGE_STORE_CONFIG = 'store/.../config/MessageStoreConfig.java';

export const TRAIT_ROWS: { readonly [Trait in keyof ReleaseTraits]: readonly TraitRow<ReleaseTraits[Trait]>[] } = {
  roles: [
    { value: ['namesrv', 'broker'], source: 'distribution/bin' },
    { since: '5.0.0', value: ['namesrv', 'broker', 'controller', 'proxy'], source: 'distribution/bin/mqcontroller, mqproxy' },
  ],
  elections: [
    { value: [], source: 'store/.../config/MessageStoreConfig.java' },
    { since: '4.5.0', value: ['dledger'], source: 'store/.../config/MessageStoreConfig.java enableDLegerCommitLog' },
    { since: '5.0.0', value: ['dledger', 'controller'], source: 'common/.../BrokerConfig.java enableControllerMode' },
  ],
  mappedFileKeys: [
    { value: 'maped', source: MESSAGE_STORE_CONFIG },
    { since: '4.5.2', value: 'mapped', source: MESSAGE_STORE_CONFIG },
  ],
  slaveStarts: [
    { value: 'after-master', source: 'store/.../ha/HAService.java: retries every 5 s; measured' },
    { since: '5.0.0', value: 'at-once', source: 'store/.../ha/DefaultHAClient.java; measured' },
  ],
  slaveNeedsHaMasterAddress: [
    { value: true, source: `${BROKER_CONTROLLER} initialize` },
    { since: '5.0.0', value: false, source: `${BROKER_CONTROLLER} initializeScheduledTasks runs before DefaultHAService.init; measured` },
  ],
  needsRegistrationNudge: [
    { value: false, source: 'remoting/.../NettyRemotingClient.java' },
    { since: '5.0.0', value: true, source: 'remoting/.../NettyRemotingClient.java scanAvailableNameSrv; measured' },
  ],
  hasHaStatusRequest: [
    { value: false, source: 'common/.../RequestCode.java' },
    { since: '5.0.0', value: true, source: 'common/.../RequestCode.java GET_BROKER_HA_STATUS' },
  ],
  syncNeedsInSyncReplicas: [
    { value: false, source: 'store/.../CommitLog.java' },
    { since: '5.0.0', value: true, source: `${MESSAGE_STORE_CONFIG} inSyncReplicas=1, docs/en/QuorumACK.md` },
  ],
  standardRouteJson: [
    { value: false, source: 'namesrv/.../DefaultRequestProcessor.java' },
    { since: '4.9.4', value: true, source: 'common/.../GetRouteInfoRequestHeader.java acceptStandardJsonOnly' },
  ],
  slaveReadEnable: [
    { value: 'optional', source: 'broker/.../processor/PullMessageProcessor.java' },
    { since: '5.0.0', value: 'required', source: 'broker/.../processor/PullMessageProcessor.java rejectRequest' },
  ],
  slaveTopicSyncMs: [
    { value: 60_000, source: `${BROKER_CONTROLLER}: syncAll every 60 s` },
    { since: '4.5.1', value: 10_000, source: `${BROKER_CONTROLLER} handleSlaveSynchronize: every 10 s` },
    { since: '5.0.0', value: 63_000, source: `${BROKER_CONTROLLER}: a check every 3 s, syncAll if the last one was 60 s ago` },
  ],
  stopGraceMs: [
    { value: 15_000, source: `${BROKER_CONTROLLER} shutdown; measured 1 to 7 s` },
    { since: '5.0.0', value: 30_000, source: `${BROKER_CONTROLLER} shutdown; measured 11 to 17 s` },
  ],
  tablesWrittenAtStop: [
    {
      value: [],
      source: `${BROKER_CONTROLLER} shutdown: store, unregistration, consumerOffset.json, end; measured 0.02 to 0.2 s after the abort file went`,
    },
    {
      since: '5.0.0',
      value: ['delayOffset.json', 'topics.json', 'subscriptionGroup.json', 'consumerOffset.json', 'consumerOrderInfo.json'],
      source: `${BROKER_CONTROLLER} shutdownBasicService: all tables are persisted, after the store (5.0 to 5.3) or before it (5.4); then only the NettyRemotingClient of BrokerOuterAPI is left, measured 1.6 to 2.4 s`,
    },
  ],
  storeExitSlowMs: [
    { value: 2_000, source: `${MESSAGE_STORE} shutdown; measured 0.4 s` },
    { since: '5.0.0', value: 8_000, source: `${MESSAGE_STORE} shutdown; measured 4 s` },
    { since: '5.3.4', value: 18_000, source: `${MESSAGE_STORE} shutdown of a store that never ran; measured 7 to 10 s` },
  ],
  diskWarningRatio: [
    { value: { default: 0.9, max: 1 }, source: `${MESSAGE_STORE}: -Drocketmq.broker.diskSpaceWarningLevelRatio, any value` },
    {
      since: '5.0.0',
      value: { default: 0.9, max: 0.9 },
      source: `${MESSAGE_STORE} getDiskSpaceWarningLevelRatio: clamped to 0.35 to 0.90`,
    },
  ],
  fileSizeMismatch: [
    { value: 'ignored', source: 'store/.../MappedFileQueue.java load: "length not matched message store config value, ignore it"' },
    { since: '4.5.1', value: 'refused', source: 'store/.../MappedFileQueue.java load: "please check it manually"; measured' },
  ],
  dropsEmptyLastFile: [
    { value: false, source: 'store/.../MappedFileQueue.java load' },
    { since: '5.1.4', value: true, source: 'store/.../MappedFileQueue.java load' },
  ],
  dledgerCutsQueues: [
    { value: false, source: 'store/.../dledger/DLedgerCommitLog.java recover' },
    {
      since: '5.2.0',
      value: true,
      source: 'store/.../dledger/DLedgerCommitLog.java dledgerRecoverAbnormally; measured on 5.5.0: 538 of 3,000',
    },
  ],
  logbackProperty: [
    { value: false, source: 'namesrv/.../NamesrvStartup.java, broker/.../BrokerStartup.java: conf/logback_<role>.xml' },
    { since: '5.1.0', value: true, source: 'common/.../logging/DefaultJoranConfiguratorExt.java' },
  ],
  logbackFileName: [
    { value: (role) => `logback_${role}.xml`, source: 'distribution/conf' },
    { since: '5.1.0', value: (role) => `rmq.${role}.logback.xml`, source: '<module>/src/main/resources' },
  ],
  accessControl: [
    { value: 'plain', source: `${BROKER_CONTROLLER} initialAcl` },
    {
      since: '5.3.0',
      value: 'users',
      source: 'auth/.../config/AuthConfig.java; aclEnable is read and never asked for (BrokerController.java)',
    },
  ],
  adminNeedsKeyFile: [
    { value: true, source: 'acl/.../AclUtils.java getYamlDataObject throws; measured' },
    { since: '4.5.0', value: false, source: 'acl/.../AclUtils.java getYamlDataObject returns null; measured on 4.5.1' },
  ],
  unsupportedPlatforms: [
    { value: [], source: 'store/pom.xml' },
    {
      since: '5.1.2',
      value: [{ platform: 'darwin', arch: 'arm64', why: 'its commit log calls JNA 4.2.2, which has no library for Apple silicon' }],
      source: 'issue 7292',
    },
    { since: '5.1.4', value: [], source: 'issue 7292' },
    {
      since: '5.4.0',
      value: [
        {
          platform: 'linux',
          arch: 'arm64',
          why: 'every broker opens RocksDB, and its rocketmq-rocksdb 1.0.2 has no library for Linux on arm64',
        },
      ],
      source: 'store/.../rocksdb/MessageRocksDBStorage.java, rocketmq-rocksdb-1.0.2.jar',
    },
    { since: '5.5.0', value: [], source: 'rocketmq-rocksdb-1.0.6.jar' },
  ],
};

/** @returns the traits of release `version` (x.y.z). */
export function releaseTraits(version: string): ReleaseTraits {
  const traits = Object.entries(TRAIT_ROWS).map(([trait, rows]: [string, readonly TraitRow<unknown>[]]) => {
    return [trait, rows.findLast(({ since }) => isSince(version, since))?.value];
  });
  return Object.fromEntries(traits) as ReleaseTraits;
}

/** @returns whether `version` is `since` or newer; undefined means the first release. */
export function isSince(version: string, since: string | undefined): boolean {
  return since === undefined || compareVersions(version, since) >= 0;
}

/** @returns the one of `versions` that is nearest to `wanted`, as a version (5.5.0 for 5.5.1, 4.9.7 for 4.9) or else as a text; undefined if none is near. */
export function nearestRelease(wanted: string, versions: readonly string[]): string | undefined {
  if (!/^\d+(?:\.\d+)*$/.test(wanted)) return nearest(wanted, versions);
  const numbers = numbersOf(wanted);
  /** The first number that differs decides: the ones after it can no longer be compared. */
  const distances = (version: string) => {
    const differences = numbersOf(version).map((number, i) => Math.abs(number - (numbers[i] ?? number)));
    const first = differences.findIndex((difference) => difference > 0);
    return differences.map((difference, i) => (first < 0 || i <= first ? difference : 0));
  };
  const candidates = versions.filter((version) => distances(version)[0] === 0);
  // If several are equally near, the newest.
  const sorted = candidates.toSorted((a, b) => compareVersions(distances(a).join('.'), distances(b).join('.')) || compareVersions(b, a));
  return sorted[0] ?? nearest(wanted, versions);
}
