import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { Finding } from '../../../src/base/finding.js';
import { greet } from '../../../src/client/daemon-process.js';
import type { Outcome } from '../../support/cli-process.js';
import { expectFailure, FAKE_JDK, freshHarness, type Harness, useHarness } from '../../support/harness.js';
import { close, listen } from '../../support/port-block.js';
import { breakConfig, makeCommitLog } from '../../support/store-files.js';
import { until } from '../../support/until.js';

const harness = useHarness();

type Report = { checks: { id: string; section: string; status: string; summary: string }[]; findings: (Finding & { check: string })[] };

/** `doctor single` on the ports, release and JDK that `up` of the harness takes. */
async function doctor(
  h: Harness,
  ...args: string[]
): Promise<{ outcome: Outcome; report: Report; statusOf: (id: string) => string | undefined }> {
  const [, ...same] = h.upArgs('single', ...args);
  const outcome = await h.run('doctor', ...same, '--json');
  const report = outcome.json as Report;
  return { outcome, report, statusOf: (id) => report.checks.find((check) => check.id === id)?.status };
}

const findingsOf = ({ findings }: Report, code: string) => findings.filter((finding) => finding.code === code);

test('on an empty home: every section, no daemon, nothing written; the exit code follows from the errors', async () => {
  const h = await freshHarness();
  const { outcome, report, statusOf } = await doctor(h);
  expect(outcome.stderr).toBe('');
  expect([...new Set(report.checks.map(({ section }) => section))]).toEqual([
    'This machine',
    'Java',
    'Releases',
    'Memory and disk',
    'Ports',
    'Stores and leftovers',
    'Network',
    'Environment',
    'Sleep and clock',
  ]);
  for (const id of ['java.jdk', 'releases.wanted', 'ports.plan', 'home.clusters', 'home.stores']) expect(statusOf(id), id).toBe('ok');
  expect(outcome.code).toBe(report.checks.some(({ status }) => status === 'error') ? 1 : 0);
  expect(existsSync(h.home.root)).toBe(false);
});

test('as text: a line a check, findings with why and next below it, a verdict; no control characters in a pipe', async () => {
  const h = harness();
  const env = { NAMESRV_ADDR: '10.0.0.1:9876', JAVA_TOOL_OPTIONS: '-Dmine=1' };
  const { stdout } = await h.begin(['doctor', ...h.upArgs('single').slice(1)], { env }).outcome;
  expect(stdout).toMatch(
    /^Environment\n {2}warning {2}NAMESRV_ADDR is 10\.0\.0\.1:9876\n {11}warning: .+\n {13}why: {2}.+\n {13}next: `unset NAMESRV_ADDR`$/m,
  );
  expect(stdout).toMatch(/^ {11}note: JAVA_TOOL_OPTIONS=-Dmine=1 in this shell$/m);
  expect(stdout.trim().split('\n').at(-1)).toMatch(/rmqdev up single|Fix the errors first/);
  expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('a port that is taken: by whom; an error for a NameServer, and exit 1', async () => {
  const h = harness();
  const server = await listen(h.port('namesrv-1'));
  try {
    const { outcome, report } = await doctor(h);
    expect(outcome.code).toBe(1);
    const [finding] = findingsOf(report, 'PORT_IN_USE');
    expect(finding).toMatchObject({
      check: 'ports.plan',
      severity: 'error',
      what: `namesrv-1 cannot have its port ${h.port('namesrv-1')}`,
    });
    expect(finding?.why).toContain(`pid ${process.pid} (`);
  } finally {
    if (server) await close(server);
  }
});

test('a profile, a release or an option that is none is a usage error, not a finding', async () => {
  const h = harness();
  expect(await h.run('doctor', 'nope', '--json')).toMatchObject({ code: 9, stdout: '' });
  expect(await h.run('doctor', 'single', '--rocketmq', join(h.root, 'nowhere'), '--json')).toMatchObject({ code: 12, stdout: '' });
  expect(await h.run('doctor', '--advertize', 'x', '--json')).toMatchObject({ code: 2, stdout: '' });
});

test('a JDK that is not there is an error of the section Java', async () => {
  const h = harness();
  const { outcome, report, statusOf } = await doctor(h, '--java', join(h.root, 'no-jdk'));
  expect(outcome.code).toBe(1);
  expect(statusOf('java.jdk')).toBe('error');
  expect(findingsOf(report, 'JAVA_NOT_FOUND')[0]?.what).toContain('no-jdk');
});

test('stores of a stopped cluster: a broken topics.json and a file of another size, each with its fix', async () => {
  const h = harness();
  await h.up('single');
  await h.run('down');
  const { store } = h.home.cluster('single').node('broker-a');
  breakConfig(store, 'topics.json', true);
  makeCommitLog(store, 4_096);
  const { outcome, report } = await doctor(h);
  expect(outcome.code).toBe(1);
  expect(findingsOf(report, 'STORE_DAMAGED')[0]).toMatchObject({
    severity: 'error',
    next: expect.stringContaining('rmqdev reset broker-a -c single'),
  });
  expect(findingsOf(report, 'STORE_INCOMPATIBLE')[0]).toMatchObject({
    severity: 'error',
    next: expect.stringContaining('mappedFileSizeCommitLog=4096'),
  });
});

test('a running cluster takes its own ports; one whose daemon was killed is told of, and no new daemon started', async () => {
  const h = harness();
  await h.up('single');
  const running = await doctor(h);
  expect(running.statusOf('ports.plan')).toBe('ok');
  expect(running.report.checks.find(({ id }) => id === 'ports.plan')?.summary).toBe('all nodes of single run already');
  // Of the whole machine: other homes may have lost their daemons.
  const ownLeftovers = (report: typeof running.report) =>
    findingsOf(report, 'NODES_WITHOUT_DAEMON').filter(({ what }) => what.includes(h.home.root));
  expect(ownLeftovers(running.report)).toEqual([]);

  const { pid } = await h.hello();
  process.kill(pid, 'SIGKILL');
  await until(async () => expect(await greet(h.home)).toBeUndefined());
  const { report } = await doctor(h);
  expect(ownLeftovers(report)).toMatchObject([{ severity: 'warning', next: expect.stringContaining('`rmqdev status`') }]);
  expect(await greet(h.home)).toBeUndefined();
});

test('--advertise: this machine alone reaches its loopback address, where a running broker is asked; a name that is none is an error', async () => {
  const h = harness();
  await h.up('single');
  const loopback = await doctor(h, '--advertise', '127.0.0.1');
  expect(loopback.report.checks.find(({ id }) => id === 'network.advertise')?.summary).toContain('reached broker-a of single');
  expect(findingsOf(loopback.report, 'ADVERTISE_LOCAL_ONLY')).toHaveLength(1);
  const none = await doctor(h, '--advertise', 'no-such-host.invalid');
  expect(none.outcome.code).toBe(1);
  expect(findingsOf(none.report, 'ADVERTISE_UNRESOLVED')).toHaveLength(1);
});

test('--advertise without an address: every port of a cluster, where it advertises its nodes; the name of the cluster may be another', async () => {
  const h = harness();
  await h.up('single', '--name', 'mine');
  const outcome = await h.run('doctor', '-c', 'mine', '--advertise', '--json');
  const { checks, findings } = outcome.json as Report;
  const hops = checks.filter(({ id }) => id.startsWith('network.advertise'));
  const [namesrv, broker] = [h.port('namesrv-1'), h.port('broker-a')];
  expect(hops.map(({ id, summary }) => [id, summary])).toEqual([
    ['network.advertise.namesrv-1', `namesrv-1 at 127.0.0.1: ${namesrv} answers`],
    ['network.advertise.broker-a', `broker-a at 127.0.0.1: ${broker - 2}, ${broker} answer`],
  ]);
  expect(findings.filter(({ check }) => check.startsWith('network.advertise')).map(({ code }) => code)).toEqual(['ADVERTISE_LOCAL_ONLY']);
  expectFailure(await h.run('doctor', 'single', '-c', 'mine', '--json'), 2, { code: 'USAGE' });
  expectFailure(await h.run('doctor', '-c', 'other', '--json'), 19, { code: 'CLUSTER_NOT_FOUND' });
});

test('the state of a cluster that cannot be read is told of, and keeps nothing else from being told', async () => {
  const h = harness();
  const { state } = h.home.cluster('torn');
  mkdirSync(dirname(state), { recursive: true });
  writeFileSync(state, '{"version":1,');
  try {
    const { report, statusOf } = await doctor(h, '--java', FAKE_JDK);
    expect(findingsOf(report, 'STATE_UNREADABLE')[0]).toMatchObject({ severity: 'warning', at: [{ file: state, line: null, text: '' }] });
    expect(statusOf('ports.plan')).toBe('ok');
  } finally {
    rmSync(dirname(state), { recursive: true });
  }
});
