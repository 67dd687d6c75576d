import type { Argv, CommandModule } from 'yargs';
import { SUPPORTED_RELEASES } from '../../rocketmq/releases.js';
import type { GlobalOptions, Run } from '../session.js';

type Options = GlobalOptions & { files: string[]; output?: string; name?: string; rocketmq?: string; force: boolean };

export const importCommand = ({ withOutput }: Run): CommandModule<GlobalOptions, Options> => ({
  command: 'import <files..>',
  describe: 'Make a profile that runs on this machine of hand-written configuration files and start scripts',
  builder: (argv) =>
    argv
      .positional('files', { type: 'string', array: true, demandOption: true, describe: 'Files, or folders with all that is below them' })
      .option('output', { alias: 'o', type: 'string', describe: 'The profile to write', defaultDescription: '<name>.yaml in this folder' })
      .option('name', { type: 'string', describe: 'The name of the profile', defaultDescription: 'that of the folder' })
      .option('rocketmq', { choices: SUPPORTED_RELEASES, describe: 'The release (default: as the paths say, else the newest)' })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file if it is there' })
      .example('$0 import conf/2m-2s-sync', 'writes 2m-2s-sync.yaml; then: rmqdev up ./2m-2s-sync.yaml')
      .example('$0 import nameserver/conf broker/conf -o mine.yaml --rocketmq 4.7.0', 'two folders, one cluster')
      .epilogue(
        'Says what it found in the files and what the profile has instead. Starts nothing; the files stay as they are.',
      ) as unknown as Argv<Options>,
  handler: ({ json, verbose, files, output: file, name, rocketmq, force }) =>
    withOutput({ json, verbose }, async ({ output }) => {
      const { importFiles } = await import('../../import/import-files.js');
      output.imported(await importFiles({ paths: files, cwd: process.cwd(), output: file, name, rocketmq, mayReplace: force }));
    }),
});
