import { callerEnvironment } from '../caller.js';
import { defineCommand, defineGroup } from '../command.js';
import { overridesOf, profileOptions } from '../profile-options.js';

export const profilesCommand = defineCommand({
  command: 'profiles',
  describe: 'The profiles there are: shipped, your own, and those in this folder',
  builder: (argv) => argv,
  handler: (_options, { withDaemon }) =>
    withDaemon(async ({ client, output }) => output.profiles(await client.call('profiles', { cwd: process.cwd() }))),
});

const showCommand = defineCommand({
  command: 'show <profile>',
  describe: 'The effective profile, each value with its origin',
  builder: (argv) =>
    profileOptions(argv.positional('profile', { type: 'string', demandOption: true, describe: 'A name, or the path of a YAML file' })),
  handler: ({ profile, ...options }, { withDaemon }) =>
    withDaemon(async ({ client, output }) =>
      output.profile(await client.call('profileShow', { profile, caller: callerEnvironment(), ...overridesOf(options) })),
    ),
});

export const profileCommand = defineGroup('profile', 'Look at one profile: `profile show 2m2s`', [showCommand]);
