import type { Argv, CommandModule } from 'yargs';
import { confirm, yesOption } from '../confirm.js';
import type { GlobalOptions, Run } from '../session.js';

export const lsCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, GlobalOptions> => ({
  command: 'ls',
  aliases: ['list'],
  describe: 'The clusters there are',
  handler: ({ json, verbose }) =>
    withDaemon({ json, verbose }, async ({ client, output }) => output.clusters(await client.call('clusters', {}))),
});

type CleanOptions = GlobalOptions & { dryRun: boolean; all: boolean; yes: boolean };

export const cleanCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, CleanOptions> => ({
  command: 'clean',
  describe: 'Remove leftovers: nodes that no profile names, unfinished downloads, what killed JVMs left',
  builder: (argv) =>
    argv
      .option('dry-run', { type: 'boolean', default: false, describe: 'Only show them' })
      .option('all', { type: 'boolean', default: false, describe: 'Also stopped clusters with their data, and class archives' })
      .option('yes', yesOption)
      .example('$0 clean --dry-run', 'see what would go') as unknown as Argv<CleanOptions>,
  handler: ({ json, verbose, dryRun, all, yes }) =>
    withDaemon({ json, verbose }, async ({ client, output, signal }) => {
      if (!dryRun) {
        await confirm({ yes, json, signal }, async () => {
          const found = await client.call('clean', { dryRun: true, all }, signal);
          if (found.leftovers.length === 0) return undefined;
          output.leftovers(found);
          return 'This removes them.';
        });
      }
      output.leftovers(await client.call('clean', { dryRun, all }));
    }),
});
