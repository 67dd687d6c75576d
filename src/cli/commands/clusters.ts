import { defineCommand, example } from '../command.js';
import { confirm, yesOption } from '../confirm.js';

export const lsCommand = defineCommand({
  command: 'ls',
  aliases: ['list'],
  describe: 'The clusters there are',
  builder: (argv) => argv,
  handler: (_options, { withDaemon }) => withDaemon(async ({ client, output }) => output.clusters(await client.call('clusters', {}))),
});

export const cleanCommand = defineCommand({
  command: 'clean',
  describe: 'Remove leftovers: nodes that no profile names, unfinished downloads, what killed JVMs left',
  builder: (argv) =>
    argv
      .option('dry-run', { type: 'boolean', default: false, describe: 'Only show them' })
      .option('all', { type: 'boolean', default: false, describe: 'Also stopped clusters with their data, and class archives' })
      .option('yes', yesOption)
      .example(...example('$0 clean --dry-run', 'show what would be removed')),
  handler: ({ json, dryRun, all, yes }, { withDaemon }) =>
    withDaemon(async ({ client, output, signal }) => {
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
