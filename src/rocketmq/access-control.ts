import { type NodeRole, type ProcessRole, releaseTraits } from './releases.js';

/**
 * The account of a profile that names none: the administrator of RocketMQ's own samples. mqadmin uses it by default.
 * Source: distribution/conf/plain_acl.yml, tools.yml.
 */
export const DEFAULT_ACCOUNT = { accessKey: 'rocketmq2', secretKey: '12345678' } as const;

type Account = { readonly accessKey: string; readonly secretKey: string };

/** Keys of RocketMQ that turn access control on. */
export const ACCESS_CONTROL_KEYS: readonly string[] = ['aclEnable', 'authenticationEnabled', 'authorizationEnabled'];

/** Keys whose values hold a secret. Sources: auth/.../config/AuthConfig.java; config/RMQConfigure.java of the dashboard. */
const SECRET_KEYS: ReadonlySet<string> = new Set([
  'initAuthenticationUser',
  'innerClientAuthenticationCredentials',
  'rocketmq.config.secretKey',
]);
export const isSecretKey = (key: string): boolean => SECRET_KEYS.has(key);

type AccessControlRow = {
  key: string;
  value: (account: Account) => string;
  /** The kind of access control that reads it. */
  of: 'plain' | 'users';
  roles: readonly ProcessRole[];
  reason: string;
  source: string;
};

const AUTH_CONFIG = 'auth/.../config/AuthConfig.java';

/** The properties that turn access control on, in the order of the file. */
export const ACCESS_CONTROL_ROWS: readonly AccessControlRow[] = [
  {
    key: 'aclEnable',
    value: () => 'true',
    of: 'plain',
    roles: ['broker'],
    reason: 'profile: acl; acl/plain_acl.yml of this node says who may do what; the broker reads it again when it changes',
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
  ...metadataProviders('authentication', {
    broker: [
      'users are kept in the store of this broker; without this nobody gets in',
      'auth/.../factory/AuthenticationFactory.java getMetadataProvider',
    ],
    proxy: ['uses the users of the brokers', 'proxy/.../auth/ProxyAuthenticationMetadataProvider.java'],
  }),
  {
    key: 'initAuthenticationUser',
    value: ({ accessKey, secretKey }) => JSON.stringify({ username: accessKey, password: secretKey }),
    of: 'users',
    roles: ['broker'],
    reason: 'the super user; the broker creates it if the store does not have it yet',
    source: 'auth/.../manager/AuthenticationMetadataManagerImpl.java initUser',
  },
  {
    key: 'innerClientAuthenticationCredentials',
    value: ({ accessKey, secretKey }) => JSON.stringify({ accessKey, secretKey }),
    of: 'users',
    roles: ['broker', 'proxy'],
    reason: 'this node signs its requests to brokers with it',
    source: 'broker/.../out/BrokerOuterAPI.java newAclRPCHook, proxy/.../processor/DefaultMessagingProcessor.java',
  },
  {
    key: 'enableAclRpcHookForClusterMode',
    value: () => 'true',
    of: 'users',
    roles: ['proxy'],
    reason: 'without it the proxy does not sign its requests to brokers',
    source: 'proxy/.../processor/DefaultMessagingProcessor.java createForClusterMode; measured on 5.5.0',
  },
  {
    key: 'authorizationEnabled',
    value: () => 'true',
    of: 'users',
    roles: ['broker', 'proxy'],
    reason: 'profile: acl; a user may do only what a policy allows, a super user may do everything',
    source: AUTH_CONFIG,
  },
  ...metadataProviders('authorization', {
    broker: ['policies are kept in the store of this broker', 'auth/.../factory/AuthorizationFactory.java'],
    proxy: ['uses the policies of the brokers', 'proxy/.../auth/ProxyAuthorizationMetadataProvider.java'],
  }),
];

/** Where a role keeps users (`authentication`) or policies (`authorization`). @param about the reason and the source, for each role */
function metadataProviders(
  kind: 'authentication' | 'authorization',
  about: Readonly<Record<'broker' | 'proxy', readonly [reason: string, source: string]>>,
): AccessControlRow[] {
  const name = `${kind[0]?.toUpperCase()}${kind.slice(1)}MetadataProvider`;
  const classes = {
    broker: `org.apache.rocketmq.auth.${kind}.provider.Local${name}`,
    proxy: `org.apache.rocketmq.proxy.auth.Proxy${name}`,
  };
  return (['broker', 'proxy'] as const).map((role) => {
    const [reason, source] = about[role];
    return { key: `${kind}MetadataProvider`, value: () => classes[role], of: 'users', roles: [role], reason, source };
  });
}

/** @returns the lines that turn access control on for a node of `version`; `account` may do everything. */
export function accessControlProperties(
  version: string,
  role: NodeRole,
  account: Account,
): { key: string; value: string; reason: string }[] {
  const { accessControl } = releaseTraits(version);
  return ACCESS_CONTROL_ROWS.filter(({ of, roles }) => of === accessControl && (roles as readonly NodeRole[]).includes(role)).map(
    ({ key, value, reason }) => ({
      key,
      value: value(account),
      reason,
    }),
  );
}
