import { expect, test } from 'vitest';
import { type EnvironmentFacts, judgeEnvironment } from '../../../../src/diagnose/preflight/environment.js';
import { known, notKnown, type RocketMqProcess } from '../../../../src/diagnose/preflight/facts.js';
import { homeOfNode, judgeForeign, judgeOrphans } from '../../../../src/diagnose/preflight/processes.js';
import { type ClockFacts, judgeClock, judgeSleep, judgeWsl } from '../../../../src/diagnose/preflight/sleep.js';
import { codes, readable } from '../../../fakes/preflight.js';

const environment = (overrides: Partial<EnvironmentFacts>) =>
  judgeEnvironment({ variables: {}, javaHome: undefined, rocketmqHome: undefined, clusters: [], ...overrides });
const DEV = { cluster: 'dev', namesrvAddr: '127.0.0.1:9876;127.0.0.1:9877' };

test('a shell without traps says nothing', () => {
  expect(environment({})).toEqual([]);
  expect(environment({ variables: { JAVA_HOME: '/jdk' }, javaHome: { ok: true, isJre: false } })).toEqual([]);
});

test('NAMESRV_ADDR of a cluster of this home is what it should be, in any order; another one warns', () => {
  const at = (address: string) => environment({ variables: { NAMESRV_ADDR: address }, clusters: [DEV] });
  expect(at('127.0.0.1:9877;127.0.0.1:9876')).toEqual([]);
  expect(at('10.0.0.7:9876')).toMatchObject([
    { code: 'NAMESRV_ADDR_SET', severity: 'warning', next: expect.stringContaining('eval "$(rmqdev env -c dev)"') },
  ]);
  expect(environment({ variables: { NAMESRV_ADDR: 'x:1' } })).toMatchObject([{ next: '`unset NAMESRV_ADDR`' }]);
});

test.each([
  ['JAVA_HOME_BROKEN', 'warning', { variables: { JAVA_HOME: '/gone' }, javaHome: { ok: false, why: '/gone/bin/java is missing' } }],
  ['JAVA_HOME_IS_JRE', 'info', { variables: { JAVA_HOME: '/jre' }, javaHome: { ok: true, isJre: true } }],
  ['ROCKETMQ_HOME_SET', 'warning', { variables: { ROCKETMQ_HOME: '/gone' }, rocketmqHome: { why: 'it has no lib/' } }],
  ['ROCKETMQ_HOME_SET', 'info', { variables: { ROCKETMQ_HOME: '/opt/rmq' }, rocketmqHome: { version: '4.9.7' } }],
  ['JAVA_OPTIONS_SET', 'info', { variables: { JAVA_TOOL_OPTIONS: '-Xmx1g' } }],
] as const)('%s as %s', (code, severity, facts) => {
  const findings = environment(facts);
  expect(codes(findings)).toEqual([`${severity} ${code}`]);
  expect(readable(findings)).toBe(true);
});

const jvm = (pid: number, overrides: Partial<RocketMqProcess> = {}): RocketMqProcess => ({
  pid,
  role: 'broker',
  command: 'java BrokerStartup',
  configFile: undefined,
  userHome: undefined,
  nodeFolder: undefined,
  ...overrides,
});
const nodeOf = (home: string, pid: number) => jvm(pid, { nodeFolder: `${home}/clusters/dev/nodes/broker-a` });

test('RocketMQ of others: who it is and where its logs are; nodes of rmqdev are not others', () => {
  expect(judgeForeign([nodeOf('/h', 1)])).toEqual([]);
  const [one] = judgeForeign([jvm(7, { configFile: '/me/broker.conf', userHome: '/me' }), nodeOf('/h', 1)]);
  expect(one).toMatchObject({ severity: 'info', code: 'FOREIGN_ROCKETMQ' });
  expect(one?.why).toContain('pid 7 (broker, -c /me/broker.conf); its logs are in /me/logs/rocketmqlogs');
  const [many] = judgeForeign([1, 2, 3, 4, 5, 6].map((pid) => jvm(pid)));
  expect(many?.what).toBe('6 RocketMQ processes run that rmqdev did not start');
  expect(many?.why).toContain('pid 4 (broker), 2 more');
});

test('nodes without a daemon: taken over where their home is there, ended where it is gone', () => {
  expect(homeOfNode('/h/clusters/dev/nodes/broker-a')).toBe('/h');
  const processes = [nodeOf('/h', 1), nodeOf('/h', 2), nodeOf('/gone', 3)];
  const watched = [{ home: '/h', exists: true, hasDaemon: true }];
  expect(judgeOrphans(processes, watched, '/h')).toEqual([]);
  const findings = judgeOrphans(
    processes,
    [
      { home: '/h', exists: true, hasDaemon: false },
      { home: '/gone', exists: false, hasDaemon: false },
    ],
    '/h',
  );
  expect(findings).toMatchObject([
    {
      code: 'NODES_WITHOUT_DAEMON',
      severity: 'warning',
      why: expect.stringContaining('pids 1 2'),
      next: expect.stringContaining('`rmqdev status`'),
    },
    { why: expect.stringContaining('pids 3'), next: 'End them: `kill 3`' },
  ]);
  expect(judgeOrphans(processes, [{ home: '/h', exists: true, hasDaemon: false }], '/other')[0]?.next).toContain(
    'RMQDEV_HOME=/h rmqdev status',
  );
});

const clock = (overrides: Partial<ClockFacts> = {}): ClockFacts => ({
  timeZone: 'UTC',
  sleptMs: known(0),
  hardwareOffsetMs: known(0),
  ...overrides,
});

test('a Mac that sleeps by itself, and a machine that has slept, are told of', () => {
  expect(judgeSleep(known({ afterMinutes: 0, preventedBy: null }), clock())).toEqual([]);
  const [mac] = judgeSleep(known({ afterMinutes: 1, preventedBy: 'powerd' }), clock());
  expect(mac).toMatchObject({
    code: 'SLEEPS_BY_ITSELF',
    what: expect.stringContaining('powerd keeps it awake now'),
    next: expect.stringContaining('caffeinate -i'),
  });
  const nothing = notKnown('Linux has no one place');
  expect(judgeSleep(nothing, clock({ sleptMs: known(59_000) }))).toEqual([]);
  expect(judgeSleep(nothing, clock({ sleptMs: known(3_600_000 * 3) }))).toMatchObject([
    { code: 'MACHINE_SLEPT', what: expect.stringContaining('3h 00m') },
  ]);
});

test('a hardware clock in local time is no fault, minutes beside it are', () => {
  for (const offset of [0, 59_000, -3_600_000, 20_700_000])
    expect(judgeClock(clock({ hardwareOffsetMs: known(offset) }), null), String(offset)).toEqual([]);
  expect(judgeClock(clock({ hardwareOffsetMs: notKnown('none') }), null)).toEqual([]);
  expect(judgeClock(clock({ hardwareOffsetMs: known(-3_600_000 - 120_000) }), 2)).toMatchObject([
    { code: 'CLOCK_OFF', what: expect.stringContaining('2m 00s'), next: expect.stringContaining('hwclock -s') },
  ]);
});

test('WSL 1 is an error, WSL 2 is told what to expect', () => {
  expect(judgeWsl(null)).toEqual([]);
  expect(codes(judgeWsl(1))).toEqual(['error WSL_1']);
  expect(codes(judgeWsl(2))).toEqual(['info WSL_MEMORY']);
});
