import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { type ToolRuntime, toolArguments } from '../../../../src/cli/java/java-tool.js';

const account = { accessKey: 'my-account', secretKey: 'my-secret-1' };

/** A release without conf/tools.yml, as Maven makes it. */
function runtimeOf(more: Partial<ToolRuntime> = {}): ToolRuntime {
  const root = mkdtempSync(join(tmpdir(), 'rmqdev-tool-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'release', 'conf'), { recursive: true });
  writeFileSync(join(root, 'release', 'conf', 'logback_tools.xml'), '<configuration/>');
  return {
    release: { version: '4.9.7', home: join(root, 'release') },
    jdk: { home: '/jdk', major: 17 },
    namesrvAddr: '127.0.0.1:9876',
    credentials: null,
    tlsOptions: [],
    userHome: join(root, 'tools'),
    ...more,
  };
}

/** The folder in which mqadmin looks for conf/tools.yml. Source: tools/.../MQAdminStartup.java. */
const homeOf = (runtime: ToolRuntime) => {
  const option = toolArguments(runtime, []).find((arg) => arg.startsWith('-Drocketmq.home.dir='));
  return option?.slice(option.indexOf('=') + 1) ?? '';
};

test('mqadmin finds the account in a file that only its owner reads, and nothing of it is on the command line', () => {
  const runtime = runtimeOf({ credentials: account });
  const file = join(homeOf(runtime), 'conf', 'tools.yml');
  expect(parse(readFileSync(file, 'utf8'))).toEqual(account);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(homeOf(runtime), 'conf', 'logback_tools.xml'), 'utf8')).toBe('<configuration/>');
  expect(toolArguments(runtime, []).join(' ')).not.toContain(account.secretKey);
});

test('two accounts at once do not find each other’s keys', () => {
  const runtime = runtimeOf({ credentials: account });
  expect(homeOf({ ...runtime, credentials: { ...account, secretKey: 'another-one' } })).not.toBe(homeOf(runtime));
});

test('without an account the release itself is asked', () => {
  const runtime = runtimeOf();
  expect(homeOf(runtime)).toBe(runtime.release.home);
});

test('TLS is asked for with java’s own options', () => {
  expect(toolArguments(runtimeOf({ tlsOptions: ['-Dtls.enable=true'] }), [])).toContain('-Dtls.enable=true');
});
