import type { CommandModule } from 'yargs';
import { clusterOption } from '../options.js';
import type { ClusterOptions, GlobalOptions, Run } from '../with-daemon.js';

const FORMATS = {
  shell: (addr: string) => `export NAMESRV_ADDR='${addr}'\n`,
  dotenv: (addr: string) => `NAMESRV_ADDR=${addr}\n`,
  json: (addr: string) => `${JSON.stringify({ NAMESRV_ADDR: addr })}\n`,
  spring: (addr: string) => `rocketmq.name-server=${addr}\n`,
} as const;
type Format = keyof typeof FORMATS;
type Options = ClusterOptions & { format: Format };

export const envCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, Options> => ({
  command: 'env',
  describe: 'What a client needs: eval "$(rmqdev env)"',
  builder: (argv) =>
    clusterOption(argv)
      .option('format', { choices: Object.keys(FORMATS) as Format[], default: 'shell' as Format, describe: 'How to write it' })
      .example('eval "$($0 env)"', 'for this shell')
      .example('$0 env --format spring', 'for application.properties of rocketmq-spring'),
  handler: ({ json, verbose, cluster, format }) =>
    withDaemon({ json, verbose }, async ({ client, output }) => {
      const { namesrvAddr } = await client.call('clusterStatus', { cluster });
      output.raw(FORMATS[json ? 'json' : format](namesrvAddr));
    }),
});
