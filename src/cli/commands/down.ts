import { counted, formatBytes } from '../../base/units.js';
import { defineCommand, example } from '../command.js';
import { confirm, yesOption } from '../confirm.js';
import { clusterOption, durationOption } from '../options.js';
import type { Session } from '../session.js';

export const downCommand = defineCommand({
  command: 'down',
  describe: 'Stop the whole cluster and prove it: no process, no port left; data stays',
  builder: (argv) =>
    clusterOption(argv)
      .option('delete', { type: 'boolean', default: false, describe: 'Delete its data too' })
      .option('yes', yesOption)
      .option('timeout', durationOption('5m', 'How long to wait'))
      .example(...example('$0 down', 'data stays; `up` brings it back'))
      .example(...example('$0 down --delete', 'nothing stays')),
  handler: ({ json, cluster: named, delete: remove, yes, timeout: timeoutMs }, { withDaemon }) =>
    withDaemon(async (session) => {
      const { client, output, signal } = session;
      const cluster = remove ? await confirmDelete(session, named, { yes, json }) : named;
      const result = await client.stream('down', { cluster, remove, timeoutMs }, (item) => output.progress(item), signal);
      output.endProgress();
      output.down(result);
    }),
});

/** Asks about exactly the cluster that is then deleted. @returns its name */
async function confirmDelete({ client, home, signal }: Session, named: string, options: { yes: boolean; json: boolean }): Promise<string> {
  const { cluster } = await client.call('resolveCluster', { cluster: named, for: 'down' }, signal);
  await confirm({ ...options, signal }, async () => {
    const { clusters } = await client.call('clusters', {}, signal);
    const summary = clusters.find((candidate) => candidate.cluster === cluster);
    const size = summary ? `: ${counted(summary.nodes, 'node')}, ${formatBytes(summary.diskBytes ?? 0)} in` : ', all that is in';
    return `This deletes cluster ${cluster} with its messages${size} ${summary?.folder ?? home.cluster(cluster).root}.`;
  });
  return cluster;
}
