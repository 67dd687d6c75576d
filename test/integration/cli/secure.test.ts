import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ResponseCode } from '../../../src/remoting/codes.js';
import { CliProcess } from '../../support/cli-process.js';
import { FrameServer } from '../remoting/frame-server.js';

const pemFile = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}.pem`, import.meta.url));
const certificate = { cert: readFileSync(pemFile('node')), key: readFileSync(pemFile('node.key')) };
const SECRET = 'a-secret-of-mine';

/** The built CLI against any cluster, without a daemon. */
const rmqdev = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const { PATH } = process.env;
  return new CliProcess(args, { env: { PATH, HOME: tmpdir(), RMQDEV_HOME: tmpdir(), ...env }, cwd: tmpdir() }).outcome;
};
const account = { ROCKETMQ_ACCESS_KEY: 'my-account', ROCKETMQ_SECRET_KEY: SECRET };

test('account and authority come from the environment; what is asked is signed and goes over TLS', async () => {
  await using server = await FrameServer.listen((_, answer) => answer({ body: Buffer.from('{"topicList":[]}') }), 0, certificate);
  const env = { ...account, ROCKETMQ_TLS: 'true', ROCKETMQ_TLS_CA: pemFile('ca') };
  await rmqdev(['topic', 'list', '--namesrv', server.address], env);
  expect(server.requests[0]?.extFields).toMatchObject({ AccessKey: 'my-account', Signature: expect.stringMatching(/^[\w+/]{27}=$/) });
});

test('each way in which TLS is not agreed on has its own exit code', async () => {
  await using server = await FrameServer.listen((_, answer) => answer(), 0, certificate);
  await using plain = await FrameServer.listen(() => {});
  const codeOf = async (address: string, ...args: string[]) => {
    const { code, error } = await rmqdev(['topic', 'list', '--json', '--namesrv', address, ...args]);
    return [error.code, code];
  };
  expect(await codeOf(server.address)).toEqual(['TLS_REQUIRED', 65]);
  expect(await codeOf(server.address, '--tls')).toEqual(['CERTIFICATE_UNTRUSTED', 67]);
  expect(await codeOf(plain.address, '--tls-insecure')).toEqual(['TLS_NOT_SPOKEN', 66]);
});

test('a refusal names the account, and the secret is printed nowhere', async () => {
  await using server = await FrameServer.listen((_, answer) =>
    answer({ code: ResponseCode.NO_PERMISSION, remark: 'check signature failed.' }),
  );
  for (const extra of [[], ['--json']]) {
    const args = [
      'topic',
      'list',
      '--namesrv',
      server.address,
      '--verbose',
      '--access-key',
      'my-account',
      '--secret-key',
      SECRET,
      ...extra,
    ];
    const { code, stdout, stderr } = await rmqdev(args);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain('the secret key is not that of account my-account');
    expect(stderr).not.toContain(SECRET);
  }
});

test('half an account is a mistake of usage', async () => {
  const { code, stderr } = await rmqdev(['send', 'Test', '--namesrv', '127.0.0.1:1', '--access-key', 'my-account']);
  expect(code).toBe(2);
  expect(stderr).toContain('ROCKETMQ_SECRET_KEY');
});
