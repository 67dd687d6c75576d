import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { acquireFileLock } from '../../../src/base/file-lock.js';
import { PROTOCOL, speakerHeaders } from '../../../src/contract/version.js';
import { currentPlatform } from '../../../src/process/current-platform.js';
import { expectFailure, freshHarness, type Harness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const CONNECT = `require('node:net').connect(process.argv[1]).on('connect', () => process.exit(0)).on('error', (e) => { console.log(e.code); process.exit(1); })`;
const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const isRoot = process.getuid?.() === 0;
/** Runs what follows as a user who is neither root nor the owner of anything here. */
const AS_NOBODY = ['setpriv', '--reuid', '65534', '--clear-groups'];

test('a socket file that a killed daemon left is no hindrance', async () => {
  const h = await freshHarness();
  await h.run('ls');
  const { pid } = await h.hello();
  process.kill(pid, 'SIGKILL');
  expect(await h.run('ls')).toMatchObject({ code: 0, stderr: '' });
  expect((await h.hello()).pid).not.toBe(pid);
});

test('a deleted socket: the daemon that nobody can reach ends, its successor takes over the nodes', async () => {
  const h = await freshHarness();
  await h.up('single');
  const [{ pid }, pids] = [await h.hello(), await h.pids()];
  unlinkSync(h.home.socket);
  expect(await h.run('status')).toMatchObject({ code: 0, stderr: '' });
  expect((await h.hello()).pid).not.toBe(pid);
  await until(() => expect(() => process.kill(pid, 0)).toThrow());
  expect(await h.pids()).toEqual(pids);

  // Nor does a daemon whose whole home was removed live on for ever.
  await h.run('down');
  const next = await h.hello();
  rmSync(h.home.root, { recursive: true });
  await until(() => expect(() => process.kill(next.pid, 0)).toThrow());
});

test('a command that meets a daemon that is about to end waits for the lock and starts the successor', async () => {
  const h = await freshHarness();
  mkdirSync(h.home.root);
  const lock = await acquireFileLock(h.home.daemonLock, { wait: true });
  const command = h.begin(['ls', '--json']);
  const attempts = async () => (await currentPlatform().processTable()).filter(({ ppid }) => ppid === command.pid).length;
  await until(async () => expect(await attempts()).toBe(1));
  await until(async () => expect(await attempts()).toBe(0));
  await lock[Symbol.asyncDispose]();
  expect(await command.outcome).toMatchObject({ code: 0, json: { clusters: [], broken: [], recovered: [] } });
});

test('a daemon that speaks another protocol: both are named, with the command that helps', async () => {
  const h = await freshHarness();
  mkdirSync(h.home.root);
  const other = { version: '9.8.7', protocol: PROTOCOL + 1, pid: 4_242, startedAt: new Date(0).toISOString() };
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify(other)));
  await once(server.listen(h.home.socket), 'listening');
  const outcome = await h.run('ls', '--json');
  server.close();
  const version = (await h.run('--version')).stdout.trim();
  expectFailure(outcome, 6, { code: 'DAEMON_VERSION_MISMATCH', next: expect.stringContaining('rmqdev daemon restart') });
  expect(outcome.error.what).toContain('9.8.7');
  expect(outcome.error.what).toContain(version);
  expect(outcome.error.why).toBe(`it speaks protocol ${PROTOCOL + 1}, this command ${PROTOCOL}`);
});

test('a question is one request: another version of the daemon is told from its answer', async () => {
  const h = await freshHarness();
  mkdirSync(h.home.root);
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    for (const [name, value] of Object.entries(speakerHeaders({ version: '9.8.7', protocol: PROTOCOL }))) response.setHeader(name, value);
    response.end(JSON.stringify({ clusters: [], broken: [], recovered: [] }));
  });
  await once(server.listen(h.home.socket), 'listening');
  const { stderr, code } = await h.run('ls');
  server.close();
  expect({ asked, code }).toEqual({ asked: ['/v1/clusters'], code: 0 });
  expect(stderr).toMatch(/^note: the running daemon is 9\.8\.7, this rmqdev is .*; `rmqdev daemon restart` brings the daemon up to date/);
});

test('a daemon refuses a question and a change in another protocol, and answers who says none', async () => {
  const h = await freshHarness();
  await h.run('ls');
  const ask = async (method: string, path: string, headers: Record<string, string>) => {
    const sent = request({ socketPath: h.home.socket, method, path, headers });
    const [response] = await once(sent.end(method === 'POST' ? '{}' : undefined), 'response');
    return { status: response.statusCode, body: await json(response) };
  };
  const other = speakerHeaders({ version: '9.8.7', protocol: PROTOCOL + 1 });
  const refusal = { status: 409, body: { error: { code: 'DAEMON_VERSION_MISMATCH', what: expect.stringContaining('9.8.7') } } };
  expect(await ask('GET', '/v1/clusters', other)).toMatchObject(refusal);
  expect(await ask('POST', '/v1/shutdown', other)).toMatchObject(refusal);
  expect(await ask('GET', '/v1/clusters', {})).toMatchObject({ status: 200, body: { clusters: [] } });
});

test('a socket path that is too long: both lengths, and nothing is made', async () => {
  const h = await freshHarness();
  const deep = join(h.root, 'x'.repeat(100));
  const outcome = await h.begin(['ls', '--json'], { env: { RMQDEV_HOME: deep } }).outcome;
  const length = Buffer.byteLength(join(deep, 'daemon.sock'));
  expectFailure(outcome, 7, { code: 'SOCKET_PATH_TOO_LONG', why: expect.stringMatching(new RegExp(`${length} bytes; 103 `)) });
  expect(existsSync(deep)).toBe(false);
});

/** Runs what follows as the owner of this clone, who can read it wherever it lies, and without what lets root write everywhere. */
const AS_OWNER = () => [
  'setpriv',
  '--reuid',
  `${statSync(REPOSITORY).uid}`,
  '--clear-groups',
  '--bounding-set',
  '-all',
  '--inh-caps',
  '-all',
];

test('a home that cannot be written, or is a file', async () => {
  const h = await freshHarness();
  chmodSync(h.root, 0o755);
  chmodSync(h.cwd, 0o555);
  const command = isRoot ? AS_OWNER() : [];
  const outcome = await h.begin(['ls', '--json'], { env: { RMQDEV_HOME: join(h.cwd, 'home') }, command }).outcome;
  chmodSync(h.cwd, 0o755);
  expectFailure(outcome, 8, {
    code: 'HOME_NOT_WRITABLE',
    what: expect.stringContaining(join(h.cwd, 'home')),
    why: expect.stringMatching(/EACCES|permission/),
  });
  const file = await h.begin(['ls', '--json'], { env: { RMQDEV_HOME: '/dev/null' } }).outcome;
  expectFailure(file, 8, { code: 'HOME_NOT_WRITABLE', what: expect.stringContaining('/dev/null') });
});

/** How often a daemon of this home became ready. */
const daemonStarts = (h: Harness) => readFileSync(h.home.daemonLog, 'utf8').match(/"daemon ready"/g)?.length;

test('commands at once on a fresh home start one daemon; a home that was there keeps its mode', async () => {
  const h = await freshHarness();
  mkdirSync(h.home.root, { mode: 0o755 });
  const outcomes = await Promise.all(['ls', 'versions', 'profiles', 'ls'].map((command) => h.run(command)));
  expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual(outcomes.map(() => ({ code: 0, stderr: '' })));
  expect(daemonStarts(h)).toBe(1);
  // The folder was there: it stays as it is, and the socket lies in a closed one.
  expect([h.home.root, h.home.privateFolder, h.home.socket].map((path) => statSync(path).mode & 0o777)).toEqual([0o755, 0o700, 0o600]);
});

// Becoming another user takes root.
test.runIf(isRoot).each([0o700, 0o755])('another Unix user cannot connect to the daemon of a home of mode %o', async (mode) => {
  const h = await freshHarness();
  mkdirSync(h.home.root, { mode });
  chmodSync(h.home.root, mode);
  chmodSync(h.root, 0o755);
  await h.run('ls');
  for (const path of [h.home.socket, join(h.home.privateFolder, 'd.sock')]) {
    const [command = '', ...args] = [...AS_NOBODY, process.execPath, '-e', CONNECT, path];
    const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' });
    expect({ status, code: stdout.trim() }).toEqual({ status: 1, code: 'EACCES' });
  }
  expect((await h.hello()).pid).toBeGreaterThan(0);
});

test('a daemon that was stopped: its pid and what to do, not a hang', async () => {
  const h = await freshHarness();
  await h.run('ls');
  const { pid } = await h.hello();
  process.kill(pid, 'SIGSTOP');
  const outcome = await h.run('ls', '--json');
  process.kill(pid, 'SIGCONT');
  expectFailure(outcome, 4, {
    code: 'DAEMON_UNREACHABLE',
    what: expect.stringContaining(`pid ${pid}`),
    next: expect.stringMatching(new RegExp(`kill -CONT ${pid}.*kill -9 ${pid}`)),
  });
  expect((await h.hello()).pid).toBe(pid);
});

test('a home deleted and made anew: the old daemon leaves its successor and its socket alone', async () => {
  const h = await freshHarness();
  await h.run('ls');
  const { pid } = await h.hello();
  process.kill(pid, 'SIGSTOP');
  rmSync(h.home.root, { recursive: true });
  await h.run('ls');
  const next = await h.hello();
  expect(next.pid).not.toBe(pid);
  process.kill(pid, 'SIGCONT');
  await until(() => expect(() => process.kill(pid, 0)).toThrow());
  expect((await h.hello()).pid).toBe(next.pid);
});

test('a home deleted under its nodes: the next daemon names them, and down ends them', async () => {
  const h = await freshHarness();
  await h.up('single');
  const [{ pid }, pids] = [await h.hello(), Object.values(await h.pids())];
  // Dead first: one that lives may write the state down again before it ends.
  process.kill(pid, 'SIGKILL');
  await until(() => expect(() => process.kill(pid, 0)).toThrow());
  rmSync(h.home.root, { recursive: true, force: true, maxRetries: 5 });
  const status = await h.run('status', '-c', 'single', '--json');
  expectFailure(status, status.code as number, { code: 'STATE_UNREADABLE', next: expect.stringContaining('rmqdev down -c single') });
  for (const each of pids) expect(status.error.why).toContain(`pid ${each}`);
  expect((await h.run('down', '-c', 'single')).code).toBe(0);
  expect(await h.jvms()).toEqual([]);
  expect((await h.run('ls', '--json')).json).toMatchObject({ clusters: [], broken: [] });
});
