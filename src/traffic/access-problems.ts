import { type ErrorCode, type ErrorText, RmqdevError } from '../base/errors.js';
import type { Reach } from '../remoting/client.js';
import { ConnectionError } from '../remoting/connection.js';
import { ResponseError } from '../remoting/response.js';
import { speaksTls } from '../remoting/tls.js';
import { type AccessRefusal, accessRefusalOf } from '../rocketmq/access-texts.js';

const CODES: ReadonlySet<ErrorCode> = new Set(['ACCESS_DENIED', 'TLS_REQUIRED', 'TLS_NOT_SPOKEN', 'TLS_REFUSED', 'CERTIFICATE_UNTRUSTED']);

/** Is the problem the account or TLS? Then another try or another broker does not help. */
export const isAccessProblem = (error: unknown): error is RmqdevError => error instanceof RmqdevError && CODES.has(error.code);

const GIVE_ACCOUNT =
  'Name the account: ROCKETMQ_ACCESS_KEY and ROCKETMQ_SECRET_KEY with --namesrv, or --credentials <file>, or --access-key and --secret-key';

const REFUSALS: Readonly<Record<AccessRefusal, (account: string) => Pick<ErrorText, 'why' | 'next'>>> = {
  unsigned: () => ({ why: 'it accepts only requests with an account, and this request had none', next: GIVE_ACCOUNT }),
  'unknown-account': (account) => ({
    why: `it has no account ${account}`,
    next: 'Correct the access key; plain_acl.yml of the broker (up to 5.2) or `mqadmin listUser` (5.3 and later) lists the existing ones',
  }),
  'wrong-secret': (account) => ({
    why: `the secret key is not that of account ${account}`,
    next: 'Correct the secret key, or the access key that belongs to it',
  }),
  'account-disabled': (account) => ({
    why: `account ${account} is disabled`,
    next: `Enable it: \`rmqdev admin -- updateUser -n <namesrvAddr> -c <cluster> -u ${account} -s enable\` with another account`,
  }),
  'not-permitted': (account) => ({
    why: `account ${account} may not do that`,
    next: 'Give it the permission (plain_acl.yml up to 5.2, `mqadmin updateAcl` from 5.3), or use an account that is admin or super user',
  }),
  other: (account) => ({ why: `its access control refused account ${account}`, next: "The broker's log has the reason" }),
};

/**
 * @returns the error for people if `error` says that the node at `address` needs another account or TLS setting, else undefined.
 * If a node closed a plain connection, this first tries TLS: nodes close connections for other reasons too.
 */
export async function accessProblemOf(
  error: unknown,
  address: string,
  reach: Reach,
  signal: AbortSignal,
): Promise<RmqdevError | undefined> {
  if (error instanceof ResponseError) return refusedBy(error, reach);
  if (!(error instanceof ConnectionError)) return undefined;
  const problem = (code: ErrorCode, text: ErrorText) => new RmqdevError(code, text, { cause: error });
  const why = error.message;
  switch (error.code) {
    case 'NOT_TLS':
      return problem('TLS_NOT_SPOKEN', {
        what: `${address} does not speak TLS`,
        why,
        next: 'Omit --tls, or turn TLS on for the node: tls.server.mode=permissive or enforcing',
      });
    case 'CERTIFICATE_UNTRUSTED':
      return problem('CERTIFICATE_UNTRUSTED', {
        what: `the certificate of ${address} is not trusted`,
        why,
        next: '--tls-ca <file> names the authority that signed it, --tls-name the name in it; --tls-insecure accepts any certificate, such as the one that RocketMQ creates for itself',
      });
    case 'TLS_REFUSED':
      return problem('TLS_REFUSED', {
        what: `${address} refuses this client’s TLS`,
        why,
        next: 'If it requires a client certificate (tls.server.need.client.auth), give one: --tls-cert <file> and --tls-key <file>',
      });
  }
  if (!error.isUnanswered || reach.tls !== undefined || !(await speaksTls(address, signal))) return undefined;
  return problem('TLS_REQUIRED', {
    what: `${address} wants TLS`,
    why: 'it closed the plain connection without an answer, and it answers TLS (tls.server.mode=enforcing)',
    next: 'Add --tls. If this machine does not trust its certificate, also add --tls-ca <file> or --tls-insecure',
  });
}

/** The message of an exception, without its class and place. */
const wordsOf = (remark = ''): string => remark.replace(/^[\w.$]+Exception: /, '').replace(/, org\.apache\..*$/s, '');

function refusedBy(error: ResponseError, { credentials }: Reach): RmqdevError | undefined {
  const refusal = accessRefusalOf(error);
  if (refusal === undefined) return undefined;
  const { why, next } = REFUSALS[refusal](credentials?.accessKey ?? '(none)');
  return new RmqdevError(
    'ACCESS_DENIED',
    { what: `${error.address} refuses access`, why: `${why} (${wordsOf(error.remark)})`, next },
    { cause: error },
  );
}
