import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { expectFailure, useHarness } from '../../support/harness.js';

const harness = useHarness();

test('one file goes to stdout; several need a folder, and nothing is written without one', async () => {
  const h = harness();
  const kubernetes = await h.run('export', 'kubernetes', '2m2s');
  expect([kubernetes.code, kubernetes.stdout.split('\n')[0]]).toEqual([0, '# Start: kubectl apply -f kubernetes.yaml']);
  const compose = await h.run('export', 'compose', '2m2s', '--json');
  expect(Object.keys(compose.json.files as object)).toContain('compose.yaml');
  expect(await h.run('export', 'compose', '2m2s')).toMatchObject({ code: 2, stdout: '' });
  // No daemon was started for it.
  expect(existsSync(h.home.socket)).toBe(false);
});

test('a folder gets the files of the profile as it is overridden; one that holds files is left alone', async () => {
  const h = harness();
  const options = ['--heap', '512m', '--rocketmq', '4.9.7', '--set', 'topics=[orders]', '--advertise', '10.0.0.5'];
  const done = await h.run('export', 'compose', '2m2s', '-o', 'shop', ...options, '--json');
  expect(done, done.stderr).toMatchObject({ code: 0, json: { target: 'compose', profile: '2m2s', folder: join(h.cwd, 'shop') } });
  const text = readFileSync(join(h.cwd, 'shop', 'compose.yaml'), 'utf8');
  expect(text).toContain('image: apache/rocketmq:4.9.7');
  expect(text).toContain('- -Xmx512m');
  expect(readFileSync(join(h.cwd, 'shop', 'conf', 'broker-b.conf'), 'utf8')).toContain('brokerIP1=10.0.0.5');
  expect(statSync(join(h.cwd, 'shop', 'topics.sh')).mode & 0o111).not.toBe(0);

  mkdirSync(join(h.cwd, 'mine'));
  writeFileSync(join(h.cwd, 'mine', 'compose.yaml'), 'mine');
  expectFailure(await h.run('export', 'compose', 'single', '-o', 'mine', '--json'), 40, { code: 'FILE_NOT_WRITTEN' });
  expect(readdirSync(join(h.cwd, 'mine'))).toEqual(['compose.yaml']);
  expect(readFileSync(join(h.cwd, 'mine', 'compose.yaml'), 'utf8')).toBe('mine');
  expect((await h.run('export', 'compose', 'single', '-o', 'mine', '--force')).code).toBe(0);
});

test('what a target cannot say is refused with exit code 63', async () => {
  const h = harness();
  expectFailure(await h.run('export', 'compose', 'single', '--java', '17', '-o', 'x', '--json'), 63, { code: 'NOT_EXPORTABLE' });
  expectFailure(await h.run('export', 'kubernetes', 'dledger', '--operator', '--json'), 63, { code: 'NOT_EXPORTABLE' });
  expectFailure(await h.run('export', 'compose', 'proxy', '--rocketmq', '4.9.7', '--json'), 31, { code: 'UNSUPPORTED' });
  expect(existsSync(join(h.cwd, 'x'))).toBe(false);
});
