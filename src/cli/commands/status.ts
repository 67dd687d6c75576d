import { systemClock } from '../../base/clock.js';
import { defineCommand, example } from '../command.js';
import { clusterOption, optionalSelectors } from '../options.js';

const WATCH_EVERY_MS = 1_000;

export const statusCommand = defineCommand({
  command: 'status [selector..]',
  describe: 'What each node does now: state, live role, pid, ports, memory, replication',
  builder: (argv) =>
    optionalSelectors(clusterOption(argv))
      .option('watch', { alias: 'w', type: 'boolean', default: false, describe: 'Show it again every second' })
      .example(...example('$0 status', 'the whole cluster'))
      .example(...example('$0 status masters --json', 'masters, for a script')),
  handler: ({ cluster, selector, watch }, { withDaemon }) =>
    withDaemon(async ({ client, output, signal }) => {
      const ask = () => client.call('clusterStatus', { cluster, ...(selector.length > 0 ? { selector } : {}) });
      if (!watch) return output.status(await ask());
      while (!signal.aborted) {
        output.statusAgain(await ask());
        await systemClock.sleep(WATCH_EVERY_MS, signal);
      }
    }),
});
