import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { CliProcess } from '../../support/cli-process.js';
import { FAKE_JDK, type Harness, PAIR, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();
afterEach(() => rmSync(projectFile(harness()), { force: true }));

/** As the folder of the project: the harness works in `u`. */
const CLUSTER = 'u';
const projectFile = (h: Harness) => join(h.cwd, 'rmqdev.yaml');

/** As most editors save: a new file, moved onto the old one. */
function save(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/** Starts `up --watch` on the project of the working folder, which extends the profile `base`, and waits until it watches. */
async function watching(h: Harness, ...args: string[]): Promise<{ cli: CliProcess; file: string; base: string }> {
  const base = h.profileOf('base', PAIR);
  const file = projectFile(h);
  save(file, 'extends: base\n');
  const cli = h.begin(['up', '--watch', '--java', FAKE_JDK, '--rocketmq', h.release('4.9.7'), ...args]);
  await cli.until(({ stdout, stderr }) => expect(stdout, stderr).toMatch(/"event":"watching"|^Watching /m));
  return { cli, file, base };
}

const propertyOf = (h: Harness, node: string) => readFileSync(h.home.cluster(CLUSTER).node(node).config, 'utf8');
const eventsOf = (cli: CliProcess, name: string) => cli.lines.filter(({ event }) => event === name);

test('up --watch: a save shows what differs and rolls the nodes concerned; Ctrl-C ends it with 0 and the cluster goes on', async () => {
  const h = harness();
  const { cli, file, base } = await watching(h);
  expect(cli.stdout).toMatch(/^ready after \S+/m);
  expect(cli.stdout).toContain(`Watching rmqdev.yaml, ${base}. Ctrl-C ends it, ${CLUSTER} goes on.`);
  const before = await h.pids();

  save(file, 'extends: base\nnodes: { broker-a-s: { properties: { maxMessageSize: 65536 } } }\n');
  await cli.until(({ stdout }) => expect(stdout).toMatch(/^u: broker-a-s restarted; ready after \S+$/m));
  expect(cli.stdout).toMatch(/^\d\d:\d\d:\d\d {2}rmqdev.yaml saved$/m);
  expect(cli.stderr).toMatch(/^ {2}broker-a-s: maxMessageSize .*→ 65536$/m);
  expect(cli.stderr).toMatch(/^broker-a-s {2}ready/m);
  const after = await h.pids();
  expect(after).toEqual({ ...before, 'broker-a-s': after['broker-a-s'] });
  expect(h.launches(CLUSTER)).toEqual({ 'namesrv-1': 1, 'broker-a': 1, 'broker-a-s': 2 });

  const said = cli.stderr;
  save(file, readFileSync(file, 'utf8').replace('nodes:', '# a comment\nnodes:'));
  await cli.until(({ stdout }) => expect(stdout).toMatch(/^\d\d:\d\d:\d\d {2}rmqdev.yaml saved: no node differs$/m));
  expect(cli.stderr).toBe(said);

  cli.signal('SIGINT');
  const { code, stdout } = await cli.outcome;
  expect({ code, last: stdout.trim().split('\n').at(-1) }).toEqual({ code: 0, last: `Watching has ended, ${CLUSTER} goes on.` });
  expect(await h.pids()).toEqual(after);
});

test('a save of a profile that is extended counts too, once for each of many saves by rename', async () => {
  const h = harness();
  const { cli, base } = await watching(h, '--json');
  const text = readFileSync(base, 'utf8');
  for (const size of [65_536, 65_537, 65_538]) {
    save(base, text.replace('role: namesrv', `role: namesrv, env: { SIZE: "${size}" }`));
    await cli.until(() => expect(eventsOf(cli, 'applied')).toHaveLength(size - 65_535));
  }
  expect(eventsOf(cli, 'saved')).toEqual(Array(3).fill({ event: 'saved', files: [base] }));
  expect(eventsOf(cli, 'applied').at(-1)).toMatchObject({ cluster: CLUSTER, state: 'ready', nodes: { 'namesrv-1': 'restart' } });
  expect(h.launches(CLUSTER)).toMatchObject({ 'namesrv-1': 4, 'broker-a': 1 });
});

test('an error in a file is told with its line and changes nothing; the next save counts again', async () => {
  const h = harness();
  const { cli, file, base } = await watching(h);
  const before = await h.pids();
  save(file, 'extends: base\nnodes: { broker-a: { heap: much } }\n');
  await cli.until(({ stderr }) => expect(stderr).toMatch(/^ {2}why: {2}rmqdev.yaml:2:\d+: nodes.broker-a.heap/m));
  expect(cli.stderr).toContain('  next: Nothing was changed. Correct the profile and save it\n');
  save(file, 'extends: base\nnodes: { broker-a: { properties: { noSuchKey: 1 } } }\n');
  await cli.until(({ stderr }) => expect(stderr).toMatch(/rmqdev.yaml:2:\d+: .*noSuchKey/));

  // A parent that is wrong is watched although the profile has never been read whole with it.
  const broken = join(h.cwd, 'broken.yaml');
  writeFileSync(broken, 'nodes: [\n');
  save(file, 'extends: ./broken.yaml\n');
  await cli.until(({ stderr }) => expect(stderr).toMatch(/broken.yaml:\d/));
  expect(await h.pids()).toEqual(before);
  save(broken, 'extends: base\n');
  await cli.until(({ stdout }) => expect(stdout).toMatch(/broken.yaml saved: no node differs$/m));
  expect(await h.pids()).toEqual(before);
  rmSync(broken);
  rmSync(base);
});

test('a save while nodes are rolled is taken up after it, the newest alone', async () => {
  const h = harness();
  const { cli, file } = await watching(h, '--json');
  const withSize = (size: number) => `extends: base\nnodes: { broker-a-s: { properties: { maxMessageSize: ${size} } } }\n`;
  save(file, withSize(65_536));
  await cli.until(() => expect(eventsOf(cli, 'node').some(({ step }) => step === 'stopping')).toBe(true));
  save(file, withSize(65_537));
  save(file, withSize(65_538));
  await cli.until(() => expect(eventsOf(cli, 'applied')).toHaveLength(2));
  expect(propertyOf(h, 'broker-a-s')).toContain('maxMessageSize=65538');
  expect(h.launches(CLUSTER)).toMatchObject({ 'broker-a': 1, 'broker-a-s': 3 });
});

test('a save while another command changes the cluster is applied after that', async () => {
  const h = harness();
  const { cli, file } = await watching(h);
  const profile = (size: number) => `extends: base\nnodes: { broker-a-s: { properties: { maxMessageSize: ${size} } } }\n`;
  const restart = h.begin(['restart', 'all']);
  await restart.until(({ stderr }) => expect(stderr).toContain('stopping'));
  save(file, profile(65_536));
  await cli.until(({ stderr }) => expect(stderr).toContain('the save is applied after that'));
  expect((await restart.outcome).code).toBe(0);
  await cli.until(({ stdout }) => expect(stdout).toContain('broker-a-s restarted; ready after'));
  expect(cli.stderr).not.toContain('error ');
  expect(propertyOf(h, 'broker-a-s')).toContain('maxMessageSize=65536');
});

test('Ctrl-C while nodes are rolled ends with 130, and the daemon goes on', async () => {
  const h = harness();
  const { cli, file } = await watching(h);
  save(file, 'extends: base\nnodes: { broker-a-s: { properties: { maxMessageSize: 65536 } } }\n');
  await cli.until(({ stderr }) => expect(stderr).toContain('broker-a-s  stopping'));
  cli.signal('SIGINT');
  const { code, stdout } = await cli.outcome;
  expect(code).toBe(130);
  expect(stdout).toContain('Detached: what is under way goes on.');
  await until(async () => expect(await h.node('broker-a-s')).toMatchObject({ state: 'ready', restarts: 0 }));
  expect(propertyOf(h, 'broker-a-s')).toContain('maxMessageSize=65536');
});

test('a profile that goes away for a moment changes nothing, even if a shipped one has its name', async () => {
  const h = harness();
  const file = h.profileOf('single', PAIR);
  const text = readFileSync(file, 'utf8');
  const cli = h.begin(['up', 'single', '--watch', '--json', '--java', FAKE_JDK, '--rocketmq', h.release('4.9.7')]);
  await cli.until(() => expect(eventsOf(cli, 'watching')).toHaveLength(1));
  const before = await h.pids();
  rmSync(file);
  await cli.until(() => expect(eventsOf(cli, 'missing')).toEqual([{ event: 'missing', files: [file] }]));
  writeFileSync(file, text);
  await cli.until(() => expect(eventsOf(cli, 'unchanged')).toHaveLength(1));
  expect(await h.pids()).toEqual(before);
});

test('a daemon that has ended meanwhile is started for the next save', async () => {
  const h = harness();
  const { cli, file } = await watching(h, '--json');
  const before = await h.pids();
  expect((await h.run('daemon', 'stop')).code).toBe(0);
  save(file, `extends: base\nnodes: { broker-c: { role: broker, listenPort: ${h.port('broker-c')} } }\n`);
  await cli.until(() => expect(eventsOf(cli, 'applied')).toMatchObject([{ nodes: { 'broker-c': 'create' } }]));
  expect(await h.pids()).toMatchObject(before);
});

test('with --dry-run a save shows what it would change, and changes nothing', async () => {
  const h = harness();
  h.profileOf('base', PAIR);
  save(projectFile(h), 'extends: base\n');
  const args = ['--java', FAKE_JDK, '--rocketmq', h.release('4.9.7')];
  expect((await h.run('up', ...args)).code).toBe(0);
  const before = await h.pids();
  const { cli, file } = await watching(h, '--dry-run');
  save(file, 'extends: base\nnodes: { broker-a: { properties: { maxMessageSize: 65536 } } }\n');
  await cli.until(({ stdout }) => expect(stdout).toMatch(/^ {2}broker-a: maxMessageSize .*→ 65536$/m));
  cli.signal('SIGINT');
  expect(await cli.outcome).toMatchObject({ code: 0, stderr: '' });
  expect(await h.pids()).toEqual(before);
});

test('the first start fails as that of up: an error ends the command', async () => {
  const h = harness();
  save(projectFile(h), 'nodes: { broker-a: { role: broker, heap: much } }\n');
  const { code, error } = await h.run('up', '--watch', '--json');
  expect({ code, error }).toMatchObject({ code: 10, error: { code: 'PROFILE_INVALID' } });
});
