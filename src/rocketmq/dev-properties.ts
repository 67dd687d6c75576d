import { compareVersions } from './releases.js';

/**
 * Broker properties that rmqdev writes because RocketMQ's defaults are made for servers, not for four brokers on a laptop.
 * Every release ignores keys that it does not know. Still, rmqdev writes only keys that the release reads: people read the file.
 */
type DevProperty = {
  key: string;
  value: string;
  /** First release that reads the key; undefined: all. */
  since?: string;
  /** First release that no longer reads it, or must not be given it. */
  before?: string;
  /** The brokers concerned. */
  for: 'every' | 'slave' | 'sync-pair';
  reason: string;
  source: string;
};

export const DEV_PROPERTIES: readonly DevProperty[] = [
  {
    key: 'mapedFileSizeCommitLog',
    value: '67108864',
    before: '4.5.2',
    for: 'every',
    reason: '64 MB commit log files instead of 1 GB',
    source: 'store/.../config/MessageStoreConfig.java',
  },
  {
    key: 'mappedFileSizeCommitLog',
    value: '67108864',
    since: '4.5.2',
    for: 'every',
    reason: '64 MB commit log files instead of 1 GB',
    source: 'store/.../config/MessageStoreConfig.java',
  },
  {
    key: 'mapedFileSizeConsumeQueue',
    value: '600000',
    before: '4.5.2',
    for: 'every',
    reason: '30,000 entries in a consume queue file instead of 300,000',
    source: 'store/.../config/MessageStoreConfig.java',
  },
  {
    key: 'mappedFileSizeConsumeQueue',
    value: '600000',
    since: '4.5.2',
    for: 'every',
    reason: '30,000 entries in a consume queue file instead of 300,000',
    source: 'store/.../config/MessageStoreConfig.java',
  },
  {
    key: 'maxHashSlotNum',
    value: '50000',
    for: 'every',
    reason: 'a 4 MB index file instead of 420 MB',
    source: 'store/.../index/IndexFile.java: 40 + 4 × slots + 20 × entries',
  },
  {
    key: 'maxIndexNum',
    value: '200000',
    for: 'every',
    reason: 'a 4 MB index file instead of 420 MB',
    source: 'store/.../index/IndexFile.java: 40 + 4 × slots + 20 × entries',
  },
  {
    key: 'registerNameServerPeriod',
    value: '10000',
    for: 'every',
    reason: 'a restarted NameServer knows its brokers after 10 s instead of 30 s',
    source: 'broker/.../BrokerController.java: clamped to 10000 to 60000',
  },
  {
    key: 'waitTimeMillsInSendQueue',
    value: '5000',
    for: 'every',
    reason: 'no [TIMEOUT_CLEAN_QUEUE] after a garbage collection or a sleeping laptop (default 200 ms)',
    source: 'broker/.../latency/BrokerFastFailure.java',
  },
  {
    key: 'slaveReadEnable',
    value: 'true',
    for: 'every',
    reason: 'a slave answers pulls when its master is down (5.x refuses without it)',
    source: 'broker/.../processor/PullMessageProcessor.java',
  },
  {
    key: 'autoCreateTopicEnable',
    value: 'true',
    for: 'every',
    reason: 'the first send to a topic creates it',
    source: 'common/.../BrokerConfig.java',
  },
  {
    // Not below 0, with which a slave of 4.x would report at once: what its master then sends arrives before the slave's store takes it
    // (`message store has shutdown, so appendToPhyQueue is forbidden`), is dropped, and the next data lands in its place: a broken commit
    // log. Seen on 4.9.7 in 1 of 4 starts under sends. Source: DefaultMessageStore.java start (shutdown = false comes last), HAService.java.
    key: 'haSendHeartbeatInterval',
    value: '1000',
    for: 'slave',
    reason: 'a slave reports its offset, and so counts as in sync, every second instead of every 5 s',
    source: 'store/.../ha/HAService.java, DefaultHAClient.java; measured',
  },
  {
    key: 'totalReplicas',
    value: '2',
    since: '5.0.0',
    for: 'sync-pair',
    reason: 'SYNC_MASTER of 5.x waits for its slave only with inSyncReplicas=2',
    source: 'store/.../config/MessageStoreConfig.java, docs/en/QuorumACK.md',
  },
  {
    key: 'inSyncReplicas',
    value: '2',
    since: '5.0.0',
    for: 'sync-pair',
    reason: 'SYNC_MASTER of 5.x waits for its slave only with inSyncReplicas=2',
    source: 'store/.../config/MessageStoreConfig.java, docs/en/QuorumACK.md',
  },
  {
    key: 'transactionMetricFlushInterval',
    value: '500',
    since: '5.2.0',
    for: 'every',
    reason: 'a thread spins on one core until this many ms have passed since the start (default 3000, from 5.4.0 10000)',
    source: 'broker/.../transaction/TransactionMetricsFlushService.java',
  },
  {
    key: 'timerFlushIntervalMs',
    value: '60000',
    since: '5.0.0',
    for: 'every',
    reason:
      'the timer wheel, 37 MB, is compared byte by byte every minute instead of every second; after a kill -9, messages with a delay of the last minute may come twice',
    source: 'store/.../timer/TimerMessageStore.java, TimerWheel.java flush; measured on 5.5.0: 0.7 % of a core instead of 4.5 % at 10 s',
  },
  {
    key: 'timerPutMessageThreadNum',
    value: '1',
    since: '5.0.0',
    for: 'every',
    reason: 'one thread looks 100 times a second for messages whose delay is over, instead of three',
    source: 'store/.../timer/TimerMessageStore.java TimerDequeuePutMessageService; each takes 0.3 % of a core, measured on 5.5.0',
  },
];

/** @returns the rows for one broker of `version`, in the order of the table. */
export function devProperties(version: string, broker: { isSlave: boolean; isSyncPair: boolean }): readonly DevProperty[] {
  return DEV_PROPERTIES.filter(
    (row) =>
      (row.since === undefined || compareVersions(version, row.since) >= 0) &&
      (row.before === undefined || compareVersions(version, row.before) < 0) &&
      (row.for === 'every' || (row.for === 'slave' && broker.isSlave) || (row.for === 'sync-pair' && broker.isSyncPair)),
  );
}
