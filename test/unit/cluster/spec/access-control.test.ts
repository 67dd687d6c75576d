import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { withoutSecrets } from '../../../../src/cli/report/secrets.js';
import { checkAccessControl } from '../../../../src/cluster/plan/access-control-check.js';
import { renderConfig } from '../../../../src/cluster/roles/config-file.js';
import { ownReach, withAccount, writePlainAcl } from '../../../../src/cluster/spec/access-control.js';
import { changesBetween } from '../../../../src/cluster/spec/differences.js';
import type { NodeProfile, Profile } from '../../../../src/profile/profile.js';
import { lookupKey } from '../../../../src/rocketmq/keys.js';
import { SUPPORTED_RELEASES } from '../../../../src/rocketmq/releases.js';
import { nodeProfile, profileOf, specOf, specsOf } from '../../../fakes/cluster.js';

const acl = { accessKey: 'rocketmq2', secretKey: '12345678' };
const PAIR = ['namesrv-1', 'broker-a', 'broker-a-s'];
const WITH_PROXY = [...PAIR, 'proxy-1'];

const configOf = (id: string, profile: Profile, version: string) =>
  Object.fromEntries(specOf(id, { profile, version }).config.map(({ key, value }) => [key, value]));

test('up to 5.2 a broker with acl reads its own accounts, wherever the release lies; nobody else is told anything', () => {
  const profile = profileOf(PAIR, { acl });
  for (const version of ['4.4.0', '4.9.7', '5.1.4']) {
    expect(configOf('broker-a', profile, version)).toMatchObject({ aclEnable: 'true' });
    const { javaArgs, paths, release } = specOf('broker-a', { profile, version });
    const [, file = ''] = /^-Drocketmq\.acl\.plain\.file=(.*)$/.exec(javaArgs.find((arg) => arg.includes('plain.file')) ?? '') ?? [];
    // 4.7.0 puts it behind the home as it stands, and so wants the slash. Source: acl/.../plain/PlainPermissionManager.java.
    expect(isAbsolute(file)).toBe(true);
    expect(join(release.home, file)).toBe(paths.plainAcl);
    expect(configOf('namesrv-1', profile, version)).not.toHaveProperty('aclEnable');
  }
});

test('from 5.3 on broker and proxy have the user, sign what they ask, and keep users where they belong', () => {
  const profile = profileOf(WITH_PROXY, { acl });
  const broker = configOf('broker-a', profile, '5.5.0');
  expect(broker).toMatchObject({
    authenticationEnabled: 'true',
    authorizationEnabled: 'true',
    initAuthenticationUser: '{"username":"rocketmq2","password":"12345678"}',
    innerClientAuthenticationCredentials: '{"accessKey":"rocketmq2","secretKey":"12345678"}',
  });
  expect(broker).not.toHaveProperty('aclEnable');
  expect(configOf('proxy-1', profile, '5.5.0')).toMatchObject({
    authenticationMetadataProvider: 'org.apache.rocketmq.proxy.auth.ProxyAuthenticationMetadataProvider',
    enableAclRpcHookForClusterMode: 'true',
    innerClientAuthenticationCredentials: '{"accessKey":"rocketmq2","secretKey":"12345678"}',
  });
});

test.each(SUPPORTED_RELEASES)('%s reads every key of access control that it is given', (version) => {
  const known = (id: string, role: 'broker' | 'proxy') => {
    const lines = (profile: Profile) => specOf(id, { profile, version }).config.map(({ key }) => key);
    const before = new Set(lines(profileOf(WITH_PROXY)));
    return lines(profileOf(WITH_PROXY, { acl }))
      .filter((key) => !before.has(key))
      .map((key) => [key, lookupKey(version, role, key) !== undefined]);
  };
  const broker = known('broker-a', 'broker');
  expect(broker.length).toBeGreaterThan(0);
  for (const [key, isRead] of [...broker, ...known('proxy-1', 'proxy')]) expect([key, isRead]).toEqual([key, true]);
});

test('without acl and tls nothing about them is written, and nothing is signed', () => {
  for (const spec of specsOf({ profile: profileOf(PAIR) })) {
    expect(spec.config.filter(({ key }) => /acl|auth/i.test(key))).toEqual([]);
    expect(ownReach(spec)).toEqual({});
  }
});

test('NameServers and brokers of a cluster with TLS are asked over it, a proxy as ever; all with the account', () => {
  const specs = specsOf({ profile: profileOf(WITH_PROXY, { acl, tls: true }) });
  const reach = Object.fromEntries(specs.map((spec) => [spec.id, ownReach(spec)]));
  expect(reach['namesrv-1']).toEqual({ credentials: acl, tls: { isVerified: false } });
  expect(reach['broker-a-s']).toEqual(reach['namesrv-1']);
  expect(reach['proxy-1']).toEqual({ credentials: acl });
});

test('the account is an administrator of a file that is new', () => {
  const { accounts } = parse(withAccount('', acl));
  expect(accounts).toEqual([{ ...acl, admin: true, defaultTopicPerm: 'PUB|SUB', defaultGroupPerm: 'PUB|SUB' }]);
});

test('accounts that somebody added stay, with comments; a changed secret is corrected', () => {
  const text =
    '# mine\nglobalWhiteRemoteAddresses: []\naccounts:\n  - accessKey: alice-reads # only that\n    secretKey: "87654321"\n    topicPerms: [Test=SUB]\n';
  const added = withAccount(text, acl);
  expect(added).toContain('# only that');
  expect(parse(added).accounts.map(({ accessKey }: { accessKey: string }) => accessKey)).toEqual(['alice-reads', 'rocketmq2']);
  expect(withAccount(added, acl)).toBe(added);
  const changed = parse(withAccount(added, { ...acl, secretKey: 'another-one' }));
  expect(changed.accounts[1]).toMatchObject({ accessKey: 'rocketmq2', secretKey: 'another-one' });
  expect(changed.accounts).toHaveLength(2);
});

test('the file of accounts is for its owner alone, and is not touched if it is right', async () => {
  const root = mkdtempSync(join(tmpdir(), 'rmqdev-acl-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const spec = specOf('broker-a', { profile: profileOf(PAIR, { acl }), version: '4.9.7', root });
  await writePlainAcl(spec);
  expect(statSync(spec.paths.plainAcl).mode & 0o777).toBe(0o600);
  const text = `${readFileSync(spec.paths.plainAcl, 'utf8')}# by hand\n`;
  writeFileSync(spec.paths.plainAcl, text);
  await writePlainAcl(spec);
  expect(readFileSync(spec.paths.plainAcl, 'utf8')).toBe(text);
});

test('a change of the account shows no secret', () => {
  const spec = (profile: Partial<Profile>) => specOf('broker-a', { profile: profileOf(PAIR, profile), version: '5.5.0' });
  const changes = [
    ...changesBetween(spec({ acl }), spec({ acl: { ...acl, secretKey: 'top-secret-1' } })),
    ...changesBetween(spec({}), spec({ acl: { ...acl, secretKey: 'top-secret-2' } })),
    ...changesBetween(spec({ acl: { ...acl, secretKey: 'top-secret-3' } }), spec({})),
  ].join('\n');
  expect(changes).toContain('initAuthenticationUser changes');
  expect(changes).not.toContain('top-secret');
});

/** What `up` says of the profile on one release. */
function check(profile: Profile, version: string, before: Profile = profile) {
  const releases = new Map(profile.nodes.map(({ id }) => [id, { version }]));
  const notices: string[] = [];
  const request = { profile, placeOf: () => 'p.yaml:7' };
  checkAccessControl({ specs: specsOf({ profile: before, version }) }, request, releases, notices);
  return notices;
}

const broker = (overrides: Partial<NodeProfile>) => ['namesrv-1', nodeProfile('broker-a', overrides)];

test.each(['aclEnable', 'authenticationEnabled', 'authorizationEnabled'])(
  '%s alone would let nobody in: it is refused with what to write',
  (key) => {
    const profile = profileOf(broker({ properties: { [key]: 'true' } }));
    expect(() => check(profile, '5.5.0')).toThrow(expect.objectContaining({ code: 'PROFILE_INVALID' }));
    expect(() => check(profile, '5.5.0')).toThrow(/p\.yaml:7: .*Write `acl: true`/);
    expect(check({ ...profile, acl }, '5.5.0')).toEqual([]);
    expect(check(profileOf(broker({ properties: { [key]: 'false' } })), '5.5.0')).toEqual([]);
  },
);

test('TLS of one node is refused, that of the cluster is not', () => {
  const enforcing = broker({ jvm: ['-Dtls.server.mode=enforcing'] });
  expect(() => check(profileOf(enforcing), '4.9.7')).toThrow(/Write `tls: true`/);
  expect(check(profileOf(enforcing, { tls: true }), '4.9.7')).toEqual([]);
  expect(() => check(profileOf(broker({ jvm: ['-Dtls.server.mode=disabled'] }), { tls: true }), '4.9.7')).toThrow(/Remove the option/);
  expect(check(profileOf(broker({ jvm: ['-Dtls.server.mode=permissive'] })), '4.9.7')).toEqual([]);
});

test('slaves up to 5.2 are told to lack what they would ask their master for', () => {
  expect(check(profileOf(PAIR, { acl }), '4.9.7')).toEqual([
    expect.stringContaining('broker-a-s gets the messages of the master, but no topics'),
  ]);
  expect(check(profileOf(PAIR, { acl }), '5.5.0')).toEqual([]);
  expect(check(profileOf(['namesrv-1', 'broker-a'], { acl }), '4.9.7')).toEqual([]);
});

test('a proxy before 5.3 is refused with the releases that do', () => {
  expect(() => check(profileOf(WITH_PROXY, { acl }), '5.1.4')).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  expect(() => check(profileOf(WITH_PROXY, { acl }), '5.1.4')).toThrow(/5\.3\.3, 5\.5\.0/);
});

test('the secret of an account that is in the store cannot be changed by the profile', () => {
  const before = profileOf(PAIR, { acl });
  const changed = { ...before, acl: { ...acl, secretKey: 'another-one' } };
  expect(() => check(changed, '5.5.0', before)).toThrow(expect.objectContaining({ code: 'PROFILE_INVALID' }));
  expect(() => check(changed, '5.5.0', before)).not.toThrow(/another-one/);
  expect(check({ ...before, acl: { accessKey: 'another-account', secretKey: 'another-one' } }, '5.5.0', before)).toEqual([]);
  expect(check(changed, '4.9.7', before)).toHaveLength(1);
});

test('what a report takes of files with an account holds no secret', () => {
  const profile = profileOf(PAIR, { acl: { accessKey: 'an-account-1', secretKey: 'top-secret-1' } });
  const texts = [
    ...['4.9.7', '5.5.0'].map((version) => renderConfig(specOf('broker-a', { profile, version }))),
    JSON.stringify(profile, null, 2),
    withAccount('', { accessKey: 'an-account-1', secretKey: 'top-secret-1' }),
    // Of broker.log. Source: acl/.../plain/PlainPermissionManager.java load.
    'INFO main - Broker plain acl conf data is : {"accounts":[{"accessKey":"an-account-1","secretKey":"top-secret-1","admin":true}]}',
  ];
  for (const text of texts) expect(withoutSecrets(text, () => {})).not.toContain('top-secret-1');
});
