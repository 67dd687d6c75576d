/** Why a node refused a request because of who sent it. */
export type AccessRefusal = 'unsigned' | 'unknown-account' | 'wrong-secret' | 'account-disabled' | 'not-permitted' | 'other';

/** Access control of 4.4.0 to 5.2 answers with the Java exception. Source: remoting/.../NettyRemotingAbstract.java processRequestCommand. */
const ACL_EXCEPTION = /^org\.apache\.rocketmq\.acl\.common\.AclException\b/;

const SYSTEM_ERROR = 1;
const NO_PERMISSION = 16;

type AccessTextRow = {
  /** The response code that goes with it. Source: remoting/.../ResponseCode.java. */
  code: typeof SYSTEM_ERROR | typeof NO_PERMISSION;
  text: RegExp;
  refusal: AccessRefusal;
  source: string;
  /** As a release answered, or as its source says it. */
  example: string;
};

const PLAIN = 'acl/.../plain/PlainPermissionManager.java (4.4.0 to 5.2)';
const AUTHENTICATION = 'auth/.../chain/DefaultAuthenticationHandler.java (since 5.3.0)';

/** Java's texts; the first row that matches counts. */
export const ACCESS_TEXTS: readonly AccessTextRow[] = [
  {
    code: SYSTEM_ERROR,
    text: /No accessKey is configured/,
    refusal: 'unsigned',
    source: PLAIN,
    example:
      'org.apache.rocketmq.acl.common.AclException: No accessKey is configured, org.apache.rocketmq.acl.plain.PlainPermissionManager',
  },
  {
    code: SYSTEM_ERROR,
    text: /No acl config for |No PlainAccessResource for accessKey=/,
    refusal: 'unknown-account',
    source: PLAIN,
    example: 'org.apache.rocketmq.acl.common.AclException: No acl config for nobody, org.apache.rocketmq.acl.plain.PlainPermissionManager',
  },
  {
    code: SYSTEM_ERROR,
    text: /Check signature failed for accessKey=/,
    refusal: 'wrong-secret',
    source: PLAIN,
    example: 'org.apache.rocketmq.acl.common.AclException: Check signature failed for accessKey=rocketmq2, org.apache.rocketmq.acl.plain',
  },
  {
    code: SYSTEM_ERROR,
    text: /Need admin permission for request code=|No default permission for /,
    refusal: 'not-permitted',
    source: PLAIN,
    example: 'org.apache.rocketmq.acl.common.AclException: No default permission for topicA, org.apache.rocketmq.acl.plain',
  },
  {
    code: SYSTEM_ERROR,
    text: ACL_EXCEPTION,
    refusal: 'other',
    source: PLAIN,
    example: 'org.apache.rocketmq.acl.common.AclException: null, x',
  },
  {
    code: NO_PERMISSION,
    text: /^username cannot be null\./,
    refusal: 'unsigned',
    source: AUTHENTICATION,
    example: 'username cannot be null.',
  },
  {
    code: NO_PERMISSION,
    text: /^User:.* (?:is )?not found\./,
    refusal: 'unknown-account',
    source: AUTHENTICATION,
    example: 'User:nobody is not found.',
  },
  {
    code: NO_PERMISSION,
    text: /^User:.* is disabled\./,
    refusal: 'account-disabled',
    source: AUTHENTICATION,
    example: 'User:alice is disabled.',
  },
  {
    code: NO_PERMISSION,
    text: /^check signature failed\./,
    refusal: 'wrong-secret',
    source: AUTHENTICATION,
    example: 'check signature failed.',
  },
  {
    code: NO_PERMISSION,
    text: / has no permission to access /,
    refusal: 'not-permitted',
    source: 'auth/.../chain/AclAuthorizationHandler.java (since 5.3.0)',
    example: 'User:alice has no permission to access Topic:Test from 127.0.0.1, no matched policies.',
  },
  {
    code: NO_PERMISSION,
    text: /^(?:Authentication|Authorization) failed\. |^create authentication context error|^parse authorization context error/,
    refusal: 'other',
    source: 'auth/.../strategy/AbstractAuthenticationStrategy.java, AbstractAuthorizationStrategy.java (since 5.3.0)',
    example: 'Authentication failed. Please verify the credentials and try again.',
  },
];

/** @returns why access control refused a request, by its response; undefined if something else refused it. */
export function accessRefusalOf({ code, remark = '' }: { code: number; remark?: string | undefined }): AccessRefusal | undefined {
  return ACCESS_TEXTS.find((row) => row.code === code && row.text.test(remark) && (code !== SYSTEM_ERROR || ACL_EXCEPTION.test(remark)))
    ?.refusal;
}
