import { absolutePath, callerEnvironment } from '../caller.js';
import { defineCommand, example } from '../command.js';

export const installCommand = defineCommand({
  command: 'install [release]',
  describe: 'Get a RocketMQ release: installed, Apache archive (SHA-512 checked), or Maven',
  builder: (argv) =>
    argv
      .positional('release', { type: 'string', describe: 'A version, or the path of a release zip (default: the newest supported)' })
      .option('from', { type: 'string', describe: 'apache, maven, or a path' })
      .example(...example('$0 install 4.9.7 --from maven', '')),
  handler: ({ release, from }, { withDaemon }) =>
    withDaemon(async ({ client, output, signal }) => {
      const params = {
        caller: callerEnvironment(),
        ...(release === undefined ? {} : { version: absolutePath(release) }),
        ...(from === undefined ? {} : { from: absolutePath(from) }),
      };
      const installed = await client.stream('install', params, (item) => output.progress(item), signal);
      output.endProgress();
      output.installed(installed);
    }),
});

export const versionsCommand = defineCommand({
  command: 'versions',
  describe: 'RocketMQ releases: supported and installed',
  builder: (argv) => argv,
  handler: (_options, { withDaemon }) => withDaemon(async ({ client, output }) => output.versions(await client.call('versions', {}))),
});
