import { SUPPORTED_RELEASES } from '../../rocketmq/releases.js';
import { defineCommand, example } from '../command.js';

export const importCommand = defineCommand({
  command: 'import <files..>',
  describe: 'Turn hand-written configuration files, start scripts, Compose files and manifests into a profile',
  builder: (argv) =>
    argv
      .positional('files', { type: 'string', array: true, demandOption: true, describe: 'Files, or folders with everything below them' })
      .option('output', { alias: 'o', type: 'string', describe: 'The profile to write', defaultDescription: '<name>.yaml in this folder' })
      .option('name', { type: 'string', describe: 'The name of the profile', defaultDescription: 'the name of the folder' })
      .option('rocketmq', { choices: SUPPORTED_RELEASES, describe: 'The release (default: the one in the paths, else the newest)' })
      .option('one-machine', {
        type: 'boolean',
        default: false,
        describe: 'Bring files of several hosts to this machine (default: a profile with their hosts)',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file if it is there' })
      .example(...example('$0 import conf/2m-2s-sync', 'writes 2m-2s-sync.yaml; then: rmqdev up ./2m-2s-sync.yaml'))
      .example(...example('$0 import nameserver/conf broker/conf -o mine.yaml --rocketmq 4.7.0', 'two folders, one cluster'))
      .example(...example('$0 import hosts/', 'one folder for each host: a profile with hosts'))
      .epilogue('Shows what it found in the files and what the profile has instead. Starts nothing; the files stay as they are.'),
  handler: ({ files, output: file, name, rocketmq, force, oneMachine }, { withOutput }) =>
    withOutput(async ({ output }) => {
      const { importFiles } = await import('../../import/import-files.js');
      const request = { paths: files, cwd: process.cwd(), output: file, name, rocketmq, mayReplace: force, oneMachine };
      output.imported(await importFiles(request));
    }),
});
