import { defineCommand, example } from '../command.js';
import { clusterOption, durationOption, optionalSelectors } from '../options.js';

const GOALS = { ready: 'Ready', 'in-sync': 'In sync', stopped: 'Stopped' } as const;

export const waitCommand = defineCommand({
  command: 'wait [selector..]',
  describe: 'Wait until nodes are ready, in sync or stopped',
  builder: (argv) =>
    optionalSelectors(clusterOption(argv))
      .option('for', { choices: ['ready', 'in-sync', 'stopped'] as const, default: 'ready' as const, describe: 'What to wait for' })
      .option('timeout', durationOption('2m', 'How long to wait'))
      .example(...example('$0 wait --for in-sync', 'after a restart, before the next test')),
  handler: ({ cluster, selector, for: goal, timeout: timeoutMs }, { withDaemon }) =>
    withDaemon(async ({ client, output, signal }) => {
      const selectors = selector.length > 0 ? selector : ['all'];
      const status = await client.stream('wait', { cluster, selectors, for: goal, timeoutMs }, (item) => output.progress(item), signal);
      output.changed(`${GOALS[goal]}: ${selectors.join(', ')}`, status);
    }),
});
