import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectFailure, FAKE_JDK, Harness } from '../../support/harness.js';
import { close, listen } from '../../support/port-block.js';

const LICENSE = join(import.meta.dirname, '../../../LICENSE');

/** Each refusal: its exit code, a message in three parts with the name that was probably meant, and nothing changed. */
let h: Harness;
let before: { clusters: string[]; events: number; pids: object };
const state = async () => ({
  clusters: readdirSync(h.home.clusters).sort(),
  events: h.events('one').length + h.events('two').length,
  pids: { ...(await h.pids('one')), two: await h.pids('two') },
});
beforeAll(async () => {
  h = await Harness.create();
  await h.up('single', '--name', 'one');
  // The same wishes: the second cluster is moved.
  await h.up('single', '--name', 'two');
  before = await state();
});
afterAll(async () => {
  expect(await state()).toEqual(before);
  await h[Symbol.asyncDispose]();
});

test('two clusters that want the same ports get different ones', async () => {
  const ports = (await Promise.all(['one', 'two'].map((name) => h.status(name)))).flatMap(({ nodes }) =>
    nodes.flatMap((node) => Object.values(node.ports)),
  );
  expect(new Set(ports).size).toBe(8);
  expect(h.events('two').length).toBeGreaterThan(0);
});

type Case = [what: string, args: string[], exitCode: number, code: string, parts: { what?: string; why?: string; next?: string }];
const cases: Case[] = [
  ['an unknown command', ['statsu'], 2, 'USAGE', { why: '"statsu"', next: 'status' }],
  ['an unknown option', ['status', '--wacth'], 2, 'USAGE', { why: 'wacth' }],
  ['an unknown action', ['daemon', 'strat'], 2, 'USAGE', { why: '"strat"', next: 'restart' }],
  ['a folder as profile', ['up', '/'], 9, 'PROFILE_NOT_FOUND', { why: '/ is a folder' }],
  ['a folder as the file of a send', ['send', 'T', '--file', '/'], 32, 'FILE_UNREADABLE', { why: 'it is a folder' }],
  ['a folder without configuration', ['lint', join(import.meta.dirname, 'nothing-here')], 32, 'FILE_UNREADABLE', {}],
  ['a file that is no configuration', ['lint', LICENSE], 32, 'FILE_UNREADABLE', { what: 'LICENSE', next: '.properties, .conf' }],
  ['up without a profile', ['up'], 2, 'USAGE', { why: 'no rmqdev.yaml', next: 'rmqdev up 2m2s' }],
  ['kill without a selector', ['kill', '-c', 'one'], 2, 'USAGE', { next: 'kill' }],
  ['a time-out that is none', ['up', 'single', '--timeout', 'abc'], 2, 'USAGE', { what: '--timeout abc', next: '5s' }],
  ['an option given twice', ['status', '-c', 'one', '-c', 'two'], 2, 'USAGE', { what: '-c', why: 'one, two' }],
  ['an unknown profile', ['up', '2m2'], 9, 'PROFILE_NOT_FOUND', { what: '"2m2"', next: '2m2s' }],
  ['a profile file that is not there', ['up', './none.yaml'], 9, 'PROFILE_NOT_FOUND', { why: 'none.yaml' }],
  ['--set of an unknown node', ['up', 'single', '--set', 'brokr-a.heap=1g'], 10, 'PROFILE_INVALID', { why: 'broker-a' }],
  ['--set without a value', ['up', 'single', '--set', 'nonsense'], 10, 'PROFILE_INVALID', { why: 'nonsense' }],
  ['--heap that is no size', ['up', 'single', '--heap', 'broker=much'], 10, 'PROFILE_INVALID', { why: '--heap broker=much' }],
  ['an unknown version', ['up', 'single', '--rocketmq', '4.9'], 11, 'RELEASE_UNKNOWN', { what: '4.9', next: '4.9.' }],
  ['no such JDK version', ['up', 'single', '--java', '99'], 15, 'JAVA_NOT_FOUND', { what: '99', next: '--java' }],
  ['no JDK in a folder', ['up', 'single', '--java', '/nonexistent'], 15, 'JAVA_NOT_FOUND', { what: '/nonexistent' }],
  ['a name with a slash', ['up', 'single', '--name', 'a/b'], 24, 'NAME_INVALID', { what: '"a/b"', next: '--name a-b' }],
  ['a name with blanks', ['up', 'single', '--name', 'my cluster'], 24, 'NAME_INVALID', { next: '--name my-cluster' }],
  ['a name with quotes', ['up', 'single', '--name', `it's "x"`], 24, 'NAME_INVALID', { next: '--name it-s-x' }],
  ['a name that leaves the folder', ['up', 'single', '--name', '..'], 24, 'NAME_INVALID', { next: '--name dev' }],
  ['a name that differs in case only', ['up', 'single', '--name', 'ONE'], 24, 'NAME_INVALID', { why: '"one"', next: '--name one' }],
  ['an empty name', ['up', 'single', '--name', ''], 2, 'USAGE', { what: '--name has no value', why: 'empty' }],
  ['down of an empty variable', ['down', '--delete', '-c', ''], 2, 'USAGE', { what: '-c has no value' }],
  ['down of a variable that is not set', ['down', '--delete', '-c'], 2, 'USAGE', { what: '-c has no value', why: 'shell variable' }],
  ['a list option without a value', ['up', 'single', '--heap', ''], 2, 'USAGE', { what: '--heap has no value' }],
  ['an empty profile', ['up', ''], 2, 'USAGE', { what: '<profile> is empty' }],
  ['an empty selector', ['kill', '', '-c', 'one'], 2, 'USAGE', { what: '<selector> is empty' }],
  ['lint of nothing', ['lint'], 2, 'USAGE', { why: 'needs files' }],
  ['down where several run', ['down'], 20, 'CLUSTER_AMBIGUOUS', { why: 'one, two', next: '-c' }],
  ['kill where several run', ['kill', 'broker-a'], 20, 'CLUSTER_AMBIGUOUS', { next: '-c' }],
  ['stop where several run', ['stop', 'all'], 20, 'CLUSTER_AMBIGUOUS', { next: '-c' }],
  ['topic delete where several run', ['topic', 'delete', 'T'], 20, 'CLUSTER_AMBIGUOUS', { next: '-c' }],
  ['group delete where several run', ['group', 'delete', 'g'], 20, 'CLUSTER_AMBIGUOUS', { next: '-c' }],
  ['an unknown cluster', ['down', '-c', 'onee'], 19, 'CLUSTER_NOT_FOUND', { next: '-c one' }],
  ['a cluster name with a slash', ['status', '-c', '../one'], 19, 'CLUSTER_NOT_FOUND', { what: '../one' }],
  ['an unknown selector', ['kill', 'broker-z', '-c', 'one'], 22, 'SELECTOR_UNKNOWN', { what: 'broker-z', next: 'broker-a' }],
  ['a selector with quotes', ['stop', `'broker-a'`, '-c', 'one'], 22, 'SELECTOR_UNKNOWN', { next: 'broker-a' }],
  ['a role that this profile lacks', ['kill', 'slave-a', '-c', 'one'], 23, 'NO_ROLE_HOLDER', { why: 'no slave' }],
  ['an unknown goal', ['wait', '--for', 'redy', '-c', 'one'], 2, 'USAGE', { why: 'ready' }],
  ['an unknown shell', ['completion', 'tcsh'], 2, 'USAGE', { why: 'bash' }],
];

test.each(cases)('%s', async (_what, args, exitCode, code, parts) => {
  const [verb] = args;
  const chosen = verb === 'up' && args.length > 1 ? ['--rocketmq', h.release('4.9.7'), '--java', FAKE_JDK] : [];
  const fakes = [0, 2].flatMap((i) => (args.includes(chosen[i] as string) ? [] : chosen.slice(i, i + 2)));
  const outcome = await h.run(...args, ...fakes, '--json');
  const contains = Object.entries(parts).map(([part, text]) => [part, expect.stringContaining(text)]);
  expectFailure(outcome, exitCode, { code, ...Object.fromEntries(contains) });
});

test('with two clusters running, env and topic list say which one they took', async () => {
  await h.run('status', '-c', 'two');
  const { stdout, stderr } = await h.run('env');
  expect(stdout).toBe(`export NAMESRV_ADDR='${(await h.status('two')).namesrvAddr}'\n`);
  expect(stderr).toBe('note: this is cluster two, the one used last; one runs too: choose with -c\n');
  expect((await h.run('admin')).stderr).toContain('note: this is cluster two, the one used last; one runs too: choose with -c\n');
  const listed = await h.run('topic', 'list', '--json');
  expect(listed.json.notices).toEqual(['this is cluster two, the one used last; one runs too: choose with -c']);
  expect((await h.run('env', '-c', 'one')).stderr).toBe('');
  expect(JSON.parse((await h.run('env', '--json')).stderr)).toEqual({ notices: [expect.stringContaining('cluster one')] });
});

test('a lone dash is stdin for explain and lint', async () => {
  const piped = (text: string, ...args: string[]) =>
    h.begin([...args, '--json'], { command: ['sh', '-c', `printf '%s\\n' '${text}' | "$@"`, 'sh'] }).outcome;
  const explained = await piped('java.net.BindException: Address already in use', 'explain', '-');
  expect(explained.json).toMatchObject({ findings: [{ code: 'PORT_IN_USE' }], looked: [expect.stringContaining('stdin')] });
  const linted = await piped('brokerName=broker-a\nbrokerNam=x', 'lint', '-');
  expect(linted.json).toMatchObject({ files: 1, findings: expect.arrayContaining([expect.objectContaining({ code: 'KEY_UNKNOWN' })]) });
});

test('too little memory', async () => {
  const outcome = await h.run(...h.upArgs('single', '--heap', 'broker=900g', '--json'));
  expectFailure(outcome, 17, {
    code: 'NOT_ENOUGH_MEMORY',
    what: expect.stringContaining('90'),
    next: expect.stringContaining('--heap'),
  });
});

test('mistakes in a profile are shown with file and line', async () => {
  const refused = async (yaml: string, line: number, text: string, code = 'PROFILE_INVALID') => {
    const file = h.profile('wrong', yaml);
    const outcome = await h.run(...h.upArgs('wrong', '--json'));
    expectFailure(outcome, code === 'NAME_INVALID' ? 24 : 10, { code, why: expect.stringContaining(`${file}:${line}`) });
    expect(outcome.error.why).toContain(text);
  };
  await refused('extends: single\nreplicaton: sync\n', 2, 'replication');
  await refused('extends: single\nreplication: sync: async\n', 2, 'mappings');
  await refused('extends: single\nroles:\n  broker:\n    properties:\n      flushDiskTyp: SYNC_FLUSH\n', 5, 'flushDiskType');
  await refused('extends: single\nroles:\n  broker:\n    properties: { maxMessageSize: large }\n', 4, 'maxMessageSize');
  await refused('extends: single\nnodes:\n  "a b": { role: broker }\n', 3, 'letter', 'NAME_INVALID');
});

test('what is no RocketMQ release', async () => {
  const folder = join(h.root, 'not-a-release');
  mkdirSync(join(folder, 'lib'), { recursive: true });
  const none = await h.run(...h.upArgs('single', '--rocketmq', folder, '--json'));
  expectFailure(none, 12, { code: 'RELEASE_INVALID', what: expect.stringContaining(folder), why: expect.stringContaining('conf/') });
  const near = await h.run(...h.upArgs('single', '--rocketmq', h.root, '--json'));
  expectFailure(near, 12, { code: 'RELEASE_INVALID', next: expect.stringContaining(h.release('4.9.7')) });
});

test('ports that a stranger holds: a NameServer is refused, a broker moved, or refused with --strict-ports', async () => {
  const at = { namesrv: h.ports.at(150), broker: h.ports.at(160) };
  const args = (...more: string[]) => [
    ...h.upArgs('single', '--set', `namesrv-1.listenPort=${at.namesrv}`, '--set', `broker-a.listenPort=${at.broker}`),
    ...['--name', 'three', '--dry-run', '--json', ...more],
  ];
  const namesrv = await listen(at.namesrv);
  const refused = await h.run(...args());
  expectFailure(refused, 3, {
    code: 'PORT_IN_USE',
    what: expect.stringContaining('namesrv-1'),
    next: expect.stringContaining('--set namesrv-1.listenPort='),
  });
  expect(refused.error.why).toContain(`port ${at.namesrv} is held by pid ${process.pid} (`);
  if (namesrv) await close(namesrv);

  // The fast port is as good as the main one.
  const fast = await listen(at.broker - 2);
  const moved = await h.run(...args());
  expect(moved.json).toMatchObject({
    nodes: [{ ports: { listen: at.namesrv } }, { ports: { listen: at.broker + 10 } }],
    notices: [
      expect.stringMatching(
        new RegExp(`port ${at.broker - 2} is held by pid ${process.pid} .*broker-a moves from ${at.broker} to ${at.broker + 10}`),
      ),
    ],
  });
  const strict = await h.run(...args('--strict-ports'));
  expectFailure(strict, 3, { code: 'PORT_IN_USE', why: expect.stringMatching(new RegExp(`pid ${process.pid} .*--strict-ports`)) });
  if (fast) await close(fast);
});

test('in words: three parts on stderr, nothing on stdout, a stack trace only with --verbose', async () => {
  const { stdout, stderr, code } = await h.run('up', '2m2');
  expect({ stdout, code }).toEqual({ stdout: '', code: 9 });
  expect(stderr).toMatch(/^error .*"2m2"\n {2}why: {2}.+\n {2}next: .+\n$/);
  expect((await h.run('up', '2m2', '--verbose')).stderr).toMatch(/^\s+at /m);
});
