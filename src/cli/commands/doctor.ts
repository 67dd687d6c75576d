import { type ErrorCode, EXIT_CODES } from '../../base/errors.js';
import { defineCommand, example } from '../command.js';
import { overridesOf, profileOptions } from '../profile-options.js';
import { usage } from '../usage.js';

const HAS_ERRORS: ErrorCode = 'FINDINGS';

export const doctorCommand = defineCommand({
  command: 'doctor [profile]',
  describe: 'Check this machine: JDKs, memory, disk, ports, stores, host name, environment; each finding with its fix',
  builder: (argv) =>
    profileOptions(
      argv
        .positional('profile', {
          type: 'string',
          defaultDescription: '2m2s',
          describe: 'The profile that this machine should be able to run',
        })
        .option('cluster', { alias: 'c', type: 'string', describe: 'A cluster that exists, in place of a profile' }),
    )
      .option('advertise', {
        type: 'string',
        describe:
          'Would clients reach this machine at this address? Without an address: does every port answer where the profile or cluster advertises its nodes?',
      })
      .example(...example('$0 doctor', 'can this machine run 2m2s?'))
      .example(...example('$0 doctor single --rocketmq 4.9.7', 'another profile, another release'))
      .example(...example('$0 doctor --advertise 192.168.1.20', 'would other machines reach it there?'))
      .example(...example('$0 doctor 2m2s-two-hosts --advertise', 'does every port of every host get through to here?'))
      .epilogue('Starts nothing and writes nothing. Exit 1 if there is an error, 0 if there are only warnings.'),
  handler: ({ profile, cluster, advertise, ...options }, { withOutput, exit }) =>
    withOutput(async ({ output, home }) => {
      if (profile !== undefined && cluster !== undefined)
        throw usage(`doctor ${profile} -c ${cluster}`, 'a profile and a cluster are two things to look at', 'Name one of them');
      const [{ gather }, { examine }] = await Promise.all([import('../doctor/gather.js'), import('../../diagnose/doctor.js')]);
      const report = examine(await gather(home, { profile, cluster, advertise, ...overridesOf(options) }));
      output.doctor(report);
      if (report.checks.some(({ status }) => status === 'error')) exit(EXIT_CODES[HAS_ERRORS]);
    }),
});
