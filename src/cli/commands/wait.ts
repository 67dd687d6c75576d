import type { CommandModule } from 'yargs';
import { parseDurationMs } from '../../base/units.js';
import { clusterOption, durationOption, selectorsPositional } from '../options.js';
import type { ClusterOptions, GlobalOptions, Run } from '../session.js';

type Options = ClusterOptions & { selector: string[]; for: 'ready' | 'in-sync' | 'stopped'; timeout: string };

export const waitCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, Options> => ({
  command: 'wait [selector..]',
  describe: 'Block until nodes are ready, in sync or stopped',
  builder: (argv) =>
    selectorsPositional(clusterOption(argv), false)
      .option('for', { choices: ['ready', 'in-sync', 'stopped'] as const, default: 'ready' as const, describe: 'What to wait for' })
      .option('timeout', durationOption('2m', 'How long to wait'))
      .example('$0 wait --for in-sync', 'after a restart, before the next test'),
  handler: ({ json, verbose, cluster, selector, for: goal, timeout }) =>
    withDaemon({ json, verbose }, async ({ client, output, signal }) => {
      const selectors = selector.length > 0 ? selector : ['all'];
      const status = await client.stream(
        'wait',
        { cluster, selectors, for: goal, timeoutMs: parseDurationMs(timeout) as number },
        (item) => output.progress(item),
        signal,
      );
      output.changed(`${goal === 'in-sync' ? 'In sync' : goal === 'ready' ? 'Ready' : 'Stopped'}: ${selectors.join(', ')}`, status);
    }),
});
