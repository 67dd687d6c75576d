import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { javaTlsOptions, reachFrom } from '../../../../src/cli/traffic/reach.js';

const folder = mkdtempSync(join(tmpdir(), 'rmqdev-reach-'));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const ENV = { ROCKETMQ_ACCESS_KEY: 'from-env', ROCKETMQ_SECRET_KEY: 'env-secret' };
const tools = file('tools.yml', '# as RocketMQ ships it\naccessKey: rocketmq2\nsecretKey: 12345678\n');

test('without options and variables nothing is signed and no TLS spoken; an empty variable counts as none', async () => {
  expect(await reachFrom({}, {})).toEqual({});
  expect(await reachFrom({}, { ROCKETMQ_ACCESS_KEY: '', ROCKETMQ_SECRET_KEY: '', ROCKETMQ_TLS: '', ROCKETMQ_TLS_CA: '' })).toEqual({});
});

test('an option wins over the file, the file over the environment', async () => {
  expect((await reachFrom({}, ENV)).credentials).toEqual({ accessKey: 'from-env', secretKey: 'env-secret' });
  expect((await reachFrom({ credentials: tools }, ENV)).credentials).toEqual({ accessKey: 'rocketmq2', secretKey: '12345678' });
  const options = { credentials: tools, accessKey: 'my-account', secretKey: 'my-secret' };
  expect((await reachFrom(options, ENV)).credentials).toEqual({ accessKey: 'my-account', secretKey: 'my-secret' });
});

test('a security token goes with the account that it was given for', async () => {
  const env = { ...ENV, ROCKETMQ_SECURITY_TOKEN: 'sts' };
  expect((await reachFrom({}, env)).credentials).toMatchObject({ securityToken: 'sts' });
  expect((await reachFrom({ credentials: tools }, env)).credentials).not.toHaveProperty('securityToken');
  expect((await reachFrom({ accessKey: 'my-account', secretKey: 'my-secret' }, env)).credentials).not.toHaveProperty('securityToken');
});

test('half an account is a mistake that names the other half, and no key', async () => {
  await expect(reachFrom({ accessKey: 'my-account' }, {})).rejects.toMatchObject({
    code: 'USAGE',
    text: { next: expect.stringContaining('ROCKETMQ_SECRET_KEY') },
  });
  const error = await reachFrom({ secretKey: 'my-secret' }, {}).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ code: 'USAGE', text: { next: expect.stringContaining('ROCKETMQ_ACCESS_KEY') } });
  expect(JSON.stringify(error)).not.toContain('my-secret');
});

test.each([
  ['no YAML', 'accessKey: [x\nsecretKey: top-secret'],
  ['no account', 'secretKey: top-secret\n'],
  ['only text', 'top-secret'],
])('a credentials file with %s is told without what is in it', async (_, text) => {
  const error = await reachFrom({ credentials: file('bad.yml', text) }, {}).catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ code: 'FILE_UNREADABLE' });
  expect(`${(error as Error).stack}`).not.toContain('top-secret');
});

test('a file that is not there is FILE_UNREADABLE', async () => {
  await expect(reachFrom({ credentials: join(folder, 'none') }, {})).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  await expect(reachFrom({ tlsCa: join(folder, 'none') }, {})).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});

test('certificates are verified unless it is said otherwise; whatever is about TLS means TLS', async () => {
  const ca = file('ca.pem', 'PEM');
  expect((await reachFrom({ tls: true }, {})).tls).toEqual({ isVerified: true });
  expect((await reachFrom({}, { ROCKETMQ_TLS: 'true', ROCKETMQ_TLS_CA: ca })).tls).toEqual({ isVerified: true, ca: 'PEM' });
  expect((await reachFrom({ tlsInsecure: true }, {})).tls).toEqual({ isVerified: false });
  expect((await reachFrom({ tlsCa: ca, tlsName: 'broker.example', tlsCert: ca, tlsKey: ca }, {})).tls).toEqual({
    isVerified: true,
    ca: 'PEM',
    serverName: 'broker.example',
    certificate: 'PEM',
    key: 'PEM',
  });
  expect((await reachFrom({ tls: false }, { ROCKETMQ_TLS: 'true' })).tls).toBeUndefined();
  await expect(reachFrom({ tlsCert: ca }, {})).rejects.toMatchObject({ code: 'USAGE' });
});

test('a program in Java verifies as this client does', () => {
  expect(javaTlsOptions(undefined, {}, {})).toEqual([]);
  expect(javaTlsOptions({ isVerified: false }, {}, {})).toEqual(['-Dtls.enable=true']);
  expect(javaTlsOptions({ isVerified: true }, { tlsCa: '/ca.pem' }, {})).toEqual([
    '-Dtls.enable=true',
    '-Dtls.test.mode.enable=false',
    '-Dtls.client.authServer=true',
    '-Dtls.client.trustCertPath=/ca.pem',
  ]);
});
