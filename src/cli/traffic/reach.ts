import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { asError, RmqdevError } from '../../base/errors.js';
import type { Access } from '../../traffic/cluster-access.js';
import { usage } from '../usage.js';

/** The account and TLS with which a client speaks to nodes. */
export type Reach = NonNullable<Access['reach']>;
type Credentials = NonNullable<Reach['credentials']>;
type TlsSettings = NonNullable<Reach['tls']>;

/** Account and TLS, as options of every command that talks to RocketMQ itself. */
export type ReachOptions = {
  accessKey?: string | undefined;
  secretKey?: string | undefined;
  credentials?: string | undefined;
  tls?: boolean | undefined;
  tlsCa?: string | undefined;
  tlsInsecure?: boolean | undefined;
  tlsName?: string | undefined;
  tlsCert?: string | undefined;
  tlsKey?: string | undefined;
};

const GROUP = 'Access control and TLS:';

export function reachOptions<T>(argv: Argv<T>) {
  const text = (describe: string) => ({ type: 'string', group: GROUP, describe }) as const;
  // Help shows groups in the order in which they are first named: what a command is about comes first.
  return argv
    .group([], 'Positionals:')
    .group([], 'Options:')
    .options({
      credentials: text('A YAML file with accessKey and secretKey, such as RocketMQ’s conf/tools.yml'),
      'access-key': text('The account; with --namesrv also ROCKETMQ_ACCESS_KEY'),
      'secret-key': text('Its secret, which other users of this machine can see in `ps`; better ROCKETMQ_SECRET_KEY, or --credentials'),
      tls: { type: 'boolean', group: GROUP, describe: 'Use TLS; with --namesrv also ROCKETMQ_TLS=true' },
      'tls-ca': text('Trust the authority in this PEM file instead of those of the system'),
      'tls-insecure': {
        type: 'boolean',
        group: GROUP,
        describe: 'Accept any certificate, such as the one that RocketMQ makes at every start',
      },
      'tls-name': text('The name in the certificate, if it is not the host'),
      'tls-cert': text('This client’s certificate, a PEM file; with --tls-key'),
      'tls-key': text('Its key, a PEM file'),
    });
}

/** The environment variables for values that no option gives. An empty variable counts as unset. */
const VARIABLES = {
  accessKey: 'ROCKETMQ_ACCESS_KEY',
  secretKey: 'ROCKETMQ_SECRET_KEY',
  securityToken: 'ROCKETMQ_SECURITY_TOKEN',
  tls: 'ROCKETMQ_TLS',
  tlsCa: 'ROCKETMQ_TLS_CA',
  tlsInsecure: 'ROCKETMQ_TLS_INSECURE',
} as const;

/**
 * @returns the account and TLS that the user wants: from the options, else from the credentials file, else from the environment.
 * @param env empty for a cluster of rmqdev’s own, whose account is known: variables for another cluster must not break it
 * @throws RmqdevError USAGE, FILE_UNREADABLE
 */
export async function reachFrom(options: ReachOptions, env: NodeJS.ProcessEnv): Promise<Reach> {
  const variable = (name: keyof typeof VARIABLES) => env[VARIABLES[name]] || undefined;
  const file = options.credentials === undefined ? undefined : await readCredentials(options.credentials);
  const accessKey = options.accessKey ?? file?.accessKey ?? variable('accessKey');
  const secretKey = options.secretKey ?? file?.secretKey ?? variable('secretKey');
  // A token belongs to its account.
  const isFromEnvironment = options.accessKey === undefined && file === undefined;
  const securityToken = isFromEnvironment ? variable('securityToken') : file?.securityToken;
  if ((accessKey === undefined) !== (secretKey === undefined)) {
    const [missing, given] = accessKey === undefined ? ['access', 'secret'] : ['secret', 'access'];
    throw usage(
      `a ${given} key alone is not an account`,
      `the ${missing} key that goes with it is missing`,
      `Add it: ${missing === 'access' ? 'ROCKETMQ_ACCESS_KEY or --access-key' : 'ROCKETMQ_SECRET_KEY or --secret-key'}; or put both into a file for --credentials`,
    );
  }
  const tls = tlsFrom(options, variable);
  return {
    ...(accessKey !== undefined &&
      secretKey !== undefined && { credentials: { accessKey, secretKey, ...(securityToken !== undefined && { securityToken }) } }),
    ...(tls && { tls }),
  };
}

function tlsFrom(options: ReachOptions, variable: (name: 'tls' | 'tlsCa' | 'tlsInsecure') => string | undefined): TlsSettings | undefined {
  const ca = options.tlsCa ?? variable('tlsCa');
  const isInsecure = options.tlsInsecure ?? variable('tlsInsecure') === 'true';
  const { tlsName: serverName, tlsCert, tlsKey } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw usage('a client certificate needs its key', 'only one of --tls-cert and --tls-key is given', 'Give both');
  }
  const implies = isInsecure || [ca, serverName, tlsCert].some((value) => value !== undefined);
  if (!(options.tls ?? (variable('tls') === 'true' || implies))) return undefined;
  return {
    isVerified: !isInsecure,
    ...(ca !== undefined && { ca: readText('--tls-ca', ca) }),
    ...(serverName !== undefined && { serverName }),
    ...(tlsCert !== undefined && { certificate: readText('--tls-cert', tlsCert) }),
    ...(tlsKey !== undefined && { key: readText('--tls-key', tlsKey) }),
  };
}

/**
 * @returns the same for a program in Java: by default RocketMQ’s client accepts any certificate (`tls.test.mode.enable`).
 * Source: remoting/.../netty/TlsSystemConfig.java, TlsHelper.java.
 */
export function javaTlsOptions(tls: TlsSettings | undefined, options: ReachOptions, env: NodeJS.ProcessEnv): string[] {
  if (tls === undefined) return [];
  const { tlsCa = env[VARIABLES.tlsCa], tlsCert, tlsKey } = options;
  const files = { trustCertPath: tlsCa, certPath: tlsCert, keyPath: tlsKey };
  return [
    '-Dtls.enable=true',
    ...(tls.isVerified || tlsCert ? ['-Dtls.test.mode.enable=false', `-Dtls.client.authServer=${tls.isVerified}`] : []),
    ...Object.entries(files).flatMap(([name, path]) => (path ? [`-Dtls.client.${name}=${resolve(path)}`] : [])),
  ];
}

/** As mqadmin reads its file. Source: acl/.../common/AclUtils.java getAclRPCHook. */
async function readCredentials(path: string): Promise<Credentials> {
  const text = readText('--credentials', path);
  const unreadable = (why: string) =>
    new RmqdevError('FILE_UNREADABLE', {
      what: `--credentials ${path} names no account`,
      why,
      next: 'Write two lines: `accessKey: …` and `secretKey: …`, as in RocketMQ’s conf/tools.yml',
    });
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    // The message of the parser quotes the line, and with it a secret.
    throw unreadable('it is not YAML');
  }
  const entry = (key: string) => {
    const found: unknown = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
    return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
  };
  const [accessKey, secretKey, securityToken] = [entry('accessKey'), entry('secretKey'), entry('securityToken')];
  if (accessKey === undefined || secretKey === undefined) {
    throw unreadable(`it has no ${accessKey === undefined ? 'accessKey' : 'secretKey'}`);
  }
  return { accessKey, secretKey, ...(securityToken !== undefined && { securityToken }) };
}

function readText(option: string, path: string): string {
  try {
    return readFileSync(resolve(path), 'utf8');
  } catch (error) {
    throw new RmqdevError(
      'FILE_UNREADABLE',
      { what: `${option} ${path} cannot be read`, why: asError(error).message, next: 'Correct the path or its permissions' },
      { cause: error },
    );
  }
}
