import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openPromise } from 'yauzl';
import type { ReportResult } from '../../../src/cli/report/make-report.js';
import { expectFailure, type Harness, useHarness } from '../../support/harness.js';
import { until } from '../../support/until.js';

const harness = useHarness();
const CRASH = fileURLToPath(new URL('../../fixtures/crashes/4.9.7/corrupt-topics', import.meta.url));

/** @returns paths below the archive's folder to their texts. */
async function unpacked(file: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const zip = await openPromise(file);
  for await (const entry of zip.eachEntry()) {
    texts.set(entry.fileName.split('/').slice(1).join('/'), (await buffer(await zip.openReadStreamPromise(entry))).toString());
  }
  return texts;
}

async function reported(h: Harness, ...args: string[]): Promise<{ result: ReportResult; texts: Map<string, string> }> {
  const outcome = await h.run('report', ...args, '--json');
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  const result = outcome.json as unknown as ReportResult;
  return { result, texts: await unpacked(result.file) };
}

test('a crashed node: the archive has its report, configuration, logs and flags, and nothing of where it was made', async () => {
  const h = harness();
  await h.up('single', '--set', 'restart=never', '--set', `broker-a.env.FAKE_JVM=crashFixture=${CRASH};crashOn=SIGUSR2`);
  process.kill((await h.node('broker-a')).pid as number, 'SIGUSR2');
  await until(() => expect(h.events('single').filter(({ type }) => type === 'crash-report')).toHaveLength(1));
  writeFileSync(join(h.home.cluster('single').node('broker-a').root, 'hs_err_pid7.log'), 'Host: somewhere\npassword=hunter2\n');
  writeFileSync(`${h.home.daemonLog}.1`, '{"msg":"cut off before"}\n');

  const { result, texts } = await reported(h, '-c', 'single');
  expect(result).toMatchObject({ cluster: 'single', sizeBytes: expect.any(Number) });
  expect(result.file).toMatch(/\/u\/rmqdev-report-single-\d{8}-\d{6}\.zip$/);
  for (const path of [
    'README.md',
    'manifest.json',
    'versions.json',
    'profile.yaml',
    'status.txt',
    'daemon-facts.json',
    'daemon.log',
    'daemon.log.1',
    'machine/doctor.txt',
    'cluster/cluster.json',
    'cluster/events.ndjson',
    'cluster/files.txt',
    'nodes/broker-a/node.conf',
    'nodes/broker-a/run/node.conf',
    'nodes/broker-a/stdout.log',
    'nodes/broker-a/hs_err_pid7.log',
    'nodes/broker-a/logs/rocketmqlogs/broker.log',
    'nodes/namesrv-1/stdout.log',
  ])
    expect([...texts.keys()]).toContain(path);
  expect([...texts.keys()].filter((path) => path.startsWith('crashes/broker-a/'))).toHaveLength(1);
  expect(texts.get('README.md')).toMatch(/broker-a crashed \(exit status 253.*CONFIG_JSON_CORRUPT/);
  expect(JSON.parse(texts.get('daemon-facts.json') ?? '').nodes[1]).toMatchObject({
    id: 'broker-a',
    javaArgs: expect.arrayContaining([expect.stringMatching(/^-Xmx/)]),
  });
  expect(texts.get('nodes/broker-a/hs_err_pid7.log')).toContain('password=<redacted>');

  const manifest = JSON.parse(texts.get('manifest.json') ?? '');
  expect(manifest.files.map(({ path }: { path: string }) => path).sort()).toEqual(
    [...texts.keys()].filter((path) => path !== 'manifest.json').sort(),
  );
  for (const [path, text] of texts) expect(text, path).not.toContain(h.home.root);
  expect(result.replaced['<rmqdev-home>']).toBeGreaterThan(10);
});

test('without a daemon, with a broken state and with files that cannot be read it makes a report all the same, and starts none', async () => {
  const h = harness();
  await h.up('single');
  await h.run('down');
  process.kill((await h.hello()).pid, 'SIGKILL');
  await until(async () => expect(await h.client.call('hello', {}).catch(() => undefined)).toBeUndefined());
  const paths = h.home.cluster('single');
  const { root, logs, gcLog, stdout } = paths.node('broker-a');
  for (const file of [paths.state, paths.stateCopy]) writeFileSync(file, '{"version":1,"profile":');
  execFileSync('mkfifo', [join(root, 'hs_err_pid1.log'), join(logs, 'pipe.log')]);
  writeFileSync(gcLog, Buffer.concat([Buffer.alloc(4 << 20, 'x\n'), Buffer.from('the last line\n')]));
  chmodSync(stdout, 0o000);

  const { result, texts } = await reported(h);
  expect(result.cluster).toBe('single');
  expect(result.missing).toContainEqual({ path: 'daemon-facts.json', why: 'no daemon runs, and none was started for this' });
  expect(result.missing).toContainEqual({ path: 'profile.yaml', why: 'the state of the cluster cannot be read' });
  expect(texts.get('cluster/cluster.json')).toBe('{"version":1,"profile":');
  expect(texts.get('nodes/broker-a/gc.log')).toMatch(/bytes left out[\s\S]*the last line\n$/);
  expect((texts.get('nodes/broker-a/gc.log') ?? '').length).toBeLessThan(100_000);
  expect(result.files.find(({ path }) => path === 'nodes/broker-a/gc.log')).toMatchObject({ note: expect.stringContaining('left out') });
  expect(texts.get('README.md')).toContain('no daemon runs');
  await expect(h.client.call('hello', {})).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' });
  chmodSync(stdout, 0o600);
});

test('a file that is there is not written over, and a cluster that is not there is an error', async () => {
  const h = harness();
  const file = join(h.cwd, 'mine.zip');
  writeFileSync(file, 'mine');
  expectFailure(await h.run('report', '-o', 'mine.zip', '--json'), 40, { code: 'FILE_NOT_WRITTEN' });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expectFailure(await h.run('report', '-o', 'nowhere/mine.zip', '--json'), 40, { code: 'FILE_NOT_WRITTEN' });
  expectFailure(await h.run('report', '-c', 'nope', '--json'), 19, { code: 'CLUSTER_NOT_FOUND' });

  expect((await reported(h, '-o', 'mine.zip', '--force')).result.file).toBe(file);
  mkdirSync(join(h.cwd, 'out'));
  const text = await h.run('report', '-o', 'out');
  expect(text.stdout).toContain('Read it before you share it');
  expect(readdirSync(join(h.cwd, 'out'))).toHaveLength(1);
  expect(existsSync(join(h.cwd, 'nowhere'))).toBe(false);
});
