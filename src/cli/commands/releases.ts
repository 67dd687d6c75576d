import type { CommandModule } from 'yargs';
import { absolutePath, callerEnvironment } from '../caller.js';
import type { GlobalOptions, Run } from '../session.js';

type InstallOptions = GlobalOptions & { release: string | undefined; from: string | undefined };

export const installCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, InstallOptions> => ({
  command: 'install [release]',
  describe: 'Get a RocketMQ release: installed, Apache archive (SHA-512 checked), or Maven',
  builder: (argv) =>
    argv
      .positional('release', { type: 'string', describe: 'A version, or the path of a release zip (default: the newest supported)' })
      .option('from', { type: 'string', describe: 'apache, maven, or a path' })
      .example('$0 install 4.9.7 --from maven', ''),
  handler: ({ json, verbose, release, from }) =>
    withDaemon({ json, verbose }, async ({ client, output, signal }) => {
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

export const versionsCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, GlobalOptions> => ({
  command: 'versions',
  describe: 'RocketMQ releases: supported and installed',
  handler: ({ json, verbose }) =>
    withDaemon({ json, verbose }, async ({ client, output }) => output.versions(await client.call('versions', {}))),
});
