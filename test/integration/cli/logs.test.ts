import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectFailure, Harness } from '../../support/harness.js';
import { until } from '../../support/until.js';

/** As a broker of 4.9.7 writes it when `status` asks it. */
const LEFT_BY_STATUS = 'AdminBrokerThread_1 - selectMappedBuffer request pos invalid, request pos: 0, size: 8388608, fileFromOffset: 0';

let h: Harness;
beforeAll(async () => {
  h = await Harness.create();
  await h.up('2m-noslave', '--set', 'broker-b.env.FAKE_JVM=stdoutAtBoot=hello from the console');
  // A broker writes now and then; its lines of today would stand behind these of later days.
  await h.run('stop', 'brokers');
  // As RocketMQ would: local times of GMT+8, a stack trace, a warning of the store.
  append('broker-a', 'broker.log', '2030-01-01 08:00:01 INFO main - first of a', '2030-01-01 08:00:03 ERROR pool-1 - third of a');
  append('broker-a', 'broker.log', 'java.lang.IllegalStateException: boom', '\tat a.B.c(B.java:1)');
  append('broker-a', 'store.log', '2030-01-01 08:00:04 WARN store-1 - fourth of a', '2030-01-01 08:00:05 INFO store-1 - not shown');
  append('broker-b', 'broker.log', '2030-01-01 08:00:02 INFO main - second of b');
  append('broker-b', 'store.log', `2030-01-01 08:00:06 WARN ${LEFT_BY_STATUS}`);
});
afterAll(() => h[Symbol.asyncDispose]());

function append(id: string, file: string, ...lines: string[]): void {
  appendFileSync(join(h.home.cluster('2m-noslave').node(id).logs, file), `${lines.join('\n')}\n`);
}

test('the nodes’ logs merged by time, in local time, stack traces whole, of store.log only warnings', async () => {
  const { lines } = await h.run('logs', '-n', '4', '--json');
  expect(lines.map(({ node, at, level, text }) => [node, at, level, text])).toEqual([
    ['broker-a', '2030-01-01T00:00:01.000Z', 'INFO', 'main - first of a'],
    ['broker-b', '2030-01-01T00:00:02.000Z', 'INFO', 'main - second of b'],
    ['broker-a', '2030-01-01T00:00:03.000Z', 'ERROR', 'pool-1 - third of a\njava.lang.IllegalStateException: boom\n\tat a.B.c(B.java:1)'],
    ['broker-a', '2030-01-01T00:00:04.000Z', 'WARN', 'store-1 - fourth of a'],
  ]);
  const words = (await h.run('logs', 'broker-a', '-n', '2')).stdout;
  expect(words).toMatch(/^2030-01-01 00:00:03 broker-a ERROR pool-1 - third of a\n +java\.lang\.IllegalStateException: boom\n/);
});

test.each([
  ['--level', ['--level', 'warn'], ['third of a', 'fourth of a']],
  ['--grep', ['--grep', '(SECOND|fourth) of'], ['second of b', 'fourth of a']],
  ['--since and --until', ['--since', '2030-01-01T00:00:02', '--until', '2030-01-01T00:00:03'], ['second of b', 'third of a']],
  ['a selector and a kind of file', ['broker-a', '--file', 'store', '--grep', ' of a|not shown'], ['fourth of a', 'not shown']],
  ['the console', ['brokers', '--file', 'stdout', '--grep', 'console'], ['hello from the console']],
])('%s', async (_name, args, expected) => {
  const { lines, code } = await h.run('logs', ...args, '--json');
  expect(code).toBe(0);
  const texts = lines.map(({ text }) =>
    String(text)
      .split('\n')[0]
      ?.replace(/^.* - /, ''),
  );
  expect(texts.filter((text) => !text?.includes('boot success'))).toEqual(expected);
});

test('what our own questions leave in store.log is shown only if the file is named', async () => {
  const texts = async (...args: string[]) =>
    (await h.run('logs', 'broker-b', '--level', 'warn', ...args, '--json')).lines.map(({ text }) => text);
  expect(await texts()).not.toContain(LEFT_BY_STATUS);
  expect(await texts('--file', 'store')).toContain(LEFT_BY_STATUS);
});

test('what cannot be: an unknown file with the nearest, a pattern that is none, a moment that is none', async () => {
  expectFailure(await h.run('logs', '--file', 'brokr', '--json'), 2, { code: 'USAGE', next: 'Did you mean --file broker?' });
  expectFailure(await h.run('logs', '--grep', '(', '--json'), 2, { code: 'USAGE', what: expect.stringContaining('--grep (') });
  expectFailure(await h.run('logs', '--since', 'soon', '--json'), 2, { code: 'USAGE', what: '--since soon cannot be read' });
  expectFailure(await h.run('logs', '--level', 'loud', '--json'), 2, { code: 'USAGE', why: expect.stringContaining('loud') });
});

test('-f shows the last lines, then what comes, through a restart, each once', async () => {
  const follow = h.begin(['logs', 'namesrv-2', '-f', '-n', '1', '--file', 'namesrv', '--json']);
  const texts = () => follow.lines.map(({ text }) => String(text));
  await until(() => expect(texts()).toHaveLength(1));
  append('namesrv-2', 'namesrv.log', '2030-01-01 08:00:10 INFO main - before the restart');
  expect(await h.run('restart', 'namesrv-2')).toMatchObject({ code: 0 });
  append('namesrv-2', 'namesrv.log', '2030-01-01 08:00:20 INFO main - after the restart');
  await until(() => expect(texts().at(-1)).toBe('main - after the restart'));
  follow.signal('SIGINT');
  expect(await follow.outcome).toMatchObject({ code: 0, stderr: '' });
  const seen = texts();
  // A NameServer is ended without a SIGTERM, so it says nothing of its end.
  for (const once of ['before the restart', 'boot success', 'after the restart']) {
    expect(
      seen.filter((text, i) => i > 0 && text.includes(once)),
      once,
    ).toHaveLength(1);
  }
});

test('--user-home reads ~/logs/rocketmqlogs of whoever asks', async () => {
  expectFailure(await h.run('logs', '--user-home', '--json'), 32, { code: 'FILE_UNREADABLE', why: expect.stringContaining(h.cwd) });
  const folder = join(h.cwd, 'logs', 'rocketmqlogs');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'broker.log'), '2030-01-01 08:00:00 WARN main - started by hand\n');
  const { lines } = await h.run('logs', '--user-home', '--json');
  expect(lines).toMatchObject([{ at: '2030-01-01T00:00:00.000Z', level: 'WARN', text: 'main - started by hand' }]);
});

/** It froze the daemon for good on one line of 60 letters, and with it the supervision of every cluster. */
test('a pattern that never ends is given up, and the daemon has nothing to do with it', async () => {
  append('namesrv-1', 'namesrv.log', `2030-01-01 08:00:00 INFO main - ${'a'.repeat(60)}!`);
  for (const more of [[], ['--since', '2030-01-01'], ['-f']]) {
    const failed = await h.run('logs', 'namesrv-1', '--grep', '(a+)+$', ...more, '--json');
    expectFailure(failed, 45, { code: 'PATTERN_TOO_COSTLY', what: expect.stringContaining('(a+)+$') });
  }
  expect(await h.run('logs', 'namesrv-1', '--grep', '(?=a{60}!)', '--json')).toMatchObject({ lines: [{ node: 'namesrv-1' }] });
});

test('a log of any size is read in the memory of a small one, without a daemon for --user-home', async () => {
  await using fresh = await Harness.create();
  const folder = join(fresh.cwd, 'logs', 'rocketmqlogs');
  mkdirSync(folder, { recursive: true });
  const [lines, text] = [300_000, 'x'.repeat(120)];
  for (const name of ['broker.log', 'namesrv.log'])
    writeFileSync(join(folder, name), `2030-01-01 08:00:00 INFO main - ${text}\n`.repeat(lines / 2));
  // The whole is 48 MB, and 300,000 records more than that.
  const env = { NODE_OPTIONS: '--max-old-space-size=48' };
  const all = await fresh.begin(['logs', '--user-home', '--since', '2030-01-01'], { env }).outcome;
  expect({ code: all.code, stderr: all.stderr, lines: all.stdout.split('\n').length - 1 }).toEqual({ code: 0, stderr: '', lines });
  expect(existsSync(fresh.home.socket)).toBe(false);
  // In so little memory a busy machine collects garbage for minutes.
}, 400_000);

test('a cluster that is stopped still has its logs', async () => {
  await using stopped = await Harness.create();
  await stopped.up('single');
  expect(await stopped.run('stop', 'all')).toMatchObject({ code: 0 });
  const { stdout, code } = await stopped.run('logs', 'broker-a', '-n', '5');
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('broker-a') });
});
