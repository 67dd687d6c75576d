/** The parts of a broker's store (`storePathRootDir`) that rmqdev looks at. Source: store/.../config/StorePathConfigHelper.java. */

export const STORE_LOCK = 'lock';

/** There from the end of a start until the store is closed. Source: store/.../DefaultMessageStore.java createTempFile, shutdown. */
export const STORE_ABORT = 'abort';

/** rmqdev's own lock: its descriptor is inherited by the JVM. */
export const RMQDEV_STORE_LOCK = 'rmqdev.lock';

/** The broker loads each of these at its start. If one is broken, and its copy (`.bak`) too, the broker ends with 253 and says nothing. */
export const CONFIG_FILES = ['topics', 'subscriptionGroup', 'consumerOffset', 'delayOffset', 'consumerFilter'] as const;
export const CONFIG_FOLDER = 'config';

/** What is lost if one of them is loaded as empty. */
export const CONFIG_LOSS: Readonly<Record<string, string>> = {
  topics: 'its topics',
  subscriptionGroup: 'its consumer groups',
  consumerOffset: 'how far each group has consumed',
  delayOffset: 'how far delayed messages were delivered',
  consumerFilter: 'the filters of its consumer groups',
};

export const CONSUME_QUEUE_FOLDER = 'consumequeue';

/**
 * What a broker rebuilds from its commit log if it is missing; without the checkpoint it begins at the first file.
 * Source: store/.../DefaultMessageStore.java load, recover.
 */
export const DERIVED_OF_COMMIT_LOG = [CONSUME_QUEUE_FOLDER, 'index', 'checkpoint'] as const;

/** Bytes of one entry: a file holds whole entries. Source: store/.../ConsumeQueue.java CQ_STORE_UNIT_SIZE, MessageStoreConfig getMappedFileSizeConsumeQueue. */
const CONSUME_QUEUE_ENTRY_BYTES = 20;

export function consumeQueueFileBytes(configured: number): number {
  return Math.ceil(configured / CONSUME_QUEUE_ENTRY_BYTES) * CONSUME_QUEUE_ENTRY_BYTES;
}

/** What a broker uses if nothing is configured. Source: store/.../config/MessageStoreConfig.java. */
export const DEFAULT_FILE_BYTES = { CommitLog: 1_073_741_824, ConsumeQueue: 6_000_000 } as const;

export const COMMIT_LOG_PATH_KEY = 'storePathCommitLog';
export const COMMIT_LOG_FOLDER = 'commitlog';
/** Several folders may share one commit log. Source: common/.../MixAll.java MULTI_PATH_SPLITTER. */
export const PATH_SEPARATOR = ',';

/** A kind of replication that keeps its own data in the store. `key` turns it on. */
export type StoreMode = { name: string; key: string; entry: RegExp; source: string };
export const STORE_MODES: readonly StoreMode[] = [
  {
    name: 'DLedger',
    key: 'enableDLegerCommitLog',
    entry: /^dledger-/,
    source: 'store/.../dledger/DLedgerCommitLog.java; openmessaging/dledger DLedgerConfig.java getDefaultPath',
  },
  {
    name: 'controller mode',
    key: 'enableControllerMode',
    entry: /^brokerIdentity$/,
    source: 'store/.../config/StorePathConfigHelper.java, broker/.../controller/ReplicasManager.java',
  },
];

/** What this release leaves in every store, and earlier releases do not. */
export const STORE_MARKS: readonly { entry: string; since: string; source: string }[] = [
  { entry: 'timerwheel', since: '5.0.0', source: 'store/.../timer/TimerMessageStore.java' },
  { entry: 'rocksdbstore', since: '5.4.0', source: 'store/.../rocksdb/MessageRocksDBStorage.java' },
];
