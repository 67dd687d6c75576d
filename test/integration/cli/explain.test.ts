import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { CrashReport, Explanation } from '../../../src/contract/findings.js';
import { readLaunchMark, writtenSince } from '../../../src/evidence/launch-mark.js';
import { expectFailure, type Harness, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();
const crashLike = (name: string) => fileURLToPath(new URL(`../../fixtures/crashes/4.9.7/${name}`, import.meta.url));

const FAKE = 'broker-a.env.FAKE_JVM';
const ONCE = ['--set', 'restart={backoff: 10ms..20ms, maxRestarts: 0}'];

function reportsOf(h: Harness, node = 'broker-a'): CrashReport[] {
  const folder = h.home.cluster('single').crashes(node);
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  expect(names.filter((name) => name.includes('pending'))).toEqual([]);
  return names.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}
const told = (h: Harness) => h.events('single').filter(({ type }) => type === 'crash-report');
const explain = async (h: Harness, ...args: string[]) => (await h.run('explain', ...args, '--json')).json as unknown as Explanation;

test('up of a broker that dies at its start names the cause, the line that proves it and what to do; status and explain say the same', async () => {
  const h = harness();
  const up = await h.run(...h.upArgs('single', ...ONCE, '--set', `${FAKE}=crashFixture=${crashLike('corrupt-topics')}`, '--json'));
  expect(up.code).toBe(5);
  expect(up.error).toMatchObject({
    code: 'NODE_GAVE_UP',
    what: expect.stringMatching(/^broker-a did not come up: .*topics\.json/),
    why: expect.stringMatching(/exit status 253: .*\n.*broker\.log:\d+: /),
    next: expect.stringContaining('rmqdev explain broker-a -c single'),
  });

  const node = await h.node('broker-a');
  expect(node.lastExit).toMatchObject({ code: 253, cause: 'crashed', finding: 'CONFIG_JSON_CORRUPT' });
  expect((await h.run('status')).stdout).toMatch(/broker-a last ended .*crashed \(.*topics\.json.*`rmqdev explain broker-a` says more/);

  const explanation = await explain(h, 'broker-a');
  expect(explanation).toMatchObject({
    node: 'broker-a',
    exit: { code: 253, signal: null, adopted: false, meaning: expect.stringContaining('System.exit(-3)') },
    report: { wasReady: false, decision: expect.stringContaining('not restarted'), cause: 'crashed', rocketmq: '4.9.7' },
  });
  const [cause] = explanation.findings;
  expect(cause).toMatchObject({ code: 'CONFIG_JSON_CORRUPT', severity: 'error' });
  const [place] = cause?.at ?? [];
  const lines = readFileSync(place?.file ?? '', 'utf8').split('\n');
  expect(lines[(place?.line ?? 0) - 1]).toContain(place?.text);

  expect(reportsOf(h)).toHaveLength(1);
  expect(told(h)).toMatchObject([{ node: 'broker-a', data: { finding: 'CONFIG_JSON_CORRUPT', cause: 'crashed' } }]);
  const text = await h.run('explain');
  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(/^broker-a ended .*exit status 253/);
  expect(text.stdout.split('\n').length).toBeLessThan(25);
});

test('a restart right after the crash does not spoil the evidence, and what an earlier launch wrote is none', async () => {
  const h = harness();
  const crash = `crashFixture=${crashLike('segmentation-fault')};crashOn=SIGUSR2;forLaunches=1`;
  await h.up('single', '--set', `${FAKE}=${crash}`);
  process.kill((await h.node('broker-a')).pid as number, 'SIGUSR2');
  await until(async () => expect(await h.node('broker-a')).toMatchObject({ state: 'ready', restarts: 1 }));
  await until(() => expect(told(h)).toHaveLength(1));
  const [report] = reportsOf(h);
  expect(report).toMatchObject({ wasReady: true, exit: { signal: 'SIGABRT' }, decision: 'restart in 0 ms' });
  expect(report?.findings[0]?.code).toBe('JVM_CRASHED');
  expect(report?.excerpts.map(({ file }) => file)).toContainEqual(expect.stringMatching(/hs_err_pid\d+\.log$/));

  // The second launch ends without a word: the first one's hs_err is not its cause.
  process.kill((await h.node('broker-a')).pid as number, 'SIGKILL');
  await until(() => expect(told(h)).toHaveLength(2));
  const second = reportsOf(h).at(-1);
  expect(second).toMatchObject({ cause: 'killed-from-outside', exit: { signal: 'SIGKILL' } });
  expect(second?.findings.map(({ code }) => code)).toEqual(['KILLED_FROM_OUTSIDE']);
});

test('what the user killed or stopped gets no report', async () => {
  const h = harness();
  await h.up('single');
  await h.run('kill', 'broker-a', '--timeout', '5s');
  expect(await explain(h, 'broker-a')).toMatchObject({ node: 'broker-a', exit: { signal: 'SIGKILL' }, findings: [], report: null });
  expect((await h.run('explain')).stdout).toContain('No node of cluster single has ended without being asked to');
  expect(existsSync(h.home.cluster('single').crashes('broker-a'))).toBe(false);
  await h.run('start', 'broker-a');
  await h.run('down');
  expect(told(h)).toEqual([]);
});

test('a node that crashed while no daemon lived: its status is not known, its cause comes from its files, and it is told once', async () => {
  const h = harness();
  const crash = `crashFixture=${crashLike('corrupt-topics')};crashOn=SIGUSR2`;
  await h.up('single', '--set', 'restart=never', '--set', `${FAKE}=${crash}`);
  const { pid } = await h.node('broker-a');
  process.kill((await h.hello()).pid, 'SIGKILL');
  process.kill(pid as number, 'SIGUSR2');
  await until(async () => expect(await h.jvms()).toHaveLength(1));
  const explanation = await explain(h, 'broker-a');
  expect(explanation.exit).toMatchObject({
    code: null,
    signal: null,
    adopted: true,
    meaning: expect.stringContaining('is not known, because an earlier daemon started it'),
  });
  expect(explanation.findings[0]?.code).toBe('CONFIG_JSON_CORRUPT');
  expect((await h.node('broker-a')).lastExit).toMatchObject({ code: null, finding: 'CONFIG_JSON_CORRUPT' });

  // Neither the next daemon nor the one after it tells it again.
  for (let round = 0; round < 2; round += 1) {
    process.kill((await h.hello()).pid, 'SIGKILL');
    expect((await explain(h, 'broker-a')).report?.thisFile).toBe(explanation.report?.thisFile);
  }
  expect(reportsOf(h)).toHaveLength(1);
  expect(told(h)).toHaveLength(1);
});

test('a daemon that dies between a crash and its report leaves the report to the next one', async () => {
  const h = harness();
  const crash = `crashFixture=${crashLike('corrupt-topics')};crashOn=SIGUSR2`;
  await h.up('single', '--set', 'restart=never', '--set', `${FAKE}=${crash}`);
  const node = await h.node('broker-a');
  process.kill(node.pid as number, 'SIGUSR2');
  await until(() => expect(told(h)).toHaveLength(1));
  const [report] = reportsOf(h);

  // As on disk a moment before the report: the end is settled, nothing is made of it and nothing told.
  process.kill((await h.hello()).pid, 'SIGKILL');
  const { journal, state } = h.home.cluster('single');
  const file = report?.thisFile ?? '';
  const kept = JSON.parse(readFileSync(state, 'utf8')).nodes['broker-a'].snapshot.lastExit;
  const root = h.home.cluster('single').node('broker-a').root;
  const mark = readLaunchMark(root);
  const occurrence = {
    node: 'broker-a',
    exit: { ...kept, finding: null },
    launchedAt: mark?.at,
    wasProcess: true,
    pid: node.pid,
    wasReady: true,
    decision: 'not restarted: its restart policy is never',
    stretches: writtenSince(root, mark, null),
    since: null,
  };
  writeFileSync(file.replace(/\.json$/, '.pending.json'), JSON.stringify(occurrence));
  writeFileSync(journal, readFileSync(journal, 'utf8').replace(/.*"type":"crash-report".*\n/, ''));
  truncateSync(file, 0);

  await explain(h, 'broker-a');
  expect(reportsOf(h)).toMatchObject([{ node: 'broker-a', exit: { code: 253 }, findings: [{ code: 'CONFIG_JSON_CORRUPT' }, {}] }]);
  expect(told(h)).toHaveLength(1);
});

test('a node that never became a process is told with the reason, not with what an earlier launch wrote', async () => {
  const h = harness();
  await h.up('single', '--set', `${FAKE}=crashFixture=${crashLike('corrupt-topics')};crashOn=SIGUSR2`, '--set', 'restart=never');
  process.kill((await h.node('broker-a')).pid as number, 'SIGUSR2');
  await until(() => expect(told(h)).toHaveLength(1));
  const stdout = h.home.cluster('single').node('broker-a').stdout;
  rmSync(stdout);
  mkdirSync(stdout);
  const start = await h.run('start', 'broker-a', '--json');
  expect(start.code).toBe(25);
  expect(start.error).toMatchObject({ code: 'NODE_FAILED', what: expect.stringMatching(/^broker-a could not be started: .*stdout\.log/) });
  const { exit, findings } = await explain(h, 'broker-a');
  expect(exit).toMatchObject({ code: null, signal: null, adopted: false });
  expect(findings.map(({ code }) => code)).toEqual(['NOT_STARTED']);
  expect(findings[0]?.why).toContain('stdout.log');
  rmSync(stdout, { recursive: true });
});

test('a status, a line, a log, a folder and stdin are explained without a daemon', async () => {
  const h = harness();
  await h.client.call('shutdown', {}).catch(() => {});
  await until(() => expect(existsSync(h.home.socket)).toBe(false));
  const folder = join(h.cwd, 'logs', 'rocketmqlogs');
  mkdirSync(folder, { recursive: true });
  const log = readFileSync(join(crashLike('corrupt-topics'), 'broker.log'), 'utf8');
  writeFileSync(join(folder, 'broker.log'), log);

  expect(await explain(h, '253')).toMatchObject({ node: null, exit: { code: 253, meaning: expect.stringContaining('System.exit(-3)') } });
  expect(await explain(h, '-3')).toMatchObject({ exit: { code: 253 } });
  expect(await explain(h, 'exit', 'status', '137')).toMatchObject({ exit: { code: 137, meaning: expect.stringContaining('SIGKILL') } });
  expect(await explain(h, 'sigkill')).toMatchObject({ exit: { signal: 'SIGKILL' } });
  expect((await explain(h, 'java.net.BindException: Address already in use')).findings[0]?.code).toBe('PORT_IN_USE');
  for (const what of ['logs/rocketmqlogs', './logs/rocketmqlogs/broker.log', '--user-home', 'logs'])
    expect((await explain(h, what)).findings[0]).toMatchObject({ code: 'CONFIG_JSON_CORRUPT', at: [{ line: expect.any(Number) }] });
  const piped = h.begin(['explain', '-', '--json'], { command: ['sh', '-c', 'cat logs/rocketmqlogs/broker.log | "$@"', 'sh'] });
  expect(((await piped.outcome).json as unknown as Explanation).findings[0]?.code).toBe('CONFIG_JSON_CORRUPT');

  const healthy = await h.run('explain', 'The', 'broker', 'is', 'fine');
  expect(healthy).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Nothing found that explains an end; looked at/) });
  expectFailure(await h.run('explain', './nope.log', '--json'), 32, { code: 'FILE_UNREADABLE' });
  expect(existsSync(h.home.socket), 'a daemon was started').toBe(false);
});
