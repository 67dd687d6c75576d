import { defineCommand, example } from '../command.js';
import { clusterOption, durationOption, requiredSelectors } from '../options.js';

export const killCommand = defineCommand({
  command: 'kill <selector..>',
  describe: 'SIGKILL a node to show a failover: what happens then, each step with its time',
  builder: (argv) =>
    requiredSelectors(clusterOption(argv))
      .option('signal', { alias: 's', type: 'string', default: 'SIGKILL', describe: 'Another signal, e.g. SIGTERM, SIGQUIT' })
      .option('restart', {
        type: 'boolean',
        default: false,
        describe: 'Leave the node to its restart policy; without this option it stays down until `start`',
      })
      .option('timeout', durationOption('30s', 'How long to watch'))
      .example(...example('$0 kill master-a', 'the node that is master of broker-a now'))
      .example(...example('$0 kill broker-b --restart', 'it is restarted: `rmqdev events -f` shows it')),
  handler: ({ cluster, selector: selectors, signal: name, restart, timeout: timeoutMs }, { withDaemon }) =>
    withDaemon(async ({ client, output, signal }) => {
      try {
        await client.stream('kill', { cluster, selectors, signal: name, restart, timeoutMs }, (item) => output.kill(item), signal);
      } finally {
        output.killed();
      }
    }),
});
