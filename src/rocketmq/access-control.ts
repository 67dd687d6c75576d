import { type ProcessRole, releaseTraits } from './releases.js';

/**
 * The account of a profile that names none: the administrator of RocketMQ's own samples, which mqadmin uses when nobody says otherwise.
 * Source: distribution/conf/plain_acl.yml, tools.yml.
 */
export const DEFAULT_ACCOUNT = { accessKey: 'rocketmq2', secretKey: '12345678' } as const;

type Account = { readonly accessKey: string; readonly secretKey: string };

/** Keys of RocketMQ that turn access control on. */
export const ACCESS_CONTROL_KEYS: readonly string[] = ['aclEnable', 'authenticationEnabled', 'authorizationEnabled'];

/** Keys whose values hold a secret. Source: auth/.../config/AuthConfig.java. */
const SECRET_KEYS: ReadonlySet<string> = new Set(['initAuthenticationUser', 'innerClientAuthenticationCredentials']);
export const isSecretKey = (key: string): boolean => SECRET_KEYS.has(key);

type AccessControlRow = {
  key: string;
  value: (account: Account) => string;
  /** The form of access control that reads it. */
  of: 'plain' | 'users';
  roles: readonly ProcessRole[];
  reason: string;
  source: string;
};

const AUTH = 'org.apache.rocketmq.auth';
const PROXY_AUTH = 'org.apache.rocketmq.proxy.auth';
const AUTH_CONFIG = 'auth/.../config/AuthConfig.java';

/** What turns access control on. In the order of the file. */
export const ACCESS_CONTROL_ROWS: readonly AccessControlRow[] = [
  {
    key: 'aclEnable',
    value: () => 'true',
    of: 'plain',
    roles: ['broker'],
    reason: 'profile: acl; who may do what is in acl/plain_acl.yml of this node, which the broker reads again when it changes',
    source: 'common/.../BrokerConfig.java, acl/.../plain/PlainPermissionManager.java',
  },
  {
    key: 'authenticationEnabled',
    value: () => 'true',
    of: 'users',
    roles: ['broker', 'proxy'],
    reason: 'profile: acl; each request must be signed by a user',
    source: AUTH_CONFIG,
  },
  {
    key: 'authenticationMetadataProvider',
    value: () => `${AUTH}.authentication.provider.LocalAuthenticationMetadataProvider`,
    of: 'users',
    roles: ['broker'],
    reason: 'users are kept in the store of this broker; without it nobody is let in',
    source: 'auth/.../factory/AuthenticationFactory.java getMetadataProvider',
  },
  {
    key: 'authenticationMetadataProvider',
    value: () => `${PROXY_AUTH}.ProxyAuthenticationMetadataProvider`,
    of: 'users',
    roles: ['proxy'],
    reason: 'users are those of the brokers',
    source: 'proxy/.../auth/ProxyAuthenticationMetadataProvider.java',
  },
  {
    key: 'initAuthenticationUser',
    value: ({ accessKey, secretKey }) => JSON.stringify({ username: accessKey, password: secretKey }),
    of: 'users',
    roles: ['broker'],
    reason: 'the super user; it is made if the store does not have it yet',
    source: 'auth/.../manager/AuthenticationMetadataManagerImpl.java initUser',
  },
  {
    key: 'innerClientAuthenticationCredentials',
    value: ({ accessKey, secretKey }) => JSON.stringify({ accessKey, secretKey }),
    of: 'users',
    roles: ['broker', 'proxy'],
    reason: 'how this node signs what it asks brokers',
    source: 'broker/.../out/BrokerOuterAPI.java newAclRPCHook, proxy/.../processor/DefaultMessagingProcessor.java',
  },
  {
    key: 'enableAclRpcHookForClusterMode',
    value: () => 'true',
    of: 'users',
    roles: ['proxy'],
    reason: 'without it the proxy signs nothing that it asks brokers',
    source: 'proxy/.../processor/DefaultMessagingProcessor.java createForClusterMode; measured on 5.5.0',
  },
  {
    key: 'authorizationEnabled',
    value: () => 'true',
    of: 'users',
    roles: ['broker', 'proxy'],
    reason: 'profile: acl; a user may do only what a policy allows, a super user everything',
    source: AUTH_CONFIG,
  },
  {
    key: 'authorizationMetadataProvider',
    value: () => `${AUTH}.authorization.provider.LocalAuthorizationMetadataProvider`,
    of: 'users',
    roles: ['broker'],
    reason: 'policies are kept in the store of this broker',
    source: 'auth/.../factory/AuthorizationFactory.java',
  },
  {
    key: 'authorizationMetadataProvider',
    value: () => `${PROXY_AUTH}.ProxyAuthorizationMetadataProvider`,
    of: 'users',
    roles: ['proxy'],
    reason: 'policies are those of the brokers',
    source: 'proxy/.../auth/ProxyAuthorizationMetadataProvider.java',
  },
];

/** @returns the lines that give a node of `version` access control with `account` as the one that may do everything. */
export function accessControlProperties(
  version: string,
  role: ProcessRole,
  account: Account,
): { key: string; value: string; reason: string }[] {
  const { accessControl } = releaseTraits(version);
  return ACCESS_CONTROL_ROWS.filter(({ of, roles }) => of === accessControl && roles.includes(role)).map(({ key, value, reason }) => ({
    key,
    value: value(account),
    reason,
  }));
}
