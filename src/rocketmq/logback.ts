import { LOG_PATTERNS } from './log-files.js';
import { compareVersions, isSince, type ProcessRole, releaseTraits } from './releases.js';

/** One log file: which loggers write to it, and how it is rotated. */
type LogRow = {
  /** `<file>.log` */
  file: string;
  /** Logger names; `root` takes the rest. */
  loggers: readonly string[];
  sizeMb: number;
  /** Rotated copies kept. */
  count: number;
  pattern?: keyof typeof LOG_PATTERNS;
  /** direct: the thread that logs writes it; complete: asynchronous, but INFO is not dropped if the queue is nearly full. */
  delivery?: 'direct' | 'complete';
  since?: string;
};

type LogbackSpec = { logs: readonly LogRow[]; consoleLogger: string };

const BROKER_LOGS: readonly LogRow[] = [
  { file: 'broker_default', loggers: ['root'], sizeMb: 100, count: 10, delivery: 'direct' },
  { file: 'broker', loggers: ['RocketmqBroker', 'RocketmqCommon'], sizeMb: 128, count: 20 },
  { file: 'protection', loggers: ['RocketmqProtection'], sizeMb: 100, count: 10, pattern: 'withoutLevel' },
  { file: 'watermark', loggers: ['RocketmqWaterMark'], sizeMb: 100, count: 10, pattern: 'withoutLevel' },
  { file: 'store', loggers: ['RocketmqStore'], sizeMb: 128, count: 10 },
  { file: 'storeerror', loggers: ['RocketmqStoreError'], sizeMb: 100, count: 10 },
  { file: 'remoting', loggers: ['RocketmqRemoting'], sizeMb: 100, count: 10 },
  { file: 'transaction', loggers: ['RocketmqTransaction'], sizeMb: 100, count: 10 },
  { file: 'lock', loggers: ['RocketmqRebalanceLock'], sizeMb: 100, count: 5 },
  { file: 'filter', loggers: ['RocketmqFilter'], sizeMb: 100, count: 10 },
  { file: 'stats', loggers: ['RocketmqStats'], sizeMb: 100, count: 5, pattern: 'withoutThread', delivery: 'direct' },
  { file: 'commercial', loggers: ['RocketmqCommercial'], sizeMb: 500, count: 10, delivery: 'direct' },
  { file: 'pop', loggers: ['RocketmqPop'], sizeMb: 128, count: 20, since: '5.0.0' },
];

/** Sources: distribution/conf/logback_{namesrv,broker,controller,proxy,tools}.xml at the tags from 4.4.0 to 5.0.0. */
const SPECS: Readonly<Record<ProcessRole | 'tools', LogbackSpec>> = {
  namesrv: {
    logs: [
      { file: 'namesrv_default', loggers: ['root'], sizeMb: 100, count: 5, delivery: 'direct' },
      {
        file: 'namesrv',
        loggers: ['RocketmqNamesrv', 'RocketmqCommon', 'RocketmqRemoting', 'RocketmqController'],
        sizeMb: 100,
        count: 5,
        delivery: 'complete',
      },
    ],
    consoleLogger: 'RocketmqNamesrvConsole',
  },
  broker: { logs: BROKER_LOGS, consoleLogger: 'RocketmqConsole' },
  controller: {
    logs: [
      { file: 'controller_default', loggers: ['root'], sizeMb: 100, count: 5, delivery: 'direct' },
      {
        file: 'controller',
        loggers: ['RocketmqController', 'RocketmqCommon', 'RocketmqRemoting'],
        sizeMb: 100,
        count: 5,
        delivery: 'complete',
      },
    ],
    consoleLogger: 'RocketmqControllerConsole',
  },
  proxy: {
    logs: [
      { file: 'proxy', loggers: ['RocketmqProxy'], sizeMb: 128, count: 10 },
      { file: 'proxy_watermark', loggers: ['RocketmqProxyWatermark'], sizeMb: 128, count: 10, pattern: 'bare' },
      ...BROKER_LOGS,
    ],
    consoleLogger: 'RocketmqConsole',
  },
  tools: {
    logs: [
      { file: 'tools_default', loggers: ['root'], sizeMb: 100, count: 5, delivery: 'direct' },
      { file: 'tools', loggers: ['RocketmqTools', 'RocketmqCommon', 'RocketmqStore', 'RocketmqRemoting'], sizeMb: 100, count: 5 },
    ],
    consoleLogger: 'STDOUT',
  },
};

/** From this release on the files come with the jars (rmq.<role>.logback.xml). */
const SHIPPED_IN_JARS_SINCE = '5.1.0';

/**
 * The logback files that release `version` needs in conf/, as file name → XML; none from 5.1.0 on.
 * The same log files, patterns and rotation as in the binary distribution, except that isolateLogEnable moves nothing:
 * each node of rmqdev has its own user.home. Read by logback 1.0.13 to 1.2.10.
 */
export function logbackFiles(version: string): ReadonlyMap<string, string> {
  if (compareVersions(version, SHIPPED_IN_JARS_SINCE) >= 0) return new Map();
  const { roles, logbackFileName } = releaseTraits(version);
  return new Map([...roles, 'tools' as const].map((role) => [logbackFileName(role), logbackXml(SPECS[role], version)]));
}

function logbackXml({ logs, consoleLogger }: LogbackSpec, version: string): string {
  const rows = logs.filter(({ since }) => isSince(version, since));
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Written by rmqdev: the logs of RocketMQ ${version}, as its binary distribution sets them up. -->
<configuration>
${rows.map(appender).join('')}${consoleAppender}${rows.flatMap(loggers).join('')}${logger(consoleLogger, 'STDOUT')}</configuration>
`;
}

function appender({ file, sizeMb, count, pattern = 'full', delivery }: LogRow): string {
  const fileAppender = delivery === 'direct' ? file : `${file}_file`;
  const rolling = `  <appender name="${fileAppender}" class="ch.qos.logback.core.rolling.RollingFileAppender">
    <file>\${user.home}/logs/rocketmqlogs/${file}.log</file>
    <append>true</append>
    <rollingPolicy class="ch.qos.logback.core.rolling.FixedWindowRollingPolicy">
      <fileNamePattern>\${user.home}/logs/rocketmqlogs/otherdays/${file}.%i.log.gz</fileNamePattern>
      <minIndex>1</minIndex>
      <maxIndex>${count}</maxIndex>
    </rollingPolicy>
    <triggeringPolicy class="ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy">
      <maxFileSize>${sizeMb}MB</maxFileSize>
    </triggeringPolicy>
${encoder(pattern)}  </appender>
`;
  if (delivery === 'direct') return rolling;
  return `${rolling}  <appender name="${file}" class="ch.qos.logback.classic.AsyncAppender">
    <appender-ref ref="${fileAppender}"/>
${delivery === 'complete' ? '    <discardingThreshold>0</discardingThreshold>\n' : ''}  </appender>
`;
}

const encoder = (pattern: keyof typeof LOG_PATTERNS) => `    <encoder>
      <pattern>${LOG_PATTERNS[pattern]}</pattern>
      <charset>UTF-8</charset>
    </encoder>
`;

const consoleAppender = `  <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
${encoder('full')}  </appender>
`;

function loggers({ file, loggers: names }: LogRow): string[] {
  return names.map((name) =>
    name === 'root' ? `  <root level="INFO">\n    <appender-ref ref="${file}"/>\n  </root>\n` : logger(name, file),
  );
}

function logger(name: string, appenderName: string): string {
  return `  <logger name="${name}" level="INFO" additivity="false">\n    <appender-ref ref="${appenderName}"/>\n  </logger>\n`;
}
