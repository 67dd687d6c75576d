import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { expectFailure, type NodeId, useHarness } from '../../support/harness.js';

const ARTICLES = fileURLToPath(new URL('../../fixtures/articles', import.meta.url));
const BROKERS: readonly NodeId[] = ['broker-a', 'broker-a-s', 'broker-b', 'broker-b-s'];

const harness = useHarness();

test.each([
  ['macos', '4.7.0', ['namesrv-1', 'namesrv-2', ...BROKERS]],
  ['windows', '4.5.1', ['namesrv-1', ...BROKERS]],
  ['two-hosts', '4.7.0', ['namesrv-1', 'namesrv-2', ...BROKERS]],
] as const)('the files of %s: import, up, ready', async (article, version, ids) => {
  const h = harness();
  const made = await h.run('import', join(ARTICLES, article), '-o', `${article}.yaml`, '--json');
  expect(made, made.stderr).toMatchObject({ code: 0 });
  expect(made.json).toMatchObject({ file: join(h.cwd, `${article}.yaml`), rocketmq: version });
  const ports = ids.flatMap((id) => ['--set', `${id}.listenPort=${h.port(id)}`]);
  const { states } = await h.up(`./${article}.yaml`, '--rocketmq', h.release(version), ...ports, '--json');
  expect(states).toEqual(Object.fromEntries(ids.map((id) => [id, 'ready'])));
});

test('import says what it changed, with file and line, and refuses what it cannot run', async () => {
  const h = harness();
  mkdirSync(join(h.cwd, 'conf'), { recursive: true });
  writeFileSync(join(h.cwd, 'conf', 'broker-a.conf'), 'brokerName=broker-a\r\nbrokerIP1=203.0.113.7\r\nstorePathRootDir=D:\\mq\\store\r\n');
  const { stdout, code } = await h.run('import', 'conf', '-o', 'said.yaml');
  expect(code).toBe(0);
  expect(stdout).toMatch(/error PATH_BACKSLASH[\s\S]*conf\/broker-a\.conf:3[\s\S]*now: {2}the folder of the node/);
  expect(stdout).toContain('conf/broker-a.conf:2  brokerIP1=203.0.113.7 → 127.0.0.1');
  expectFailure(await h.run('import', 'conf', '-o', 'said.yaml', '--json'), 40, { code: 'FILE_NOT_WRITTEN' });
  expectFailure(await h.run('import', join(ARTICLES, 'dledger'), '--json'), 31, {
    code: 'UNSUPPORTED',
    next: expect.stringContaining('rmqdev up dledger'),
  });
});
