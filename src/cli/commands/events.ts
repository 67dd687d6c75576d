import type { CommandModule } from 'yargs';
import { clusterOption, linesOption, selectorsPositional } from '../options.js';
import type { ClusterOptions, GlobalOptions, Run } from '../session.js';

type Options = ClusterOptions & { selector: string[]; follow: boolean; lines: number | undefined };

export const eventsCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, Options> => ({
  command: 'events [selector..]',
  describe: 'Everything that happened to the cluster, newest last',
  builder: (argv) =>
    selectorsPositional(clusterOption(argv), false)
      .option('follow', { alias: 'f', type: 'boolean', default: false, describe: 'Go on with what happens' })
      .option('lines', { ...linesOption, describe: 'Only the last ones' })
      .example('$0 events broker-a -n 20', '')
      .example('$0 events -f --json', 'one object a line'),
  handler: ({ json, verbose, cluster, selector, follow, lines }) =>
    withDaemon({ json, verbose }, async ({ client, output, signal }) => {
      try {
        const params = { cluster, follow, ...(lines === undefined ? {} : { lines }), ...(selector.length > 0 ? { selector } : {}) };
        await client.stream('events', params, (event) => output.event(event), signal);
      } catch (error) {
        if (!signal.aborted || !follow) throw error;
      }
    }),
});
