import { expect, test } from 'vitest';
import { logFiles } from '../../../src/rocketmq/log-files.js';
import { logbackFiles } from '../../../src/rocketmq/logback.js';

const xmlOf = (version: string, file: string) => logbackFiles(version).get(file) ?? '';
const valuesOf = (xml: string, pattern: RegExp) => [...xml.matchAll(pattern)].map(([, value]) => value as string);

test.each([
  ['4.4.0', ['logback_namesrv.xml', 'logback_broker.xml', 'logback_tools.xml']],
  ['4.9.7', ['logback_namesrv.xml', 'logback_broker.xml', 'logback_tools.xml']],
  ['5.0.0', ['logback_namesrv.xml', 'logback_broker.xml', 'logback_controller.xml', 'logback_proxy.xml', 'logback_tools.xml']],
  ['5.1.0', []],
  ['5.5.0', []],
])('%s needs %j', (version, files) => {
  expect([...logbackFiles(version).keys()]).toEqual(files);
});

test.each([
  ['4.4.0', 'namesrv'],
  ['4.9.7', 'broker'],
  ['5.0.0', 'broker'],
  ['5.0.0', 'controller'],
] as const)('%s writes the logs of a %s where rmqdev looks for them', (version, role) => {
  const written = valuesOf(xmlOf(version, `logback_${role}.xml`), /<file>\$\{user\.home\}\/(.*)<\/file>/g);
  const looked = logFiles(version, role).map(({ path }) => path);
  expect(written.sort()).toEqual(looked.filter((path) => path.includes('rocketmqlogs')).sort());
});

test('every appender that a logger names exists, in every file', () => {
  for (const [file, xml] of [...logbackFiles('4.4.0'), ...logbackFiles('5.0.0')]) {
    const appenders = valuesOf(xml, /<appender name="([^"]+)"/g);
    const refs = valuesOf(xml, /<appender-ref ref="([^"]+)"/g);
    expect(new Set(appenders).size, file).toBe(appenders.length);
    expect(
      refs.filter((ref) => !appenders.includes(ref)),
      file,
    ).toEqual([]);
  }
});

test('the loggers of a broker are those of its shipped file', () => {
  const names = valuesOf(xmlOf('4.9.7', 'logback_broker.xml'), /<logger name="([^"]+)"/g);
  expect(names.sort()).toEqual(
    [
      ...['RocketmqBroker', 'RocketmqCommercial', 'RocketmqCommon', 'RocketmqConsole', 'RocketmqFilter', 'RocketmqProtection'],
      ...['RocketmqRebalanceLock', 'RocketmqRemoting', 'RocketmqStats', 'RocketmqStore', 'RocketmqStoreError', 'RocketmqTransaction'],
      'RocketmqWaterMark',
    ].sort(),
  );
});

test('store.log is rotated at 128 MB, ten copies are kept, and lines carry level and thread', () => {
  const xml = xmlOf('4.9.7', 'logback_broker.xml');
  const appender = /<appender name="store_file"[\s\S]*?<\/appender>/.exec(xml)?.[0];
  expect(appender).toContain('<maxFileSize>128MB</maxFileSize>');
  expect(appender).toContain('<maxIndex>10</maxIndex>');
  expect(appender).toContain('otherdays/store.%i.log.gz</fileNamePattern>');
  expect(appender).toContain('<pattern>%d{yyy-MM-dd HH:mm:ss,GMT+8} %p %t - %m%n</pattern>');
});

test('protection.log has no level and stats.log no thread', () => {
  const xml = xmlOf('4.9.7', 'logback_broker.xml');
  expect(/<appender name="protection_file"[\s\S]*?<\/appender>/.exec(xml)?.[0]).toContain('GMT+8} - %m%n');
  expect(/<appender name="stats"[\s\S]*?<\/appender>/.exec(xml)?.[0]).toContain('GMT+8} %p - %m%n');
});
