import type { CommandModule } from 'yargs';
import { systemClock } from '../../base/clock.js';
import { clusterOption, selectorsPositional } from '../options.js';
import type { ClusterOptions, GlobalOptions, Run } from '../session.js';

type Options = ClusterOptions & { selector: string[]; watch: boolean };
const WATCH_EVERY_MS = 1_000;

export const statusCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, Options> => ({
  command: 'status [selector..]',
  describe: 'What each node does now: state, live role, pid, ports, memory, replication',
  builder: (argv) =>
    selectorsPositional(clusterOption(argv), false)
      .option('watch', { alias: 'w', type: 'boolean', default: false, describe: 'Show it again every second' })
      .example('$0 status', 'the whole cluster')
      .example('$0 status masters --json', 'masters, for a script'),
  handler: ({ json, verbose, cluster, selector, watch }) =>
    withDaemon({ json, verbose }, async ({ client, output, signal }) => {
      const ask = () => client.call('clusterStatus', { cluster, ...(selector.length > 0 ? { selector } : {}) });
      if (!watch) return output.status(await ask());
      while (!signal.aborted) {
        output.statusAgain(await ask());
        await systemClock.sleep(WATCH_EVERY_MS, signal);
      }
    }),
});
