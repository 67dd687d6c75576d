import type { LogLevel } from './log-record.js';

/** What the start of a line with a time says. */
export type LineHead = { at: number; level: LogLevel | null; thread: string | null; messageFrom: number };

type LineFormat = {
  example: string;
  /** Groups: date, time, ms, zone, level, thread; all but date and time optional. The message begins where the match ends. */
  pattern: RegExp;
  /** Offset for lines without one; '' is the zone of this host. */
  zone: string;
  source: string;
};

const FORMATS: readonly LineFormat[] = [
  {
    example: '2026-11-20 20:00:00.123 INFO  [4242] [main] [c.a.rocketmq#start:12] - the client starts',
    pattern:
      /^(?<date>\d{4}-\d\d-\d\d) (?<time>\d\d:\d\d:\d\d)\.(?<ms>\d{3}) (?<level>TRACE|DEBUG|INFO|WARN|ERROR) +\[[^\]]*\] \[(?<thread>[^\]]*)\] \[[^\]]*\] - /,
    zone: '+08:00',
    source: 'client/src/main/resources/rmq.client.logback.xml',
  },
  {
    // stats.log has no thread, protection.log and watermark.log no level, proxy_watermark.log neither (nor, from 5.5.0, a blank).
    example: '2026-11-20 20:00:00 INFO main - The broker[broker-a, 127.0.0.1:10911] boot success.',
    pattern:
      /^(?<date>\d{4}-\d\d-\d\d) (?<time>\d\d:\d\d:\d\d)(?:[.,](?<ms>\d{3}))?(?: (?<level>TRACE|DEBUG|INFO|WARN|ERROR) +(?:(?!- )(?<thread>.+?) )?- | - | )?/,
    zone: '+08:00',
    source: 'conf/logback_*.xml, */src/main/resources/rmq.*.logback.xml: %d{yyy-MM-dd HH:mm:ss,GMT+8} %p %t - %m%n',
  },
  {
    example: '[2026-11-20 20:00:00.123] INFO main - Tomcat started on port 8082',
    pattern:
      /^\[(?<date>\d{4}-\d\d-\d\d) (?<time>\d\d:\d\d:\d\d)\.(?<ms>\d{3})\] +(?<level>TRACE|DEBUG|INFO|WARN|ERROR) (?:(?<thread>\S+) - )?/,
    zone: '',
    source: 'apache/rocketmq-dashboard, logback.xml: [%d{yyyy-MM-dd HH:mm:ss.SSS}] %p %t - %m%n; 1.x and the console: %5p %m%n',
  },
  {
    example: '[2026-11-20T12:00:00.123+0000][0.512s][info ][gc] GC(0) Pause Young (Normal)',
    pattern:
      /^\[(?<date>\d{4}-\d\d-\d\d)T(?<time>\d\d:\d\d:\d\d)\.(?<ms>\d{3})(?<zone>[+-]\d{4})\](?:\[[\d.,]+m?s\])?(?:\[(?<level>trace|debug|info|warning|error) *\])?/,
    zone: 'Z',
    source: 'JEP 158, -Xlog decorations time, uptime, level, tags',
  },
  {
    example: '2026-11-20T12:00:00.123+0000: 0.512: [GC (Allocation Failure) 65536K->8192K(251392K), 0.0051 secs]',
    pattern: /^(?<date>\d{4}-\d\d-\d\d)T(?<time>\d\d:\d\d:\d\d)\.(?<ms>\d{3})(?<zone>[+-]\d{4}): /,
    zone: 'Z',
    source: 'JDK 8, -XX:+PrintGCDateStamps',
  },
  {
    example: '2026/11/20-12:00:00.123456 140123 [WARN] [/db_impl/db_impl.cc:1] message',
    pattern:
      /^(?<date>\d{4}\/\d\d\/\d\d)-(?<time>\d\d:\d\d:\d\d)\.(?<ms>\d{3})\d{3} (?<thread>\w+) (?:\[(?<level>DEBUG|INFO|WARN|ERROR|FATAL)\] )?/,
    zone: '',
    source:
      "RocksDB logging/posix_logger.h, local time; RocketMQ >= 5.4.0 places the file beside its own logs, '<store path>_rocksdbstore_LOG'",
  },
];

const LEVELS: Readonly<Record<string, LogLevel>> = {
  TRACE: 'TRACE',
  DEBUG: 'DEBUG',
  INFO: 'INFO',
  WARN: 'WARN',
  WARNING: 'WARN',
  ERROR: 'ERROR',
  FATAL: 'ERROR',
};

/** @returns what the start of `line` says, or undefined if it has no time. */
export function readHead(line: string): LineHead | undefined {
  // Most lines without a time belong to a stack trace.
  const first = line.charCodeAt(0);
  if (!(first >= DIGIT_0 && first <= DIGIT_9) && first !== BRACKET) return undefined;
  for (const { pattern, zone } of FORMATS) {
    const match = pattern.exec(line);
    if (!match) continue;
    const group = match.groups as Record<string, string | undefined>;
    const second = epochOf(`${group.date}T${group.time}`, group.zone ?? zone);
    if (Number.isNaN(second)) continue;
    return {
      at: second + Number(group.ms ?? 0),
      level: group.level === undefined ? null : (LEVELS[group.level.toUpperCase()] ?? null),
      thread: group.thread ?? null,
      messageFrom: match[0].length,
    };
  }
  return undefined;
}

const [DIGIT_0, DIGIT_9, BRACKET] = [0x30, 0x39, 0x5b];

/** Neighbouring lines often have the same second, and parsing a date takes longer than all the rest of a line. */
let last = { time: '', zone: '', epochMs: Number.NaN };

/** @returns epoch ms of `2026-11-20T12:00:00` (or with slashes), NaN if there is no such day. */
function epochOf(time: string, zone: string): number {
  if (time === last.time && zone === last.zone) return last.epochMs;
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  last = { time, zone, epochMs: Date.parse(time.replaceAll('/', '-') + offset) };
  return last.epochMs;
}
