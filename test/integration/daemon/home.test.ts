import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PROTOCOL } from '../../../src/contract/version.js';
import { until } from '../../support/cli-process.js';
import { expectFailure, Harness } from '../../support/harness.js';

const isRoot = process.getuid?.() === 0;
/** Runs what follows as a user who is neither root nor the owner of anything here. */
const AS_NOBODY = ['setpriv', '--reuid', '65534', '--clear-groups'];

test('the home and its socket are for their owner alone', async () => {
  await using h = await Harness.create();
  mkdirSync(h.home.root, { mode: 0o755 });
  await h.run('ls');
  expect(statSync(h.home.root).mode & 0o777).toBe(0o700);
  expect(statSync(h.home.socket).mode & 0o777).toBe(0o600);
});

test('a socket file that a killed daemon left is no hindrance', async () => {
  await using h = await Harness.create();
  await h.run('ls');
  const { pid } = await h.hello();
  process.kill(pid, 'SIGKILL');
  expect(await h.run('ls')).toMatchObject({ code: 0, stderr: '' });
  expect((await h.hello()).pid).not.toBe(pid);
});

test('a deleted socket: the daemon that nobody can reach ends, its successor takes over the nodes', async () => {
  await using h = await Harness.create();
  await h.up('single');
  const [{ pid }, pids] = [await h.hello(), await h.pids()];
  unlinkSync(h.home.socket);
  expect(await h.run('status')).toMatchObject({ code: 0, stderr: '' });
  expect((await h.hello()).pid).not.toBe(pid);
  await until(() => expect(() => process.kill(pid, 0)).toThrow());
  expect(await h.pids()).toEqual(pids);
});

test('a daemon whose whole home was removed does not live on for ever', async () => {
  await using h = await Harness.create();
  await h.run('ls');
  const { pid } = await h.hello();
  rmSync(h.home.root, { recursive: true });
  await until(() => expect(() => process.kill(pid, 0)).toThrow());
});

test('a command while the daemon ends finds its successor', async () => {
  await using h = await Harness.create();
  await h.run('ls');
  const outcomes = await Promise.all([h.run('daemon', 'stop'), h.run('ls'), h.run('versions')]);
  expect(outcomes.map(({ code, stderr }) => ({ code, stderr }))).toEqual(outcomes.map(() => ({ code: 0, stderr: '' })));
});

test('a daemon that speaks another protocol: both are named, with the command that helps', async () => {
  await using h = await Harness.create();
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

test('what else listens on the socket, without the lock, makes room', async () => {
  await using h = await Harness.create();
  mkdirSync(h.home.root);
  const server = createSocketServer((socket) => socket.end('220 mail ready\r\n'));
  await once(server.listen(h.home.socket), 'listening');
  expect((await h.run('ls', '--json')).json).toEqual({ clusters: [] });
  server.close();
});

test('a socket path that is too long: both lengths, and nothing is made', async () => {
  await using h = await Harness.create();
  const deep = join(h.root, 'x'.repeat(100));
  const outcome = await h.begin(['ls', '--json'], { env: { RMQDEV_HOME: deep } }).outcome;
  const length = Buffer.byteLength(join(deep, 'daemon.sock'));
  expectFailure(outcome, 7, { code: 'SOCKET_PATH_TOO_LONG', why: expect.stringMatching(new RegExp(`${length} bytes; 103 `)) });
  expect(existsSync(deep)).toBe(false);
});

test('a home that cannot be written, or is a file', async () => {
  await using h = await Harness.create();
  chmodSync(h.root, 0o755);
  chmodSync(h.cwd, 0o555);
  const command = isRoot ? AS_NOBODY : [];
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

test.runIf(isRoot)('another user neither reaches the daemon nor starts one in this home', async () => {
  await using h = await Harness.create();
  chmodSync(h.root, 0o755);
  await h.run('ls');
  const outcome = await h.begin(['ls', '--json'], { command: AS_NOBODY }).outcome;
  expectFailure(outcome, 8, { code: 'HOME_NOT_WRITABLE', what: expect.stringContaining(h.home.root) });
});
