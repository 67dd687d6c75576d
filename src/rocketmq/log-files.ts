import { isSince, type NodeRole } from './releases.js';

/** RocketMQ writes its logs in this time zone, whatever zone the host has. Source: conf/logback_*.xml and rmq.*.logback.xml, all releases. */
export const LOG_ZONE = '+08:00';

/**
 * The line patterns of RocketMQ's logs, as logback spells them. Stack traces follow, without a prefix.
 * Source: conf/logback_*.xml, rmq.*.logback.xml.
 */
export const LOG_PATTERNS = {
  full: '%d{yyy-MM-dd HH:mm:ss,GMT+8} %p %t - %m%n',
  /** stats.log */
  withoutThread: '%d{yyy-MM-dd HH:mm:ss,GMT+8} %p - %m%n',
  /** protection.log, watermark.log */
  withoutLevel: '%d{yyy-MM-dd HH:mm:ss,GMT+8} - %m%n',
  /** proxy_watermark.log */
  bare: '%d{yyy-MM-dd HH:mm:ss,GMT+8}%m%n',
} as const;

/** One log of a node. */
export type LogFile = {
  /** As in `rmqdev logs --file <name>`. */
  name: string;
  /** Relative to the node's folder, with `/`. */
  path: string;
  /** When `rmqdev logs` without `--file` shows it: always, from WARN on, or never. */
  shown: 'always' | 'warnings' | 'on-request';
};

type LogFileRow = { role: NodeRole; name: string; shown?: LogFile['shown']; since?: string };

const ROTATED_LOGS = 'logs/rocketmqlogs';

/**
 * What each role writes below logs/rocketmqlogs: `<name>.log`.
 * Sources: distribution/conf/logback_*.xml (to 5.0.0), rmq.*.logback.xml (from 5.1.0).
 */
const ROWS: readonly LogFileRow[] = [
  { role: 'namesrv', name: 'namesrv', shown: 'always' },
  { role: 'namesrv', name: 'namesrv_default' },
  { role: 'namesrv', name: 'namesrv_traffic', since: '5.1.0' },
  { role: 'broker', name: 'broker', shown: 'always' },
  { role: 'broker', name: 'broker_default' },
  { role: 'broker', name: 'store', shown: 'warnings' },
  { role: 'broker', name: 'storeerror' },
  { role: 'broker', name: 'remoting' },
  { role: 'broker', name: 'protection' },
  { role: 'broker', name: 'watermark' },
  { role: 'broker', name: 'transaction' },
  { role: 'broker', name: 'lock' },
  { role: 'broker', name: 'filter' },
  { role: 'broker', name: 'stats' },
  { role: 'broker', name: 'commercial' },
  { role: 'broker', name: 'pop', since: '5.0.0' },
  { role: 'broker', name: 'rocksdb', since: '5.1.4' },
  { role: 'broker', name: 'tiered_store', since: '5.1.0' },
  { role: 'broker', name: 'broker_traffic', since: '5.1.0' },
  { role: 'broker', name: 'coldctr', since: '5.1.3' },
  { role: 'broker', name: 'broker_metrics', since: '5.1.4' },
  { role: 'broker', name: 'auth_audit', since: '5.3.0' },
  { role: 'broker', name: 'lite', since: '5.5.0' },
  { role: 'controller', name: 'controller', shown: 'always', since: '5.0.0' },
  { role: 'controller', name: 'controller_default', since: '5.0.0' },
  { role: 'controller', name: 'dledger', since: '5.1.0' },
  { role: 'controller', name: 'controller_traffic', since: '5.1.1' },
  { role: 'controller', name: 'jraft', since: '5.2.0' },
  { role: 'proxy', name: 'proxy', shown: 'always', since: '5.0.0' },
  { role: 'proxy', name: 'proxy_watermark', since: '5.0.0' },
  { role: 'proxy', name: 'proxy_metric', since: '5.1.1' },
  { role: 'proxy', name: 'auth_audit', since: '5.3.0' },
  { role: 'proxy', name: 'proxy_traffic', since: '5.4.0' },
];

/** Lines that a request leaves in a log, for example one by `status`. They say nothing about the node. */
type QuestionTrace = { log: string; pattern: RegExp; why: string; source: string };

const QUESTION_TRACES: readonly QuestionTrace[] = [
  {
    log: 'store',
    pattern: / AdminBrokerThread_\d+ - selectMappedBuffer request pos invalid, /,
    why: 'GET_BROKER_RUNTIME_INFO (28) looks for the oldest message while the commit log is shorter than two messages of maxMessageSize; `status` and mqadmin clusterList ask it',
    source: 'store/.../DefaultMessageStore.java getEarliestMessageTime; seen on 4.7.0 and 4.9.7',
  },
];

/** @returns the line that a request leaves in the log called `name`, such as `store`; undefined if there is none. */
export function questionTraceIn(name: string): RegExp | undefined {
  return QUESTION_TRACES.find(({ log }) => log === name)?.pattern;
}

/** What rmqdev adds to every node's folder. */
const OWN_LOGS: readonly LogFile[] = [
  { name: 'stdout', path: 'stdout.log', shown: 'always' },
  { name: 'gc', path: 'gc.log', shown: 'on-request' },
];

/** @returns the logs of a node, the role's main log first. A log to which nothing was written may not exist. */
export function logFiles(version: string, role: NodeRole): LogFile[] {
  const written = ROWS.filter((row) => row.role === role && isSince(version, row.since));
  return [...written.map(({ name, shown = 'on-request' }) => ({ name, path: `${ROTATED_LOGS}/${name}.log`, shown })), ...OWN_LOGS];
}
