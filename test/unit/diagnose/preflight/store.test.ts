import { expect, test } from 'vitest';
import type { ConfigFacts } from '../../../../src/diagnose/preflight/facts.js';
import type { PreflightNode } from '../../../../src/diagnose/preflight/plan.js';
import { judgeStore } from '../../../../src/diagnose/preflight/store.js';
import { codes, node, readable, store } from '../../../fakes/preflight.js';

const COMMIT_LOG = 67_108_864;
const file = (name: string, sizeBytes: number) => ({ file: `/store/${name}`, sizeBytes });
const judge = (facts: Parameters<typeof store>[0], overrides: Partial<PreflightNode> = {}) =>
  judgeStore(node('broker-a', overrides), store(facts), 'dev');

test('a new store, and one that fits the plan, say nothing', () => {
  expect(judge({})).toEqual([]);
  const sound = {
    entries: ['commitlog', 'config', 'consumequeue', 'lock', 'rocksdbstore', 'timerwheel'],
    commitLog: [file('commitlog/00000000000000000000', COMMIT_LOG), file('commitlog/00000000000067108864', COMMIT_LOG)],
    consumeQueue: [file('consumequeue/T/0/00000000000000000000', 600_000)],
    configs: [config('sound', 'sound'), config('sound', 'missing'), config('missing', 'missing')],
  };
  expect(judge(sound)).toEqual([]);
  expect(judge(sound, { releaseBefore: '5.3.3' })).toEqual([]);
});

test.each([
  ['5.5.0', 'mappedFileSizeCommitLog', 'end with exit status 253'],
  ['4.5.1', 'mapedFileSizeCommitLog', 'end with exit status 253'],
  ['4.4.0', 'mapedFileSizeCommitLog', 'write over their messages'],
])('%s: a commit log of another size than %s says is refused, with the option that keeps it', (release, key, effect) => {
  const commitLog = [file('commitlog/00000000000000000000', COMMIT_LOG)];
  expect(judge({ commitLog }, { release, properties: new Map([[key, String(COMMIT_LOG)]]) })).toEqual([]);
  const [finding, ...others] = judge({ commitLog }, { release, properties: new Map([[key, '33554432']]) });
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    code: 'STORE_INCOMPATIBLE',
    severity: 'error',
    what: expect.stringContaining(`have 64.0 MB, and ${key} says 32.0 MB`),
    why: expect.stringContaining(effect),
    next: expect.stringContaining(`--set broker-a.properties.${key}=67108864`),
    at: [{ file: '/store/commitlog/00000000000000000000', line: null, text: '' }],
  });
  expect(finding?.next).toContain('rmqdev reset broker-a -c dev');
});

test('a commit log without a configured size is compared with the default of RocketMQ', () => {
  const properties = new Map<string, string>();
  expect(judge({ commitLog: [file('0', 1_073_741_824)] }, { properties })).toEqual([]);
  expect(codes(judge({ commitLog: [file('0', COMMIT_LOG)] }, { properties }))).toEqual(['error STORE_INCOMPATIBLE']);
});

test('consume queue files hold whole entries of 20 bytes', () => {
  const properties = new Map([['mappedFileSizeConsumeQueue', '600001']]);
  expect(judge({ consumeQueue: [file('cq', 600_020)] }, { properties })).toEqual([]);
  expect(codes(judge({ consumeQueue: [file('cq', 600_000)] }, { properties }))).toEqual(['error STORE_INCOMPATIBLE']);
});

test('a running node that is to be restarted with another size is refused too, one that goes on is not', () => {
  const commitLog = [file('0', 33_554_432)];
  expect(codes(judge({ commitLog }, { change: 'restart' }))).toEqual(['error STORE_INCOMPATIBLE']);
  expect(judge({ commitLog }, { change: 'none' })).toEqual([]);
});

test('an empty last file is removed by 5.1.4 and later, and stops older ones', () => {
  const commitLog = [file('0', COMMIT_LOG), file('1', 0)];
  expect(judge({ commitLog }, { release: '5.1.4' })).toEqual([]);
  expect(judge({ commitLog }, { release: '4.9.7' })).toMatchObject([
    { code: 'STORE_INCOMPATIBLE', why: expect.stringContaining('0 bytes') },
  ]);
  expect(codes(judge({ commitLog: [...commitLog].reverse() }, { release: '5.1.4' }))).toEqual(['error STORE_INCOMPATIBLE']);
});

function config(main: ConfigFacts['main'], backup: ConfigFacts['backup']): ConfigFacts {
  return { name: 'topics.json', file: '/store/config/topics.json', main, backup, why: 'is cut off after 20 bytes' };
}

// As measured on 4.4.0, 4.5.1, 4.9.7, 5.3.3 and 5.5.0.
test.each([
  ['broken', 'broken', ['error STORE_DAMAGED']],
  ['empty', 'broken', ['error STORE_DAMAGED']],
  ['missing', 'broken', ['error STORE_DAMAGED']],
  ['broken', 'sound', ['warning STORE_DAMAGED']],
  ['empty', 'sound', ['warning STORE_DAMAGED']],
  ['missing', 'sound', ['warning STORE_DAMAGED']],
  ['broken', 'missing', ['warning STORE_DAMAGED']],
  ['empty', 'empty', ['warning STORE_DAMAGED']],
  ['sound', 'broken', []],
  ['missing', 'empty', []],
] as const)('topics.json %s, its copy %s: %s', (main, backup, expected) => {
  const findings = judge({ configs: [config(main, backup)] });
  expect(codes(findings)).toEqual(expected);
  expect(readable(findings)).toBe(true);
});

test('two broken copies: both are named, with commands that move them away', () => {
  const [finding] = judge({ configs: [config('broken', 'broken')] });
  expect(finding?.what).toBe('broker-a cannot be started: topics.json and its copy topics.json.bak are broken');
  expect(finding?.next).toContain('mv /store/config/topics.json{,.broken}; mv /store/config/topics.json.bak{,.broken}');
  expect(finding?.next).toContain('the broker forgets its topics');
});

test('the files of a running node are being written: they say nothing', () => {
  const locks = [{ file: '/store/lock', holder: { pid: 7, command: 'java' } }];
  expect(judge({ configs: [config('broken', 'broken')], locks }, { change: 'restart' })).toEqual([]);
});

test('a lock that another process holds: who, and how to end it; one of rmqdev itself is taken over', () => {
  const { path } = store();
  const held = (command: string | undefined) => judge({ locks: [{ file: `${path}/lock`, holder: { pid: 4_242, command } }] })[0];
  expect(held('java -cp x BrokerStartup')).toMatchObject({
    code: 'STORE_IN_USE',
    severity: 'error',
    why: expect.stringContaining(`pid 4242 (java -cp x BrokerStartup) holds ${path}/lock`),
    next: 'End it: `kill 4242`',
  });
  expect(held(`java -Drmqdev.node=${path.replace(/\/store$/, '')} X`)?.next).toContain('rmqdev daemon restart');
  expect(judge({ locks: [{ file: `${path}/lock`, holder: undefined }] })[0]?.why).toContain('a process that this user may not see');
});

test('data of DLedger or controller mode under a broker that runs without them, and the other way round', () => {
  const dledger = { entries: ['commitlog', 'dledger-n0'], commitLog: [file('0', COMMIT_LOG)] };
  expect(judge(dledger)).toMatchObject([{ severity: 'warning', code: 'STORE_INCOMPATIBLE', what: expect.stringContaining('in DLedger') }]);
  const on = (key: string) => ({ properties: new Map([...node('broker-a').properties, [key, 'true']]) });
  expect(judge(dledger, on('enableDLegerCommitLog'))).toEqual([]);
  expect(codes(judge({ ...dledger, entries: ['commitlog'] }, on('enableDLegerCommitLog')))).toEqual(['warning STORE_INCOMPATIBLE']);
  expect(judge({}, on('enableDLegerCommitLog'))).toEqual([]);
  expect(judge({ entries: ['brokerIdentity'] })).toMatchObject([{ what: expect.stringContaining('in controller mode') }]);
  expect(judge({ entries: ['brokerIdentity'] }, on('enableControllerMode'))).toEqual([]);
});

test('a store that must not be written', () => {
  const findings = judge({ readOnly: ['/store/config'] });
  expect(findings).toMatchObject([{ code: 'HOME_NOT_WRITABLE', severity: 'error', why: '/store/config is not writable for this user' }]);
  expect(readable(findings)).toBe(true);
});

test('a NameServer has no store', () => {
  expect(judgeStore(node('namesrv-1'), store({ readOnly: ['/x'], locks: [{ file: '/x', holder: undefined }] }), 'dev')).toEqual([]);
});
