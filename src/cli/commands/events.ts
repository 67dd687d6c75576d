import { defineCommand, example } from '../command.js';
import { clusterOption, linesOption, optionalSelectors } from '../options.js';

export const eventsCommand = defineCommand({
  command: 'events [selector..]',
  describe: 'Everything that happened to the cluster, newest last',
  builder: (argv) =>
    optionalSelectors(clusterOption(argv))
      .option('follow', { alias: 'f', type: 'boolean', default: false, describe: 'Go on with new events' })
      .option('lines', { ...linesOption, describe: 'Only the last ones' })
      .example(...example('$0 events broker-a -n 20', ''))
      .example(...example('$0 events -f --json', 'one object a line')),
  handler: ({ cluster, selector, follow, lines }, { withDaemon }) =>
    withDaemon(async ({ client, output, signal }) => {
      try {
        const params = { cluster, follow, ...(lines === undefined ? {} : { lines }), ...(selector.length > 0 ? { selector } : {}) };
        await client.stream('events', params, (event) => output.event(event), signal);
      } catch (error) {
        if (!signal.aborted || !follow) throw error;
      }
    }),
});
