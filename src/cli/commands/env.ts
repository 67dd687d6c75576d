import type { Result } from '../../contract/routes.js';
import type { ClusterStatus } from '../../contract/status.js';
import { defineCommand, example } from '../command.js';
import { clusterOption } from '../options.js';
import { clusterToRead } from '../session.js';

type Variables = Readonly<Record<string, string>>;

const eachLine = (variables: Variables, line: (name: string, value: string) => string) =>
  Object.entries(variables)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join('');

const FORMATS = {
  shell: (variables: Variables) => eachLine(variables, (name, value) => `export ${name}='${value}'`),
  dotenv: (variables: Variables) => eachLine(variables, (name, value) => `${name}=${value}`),
  json: (variables: Variables) => `${JSON.stringify(variables)}\n`,
  spring: springProperties,
} as const;

export const envCommand = defineCommand({
  command: 'env',
  describe: 'What a client needs: eval "$(rmqdev env)"',
  builder: (argv) =>
    clusterOption(argv)
      .option('format', { choices: ['shell', 'dotenv', 'json', 'spring'] as const, default: 'shell' as const, describe: 'How to write it' })
      .example(...example('eval "$($0 env)"', 'for this shell'))
      .example(...example('$0 env --format spring', 'for application.properties of rocketmq-spring'))
      .epilogue(
        'NAMESRV_ADDR is read by RocketMQ’s own clients. With a proxy also ROCKETMQ_ENDPOINTS (gRPC clients: setEndpoints) and ROCKETMQ_PROXY_ADDR (remoting clients, in place of NAMESRV_ADDR). With acl the account, with tls that; rmqdev reads them with --namesrv, your client passes them on.',
      ),
  handler: ({ json, cluster, format }, { withDaemon }) =>
    withDaemon(async (session) => {
      const status = await session.client.call('clusterStatus', { cluster: await clusterToRead(session, cluster) }, session.signal);
      const reach = await session.client.call('clusterReach', { cluster: status.cluster }, session.signal);
      session.output.raw(FORMATS[json ? 'json' : format]({ ...variablesOf(status), ...accessVariables(reach) }));
    }),
});

function variablesOf({ namesrvAddr, nodes }: ClusterStatus): Variables {
  const proxies = nodes.filter(({ role }) => role === 'proxy');
  if (proxies.length === 0) return { NAMESRV_ADDR: namesrvAddr };
  const [host] = /^[^:;]+/.exec(namesrvAddr) ?? ['127.0.0.1'];
  const addresses = (port: 'listen' | 'remoting') => proxies.map(({ ports }) => `${host}:${ports[port]}`).join(';');
  return { NAMESRV_ADDR: namesrvAddr, ROCKETMQ_ENDPOINTS: addresses('listen'), ROCKETMQ_PROXY_ADDR: addresses('remoting') };
}

/** As `rmqdev send --namesrv` reads them; RocketMQ's own clients take the account in their code, and TLS by -Dtls.enable=true. */
function accessVariables({ credentials, tls }: Result<'clusterReach'>): Variables {
  return {
    ...(credentials && { ROCKETMQ_ACCESS_KEY: credentials.accessKey, ROCKETMQ_SECRET_KEY: credentials.secretKey }),
    // Its certificates are made at each start, and no authority has signed them.
    ...(tls && { ROCKETMQ_TLS: 'true', ROCKETMQ_TLS_INSECURE: 'true' }),
  };
}

/** Source: rocketmq-spring, RocketMQProperties.java. */
function springProperties({ NAMESRV_ADDR, ROCKETMQ_ACCESS_KEY, ROCKETMQ_SECRET_KEY, ROCKETMQ_TLS }: Variables): string {
  const of = (key: string, value: string | undefined) =>
    value === undefined ? [] : ['producer', 'consumer'].map((client) => `rocketmq.${client}.${key}=${value}`);
  const lines = [
    `rocketmq.name-server=${NAMESRV_ADDR}`,
    ...of('access-key', ROCKETMQ_ACCESS_KEY),
    ...of('secret-key', ROCKETMQ_SECRET_KEY),
    ...of('tls-enable', ROCKETMQ_TLS),
  ];
  return `${lines.join('\n')}\n`;
}
