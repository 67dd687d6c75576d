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
  spring: ({ NAMESRV_ADDR }: Variables) => `rocketmq.name-server=${NAMESRV_ADDR}\n`,
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
        'NAMESRV_ADDR is read by RocketMQ’s own clients. With a proxy also ROCKETMQ_ENDPOINTS (gRPC clients: setEndpoints) and ROCKETMQ_PROXY_ADDR (remoting clients, in place of NAMESRV_ADDR).',
      ),
  handler: ({ json, cluster, format }, { withDaemon }) =>
    withDaemon(async (session) => {
      const status = await session.client.call('clusterStatus', { cluster: await clusterToRead(session, cluster) }, session.signal);
      session.output.raw(FORMATS[json ? 'json' : format](variablesOf(status)));
    }),
});

function variablesOf({ namesrvAddr, nodes }: ClusterStatus): Variables {
  const proxies = nodes.filter(({ role }) => role === 'proxy');
  if (proxies.length === 0) return { NAMESRV_ADDR: namesrvAddr };
  const [host] = /^[^:;]+/.exec(namesrvAddr) ?? ['127.0.0.1'];
  const addresses = (port: 'listen' | 'remoting') => proxies.map(({ ports }) => `${host}:${ports[port]}`).join(';');
  return { NAMESRV_ADDR: namesrvAddr, ROCKETMQ_ENDPOINTS: addresses('listen'), ROCKETMQ_PROXY_ADDR: addresses('remoting') };
}
