import { expect, test } from 'vitest';
import {
  checkDashboardProperty,
  DASHBOARD_CLOSES,
  DASHBOARD_CONFIG_CLASSES,
  type DashboardGeneration,
  dashboardSettings,
  GENERATION_ROWS,
  type JarFacts,
  recogniseDashboard,
  settingsOption,
  unfitDashboard,
} from '../../../src/rocketmq/dashboards.js';

const NEW = 'org/apache/rocketmq/dashboard/config/RMQConfigure.class';
const OLD = 'org/apache/rocketmq/console/config/RMQConfigure.class';
const factsOf = (manifest: Record<string, string>, names: string[], constants: Record<string, string[]>): JarFacts => ({
  manifest: new Map(Object.entries(manifest)),
  names: new Set(names),
  constants: new Map(Object.entries(constants).map(([name, texts]) => [name, new Set(texts)])),
});

/** As the jars of these tags have them: built from source and looked at. */
const REAL: Readonly<Record<DashboardGeneration, JarFacts>> = {
  console: factsOf(
    { 'Start-Class': 'org.apache.rocketmq.console.App', 'Implementation-Version': '1.0.0', 'Spring-Boot-Version': '1.4.3.RELEASE' },
    ['org/apache/rocketmq/console/App.class', OLD, 'application.properties'],
    { [OLD]: ['setNamesrvAddr', 'setIsVIPChannel', 'setDataPath', 'setEnableDashBoardCollect', 'getNamesrvAddr'] },
  ),
  'dashboard-1': factsOf(
    { 'Start-Class': 'org.apache.rocketmq.dashboard.App', 'Implementation-Version': '1.0.0', 'Spring-Boot-Version': '2.2.2.RELEASE' },
    ['org/apache/rocketmq/dashboard/App.class', NEW, 'application.properties'],
    { [NEW]: ['setNamesrvAddr', 'setAccessKey', 'setSecretKey', 'setUseTLS', 'setDataPath', 'setLoginRequired', 'setIsVIPChannel'] },
  ),
  'dashboard-2': factsOf(
    { 'Start-Class': 'org.apache.rocketmq.dashboard.App', 'Implementation-Version': '2.1.0', 'Spring-Boot-Version': '3.4.5' },
    ['org/apache/rocketmq/dashboard/App.class', NEW, 'application.yml'],
    { [NEW]: ['setNamesrvAddr', 'setNamesrvAddrs', 'setProxyAddrs', 'setAccessKey', 'setSecretKey', 'setUseTLS', 'setIsVIPChannel'] },
  ),
};

const known = (generation: DashboardGeneration) => {
  const found = recogniseDashboard(REAL[generation]);
  if ('missing' in found) throw new Error(found.missing.join());
  return found;
};
const missingIn = (facts: JarFacts) => {
  const found = recogniseDashboard(facts);
  return 'missing' in found ? found.missing : [];
};
const PLACE = {
  port: 8082,
  dataFolder: '/n/store',
  namesrvAddrs: ['127.0.0.1:9876', '127.0.0.1:9877'],
  proxyAddrs: [],
  account: null,
  tls: false,
};

test.each([
  ['console', 'RocketMQ console 1.0.0', 1],
  ['dashboard-1', 'RocketMQ dashboard 1.0.0', 2],
  ['dashboard-2', 'RocketMQ dashboard 2.1.0', 3],
] as const)('%s is told by what is in its jar', (generation, title, springBoot) => {
  expect(known(generation)).toMatchObject({ generation, title, springBoot });
});

test('each generation has the NameServers under its own key', () => {
  const keyOf = (generation: DashboardGeneration) =>
    dashboardSettings(known(generation), PLACE).find(({ value }) => value === '127.0.0.1:9876;127.0.0.1:9877')?.key;
  expect([keyOf('console'), keyOf('dashboard-1'), keyOf('dashboard-2')]).toEqual([
    'rocketmq.config.namesrvAddr',
    'rocketmq.config.namesrvAddr',
    'rocketmq.config.namesrvAddrs[0]',
  ]);
});

test('settings are only those that the jar has: account, TLS, proxies', () => {
  const place = { ...PLACE, account: { accessKey: 'rocketmq2', secretKey: '12345678' }, tls: true, proxyAddrs: ['127.0.0.1:8080'] };
  const keysOf = (generation: DashboardGeneration) =>
    dashboardSettings(known(generation), place).map(({ key }) => key.replace('rocketmq.config.', ''));
  expect(keysOf('dashboard-2')).toEqual(expect.arrayContaining(['accessKey', 'secretKey', 'useTLS', 'proxyAddrs[0]', 'dataPath']));
  expect(keysOf('dashboard-1')).not.toContain('proxyAddrs[0]');
  expect(keysOf('console')).toEqual(['server.port', 'server.address', 'namesrvAddr', 'dataPath', 'isVIPChannel']);
  expect(unfitDashboard(known('console'), { acl: true, tls: false })).toEqual({ feature: 'acl', key: 'rocketmq.config.accessKey' });
  expect(unfitDashboard(known('console'), { acl: false, tls: true })?.feature).toBe('tls');
  expect(unfitDashboard(known('dashboard-1'), { acl: true, tls: true })).toBeUndefined();
});

test('what was looked for is named, one clause for each', () => {
  expect(missingIn({ ...REAL['dashboard-2'], manifest: undefined })).toEqual(['META-INF/MANIFEST.MF']);
  const other = factsOf({ 'Start-Class': 'demo.Shop' }, [], {});
  expect(missingIn(other).join()).toContain('org.apache.rocketmq.console.App or org.apache.rocketmq.dashboard.App');
  expect(missingIn(other).join()).toContain('it has demo.Shop');
  const empty = { ...REAL['dashboard-2'], names: new Set<string>() };
  expect(missingIn(empty)).toEqual(['org/apache/rocketmq/dashboard/App.class', NEW, 'application.properties or application.yml']);
  expect(missingIn({ ...REAL['dashboard-2'], constants: new Map([[NEW, new Set(['setDataPath'])]]) }).join()).toContain('setNamesrvAddr');
});

test('Spring Boot 1 adds a file by another option than its successors', () => {
  expect(settingsOption(known('console'), './run/a.properties')).toBe('--spring.config.location=file:./run/a.properties');
  expect(settingsOption(known('dashboard-1'), './run/a.properties')).toBe('--spring.config.additional-location=file:./run/a.properties');
});

test('a property that rmqdev writes is refused, one that the jar does not know is noted', () => {
  const check = (key: string, generation: DashboardGeneration = 'dashboard-2') => checkDashboardProperty(known(generation), key);
  expect(check('server.port')).toMatchObject({ severity: 'error', message: expect.stringContaining('listenPort') });
  expect(check('rocketmq.config.namesrvAddr')).toMatchObject({ severity: 'error' });
  expect(check('rocketmq.config.proxyAddrs[0]')).toBeUndefined();
  expect(check('rocketmq.config.proxyAddrs[0]', 'dashboard-1')).toMatchObject({
    severity: 'warning',
    message: expect.stringContaining('RocketMQ dashboard 1.0.0 ignores'),
  });
  expect(check('server.address')).toBeUndefined();
});

test.each([
  ["[2026-11-30 21:41:07.929]  INFO Shutting down ExecutorService 'taskScheduler'", true],
  ['[2026-11-30 21:40:14.101] INFO SpringApplicationShutdownHook - Commencing graceful shutdown. Waiting for active requests', true],
  ['2016-12-26 10:11:12.123  INFO Closing org.springframework.boot.context.embedded.AnnotationConfigEmbeddedWebApplicationContext@1', true],
  ['[2026-11-30 21:59:49.204] INFO main - Started App in 33.93 seconds (process running for 39.811)', false],
])('a clean close is told by the console: %s', (line, closes) => {
  expect(DASHBOARD_CLOSES.test(line)).toBe(closes);
});

test('every row says where it comes from', () => {
  expect(GENERATION_ROWS.map(({ source }) => source).filter((source) => source.length < 20)).toEqual([]);
  expect(DASHBOARD_CONFIG_CLASSES).toEqual([OLD, NEW]);
});
