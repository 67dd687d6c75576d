import type { Argv, CommandModule } from 'yargs';
import { type ErrorCode, EXIT_CODES } from '../../base/errors.js';
import { type ProfileOptions, profileOptions } from '../profile-options.js';
import type { GlobalOptions, Run } from '../session.js';

type Options = GlobalOptions & ProfileOptions & { profile: string; advertise?: string };

const HAS_ERRORS: ErrorCode = 'FINDINGS';

export const doctorCommand = ({ withOutput }: Run, exit: (code: number) => void): CommandModule<GlobalOptions, Options> => ({
  command: 'doctor [profile]',
  describe: 'Check this machine: JDKs, memory, disk, ports, stores, host name, environment; each finding with its fix',
  builder: (argv) =>
    profileOptions(
      argv.positional('profile', { type: 'string', default: '2m2s', describe: 'The profile that the machine is to be fit for' }),
    )
      .option('advertise', { type: 'string', describe: 'Would clients at this address or name reach brokers of this machine?' })
      .example('$0 doctor', 'is this machine fit for 2m2s?')
      .example('$0 doctor single --rocketmq 4.9.7', 'another profile, another release')
      .example('$0 doctor --advertise 192.168.1.20', 'would other machines reach it there?')
      .epilogue('Starts nothing and writes nothing. Exit 1 where there is an error; warnings alone are 0.') as unknown as Argv<Options>,
  handler: ({ json, verbose, profile, advertise, set, heap, rocketmq, java }) =>
    withOutput({ json, verbose }, async ({ output, home }) => {
      const [{ gather }, { examine }] = await Promise.all([import('../doctor/gather.js'), import('../../diagnose/doctor.js')]);
      const wishes = { ...(rocketmq === undefined ? {} : { rocketmq }), ...(java === undefined ? {} : { java }) };
      const report = examine(await gather(home, { profile, advertise, set, heap, ...wishes }));
      output.doctor(report);
      if (report.checks.some(({ status }) => status === 'error')) exit(EXIT_CODES[HAS_ERRORS]);
    }),
});
