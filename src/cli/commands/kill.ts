import type { CommandModule } from 'yargs';
import { parseDurationMs } from '../../base/units.js';
import { clusterOption, durationOption, selectorsPositional } from '../options.js';
import type { ClusterOptions, GlobalOptions, Run } from '../session.js';

type Options = ClusterOptions & { selector: string[]; signal: string; restart: boolean; timeout: string };

export const killCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, Options> => ({
  command: 'kill <selector..>',
  describe: 'SIGKILL a node to show a failover: tells what then happens, on one clock',
  builder: (argv) =>
    selectorsPositional(clusterOption(argv), true)
      .option('signal', { alias: 's', type: 'string', default: 'SIGKILL', describe: 'Another signal, e.g. SIGTERM, SIGQUIT' })
      .option('restart', {
        type: 'boolean',
        default: false,
        describe: 'Leave the node to its restart policy; without, it stays down until `start`',
      })
      .option('timeout', durationOption('30s', 'How long to watch'))
      .example('$0 kill master-a', 'whoever is master of broker-a now')
      .example('$0 kill broker-b --restart', 'and watch it being restarted: `rmqdev events -f`'),
  handler: ({ json, verbose, cluster, selector, signal: name, restart, timeout }) =>
    withDaemon({ json, verbose }, async ({ client, output, signal }) => {
      const timeoutMs = parseDurationMs(timeout) as number;
      await client.stream('kill', { cluster, selectors: selector, signal: name, restart, timeoutMs }, (item) => output.kill(item), signal);
    }),
});
