import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { expectFailure, FAKE_JDK, type NodeId, useHarness } from '../../support/harness.js';

const ARTICLES = fileURLToPath(new URL('../../fixtures/articles', import.meta.url));
const BROKERS: readonly NodeId[] = ['broker-a', 'broker-a-s', 'broker-b', 'broker-b-s'];

const harness = useHarness();

test.each([
  ['macos', '4.7.0', ['namesrv-1', 'namesrv-2', ...BROKERS]],
  ['windows', '4.5.1', ['namesrv-1', ...BROKERS]],
  ['two-hosts', '4.7.0', ['namesrv-1', 'namesrv-2', ...BROKERS]],
  ['modes-4.4', '4.4.0', ['namesrv-1', 'namesrv-2', ...BROKERS]],
  ['nat', '4.9.3', ['namesrv-1', 'namesrv-2', ...BROKERS]],
] as const)('the files of %s: import, up, ready', async (article, version, ids) => {
  const h = harness();
  const file = `${article.replace('.', '-')}.yaml`;
  const made = await h.run('import', join(ARTICLES, article), '-o', file, '--json');
  expect(made, made.stderr).toMatchObject({ code: 0 });
  expect(made.json).toMatchObject({ file: join(h.cwd, file), name: article.replace('.', '-'), rocketmq: version });
  const ports = ids.flatMap((id) => ['--set', `${id}.listenPort=${h.port(id)}`]);
  const { states } = await h.up(`./${file}`, '--rocketmq', h.release(version), ...ports, '--json');
  expect(states).toEqual(Object.fromEntries(ids.map((id) => [id, 'ready'])));
});

// The stand-ins for the JVMs elect nobody: test/e2e/elections does that.
test('the DLedger files of three hosts: brought to one machine, up would start three peers; else the hosts are said', async () => {
  const h = harness();
  const onHosts = await h.run('import', join(ARTICLES, 'two-hosts-dledger'), '-o', 'hosts.yaml');
  expect(onHosts.stdout).toContain('\n  172.17.160.30: rmqdev up ./hosts.yaml --host 172-17-160-30\n');
  expect(await h.run('import', join(ARTICLES, 'two-hosts-dledger'), '--one-machine', '-o', 'dledger.yaml', '--json')).toMatchObject({
    code: 0,
  });
  const release = ['--rocketmq', h.release('4.7.0'), '--java', FAKE_JDK];
  const { code, json, stderr } = await h.run('up', './dledger.yaml', '--dry-run', ...release, '--json');
  expect(code, stderr).toBe(0);
  const ids = (json as { nodes: { id: string }[] }).nodes.map(({ id }) => id);
  expect(ids).toEqual(['namesrv-1', 'namesrv-2', 'broker-a-n0', 'broker-a-n1', 'broker-a-n2']);
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
  writeFileSync(join(h.cwd, 'conf', 'peer.conf'), 'brokerName=raft\nenableDLegerCommitLog=true\n');
  expectFailure(await h.run('import', 'conf', '-o', 'mixed.yaml', '--json'), 31, {
    code: 'UNSUPPORTED',
    why: expect.stringContaining('conf/peer.conf:2 is a peer of a DLedger group'),
  });
  expect(existsSync(join(h.cwd, 'mixed.yaml'))).toBe(false);
});
