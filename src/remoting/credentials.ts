import { createHmac } from 'node:crypto';

/** An account of RocketMQ's access control (ACL 1.0, or a user of 5.3 and later). */
export type Credentials = {
  readonly accessKey: string;
  readonly secretKey: string;
  /** For a temporary account. */
  readonly securityToken?: string;
};

/** Source: acl/.../common/SessionCredentials.java. */
const Field = { ACCESS_KEY: 'AccessKey', SECURITY_TOKEN: 'SecurityToken', SIGNATURE: 'Signature' } as const;

/**
 * @returns `extFields` with the access key and the signature that a broker checks: Base64 of HMAC-SHA1 over the values of all fields, in the
 * order of their names, and the body. The same in ACL 1.0 and in the users of 5.3 and later.
 * Source: acl/.../common/AclClientRPCHook.java, AclUtils.java combineRequestContent, AclSigner.java.
 */
export function signedFields(
  extFields: Readonly<Record<string, string>>,
  body: Buffer | undefined,
  { accessKey, secretKey, securityToken }: Credentials,
): Record<string, string> {
  const fields: Record<string, string> = {
    ...extFields,
    [Field.ACCESS_KEY]: accessKey,
    ...(securityToken === undefined ? {} : { [Field.SECURITY_TOKEN]: securityToken }),
  };
  // Without a comparison function, to get the order of Java's TreeMap: by UTF-16 code units.
  const names = Object.keys(fields)
    .filter((name) => name !== Field.SIGNATURE)
    .sort();
  const hmac = createHmac('sha1', secretKey).update(names.map((name) => fields[name]).join(''));
  if (body !== undefined) hmac.update(body);
  return { ...fields, [Field.SIGNATURE]: hmac.digest('base64') };
}
