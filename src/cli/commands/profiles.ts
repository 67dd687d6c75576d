import type { CommandModule } from 'yargs';
import { callerEnvironment } from '../caller.js';
import { type ProfileOptions, profileOptions } from '../profile-options.js';
import type { GlobalOptions, Run } from '../session.js';

export const profilesCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, GlobalOptions> => ({
  command: 'profiles',
  describe: 'The profiles there are: shipped, your own, and here',
  handler: ({ json, verbose }) =>
    withDaemon({ json, verbose }, async ({ client, output }) => output.profiles(await client.call('profiles', { cwd: process.cwd() }))),
});

type ShowOptions = GlobalOptions & ProfileOptions & { profile: string };

const showCommand = ({ withDaemon }: Run): CommandModule<GlobalOptions, ShowOptions> => ({
  command: 'show <profile>',
  describe: 'The effective profile, each value with its origin',
  builder: (argv) =>
    profileOptions(argv.positional('profile', { type: 'string', demandOption: true, describe: 'A name, or the path of a YAML file' })),
  handler: ({ json, verbose, profile, set, heap, rocketmq, java }) =>
    withDaemon({ json, verbose }, async ({ client, output }) => {
      const overrides = { ...(rocketmq === undefined ? {} : { rocketmq }), ...(java === undefined ? {} : { java }) };
      output.profile(await client.call('profileShow', { profile, caller: callerEnvironment(), set, heap, ...overrides }));
    }),
});

export const profileCommand = (run: Run): CommandModule<GlobalOptions, GlobalOptions> => ({
  command: 'profile <action>',
  describe: 'Look at one profile: `profile show 2m2s`',
  builder: (argv) => argv.command(showCommand(run)).demandCommand(1),
  handler: () => {},
});
