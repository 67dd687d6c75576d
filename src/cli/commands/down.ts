import type { CommandModule } from 'yargs';
import { parseDurationMs } from '../../base/units.js';
import { clusterOption, durationOption } from '../options.js';
import type { ClusterOptions, GlobalOptions, Run } from '../with-daemon.js';

type Options = ClusterOptions & { delete: boolean; timeout: string };

export const downCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, Options> => ({
  command: 'down',
  describe: 'Stop the whole cluster and prove it: no process, no port left; data stays',
  builder: (argv) =>
    clusterOption(argv)
      .option('delete', { type: 'boolean', default: false, describe: 'Delete its data too' })
      .option('timeout', durationOption('5m', 'How long to wait'))
      .example('$0 down', 'data stays; `up` brings it back')
      .example('$0 down --delete', 'nothing stays'),
  handler: ({ json, verbose, cluster, delete: remove, timeout }) =>
    withDaemon({ json, verbose }, async ({ client, output, signal }) => {
      const result = await client.stream(
        'down',
        { cluster, remove, timeoutMs: parseDurationMs(timeout) as number },
        (item) => output.progress(item),
        signal,
      );
      output.endProgress();
      output.down(result);
    }),
});
