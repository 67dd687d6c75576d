import { defineCommand, example } from '../command.js';
import { profileOptions } from '../profile-options.js';

const TARGETS = ['properties', 'compose', 'kubernetes', 'systemd'] as const;

export const exportCommand = defineCommand({
  command: 'export <target> [profile]',
  describe: 'Write a profile as files for machines and engines without rmqdev',
  builder: (argv) =>
    profileOptions(
      argv
        .positional('target', { choices: TARGETS, demandOption: true, describe: 'What will run it' })
        .positional('profile', { type: 'string', default: '2m2s', describe: 'A name, or the path of a YAML file' })
        .option('output', { alias: 'o', type: 'string', describe: 'The folder to write', defaultDescription: 'stdout, if it is one file' })
        .option('force', {
          type: 'boolean',
          default: false,
          describe: 'Write into a folder that holds files; replaces only those of the export',
        })
        .option('operator', { type: 'boolean', default: false, describe: 'kubernetes: resources of the RocketMQ operator' })
        .option('advertise', { type: 'string', describe: 'Where clients reach the brokers (brokerIP1)' })
        .option('subnet', { type: 'string', describe: 'compose: the network of the containers, such as 172.30.5.0/24' })
        .option('namespace', { type: 'string', describe: 'kubernetes: the namespace', defaultDescription: 'default' })
        .option('data', { type: 'string', describe: 'properties, systemd: the folder of stores and logs on the server' })
        .option('home', { type: 'string', describe: 'systemd: the folder of the release on the server' }),
    )
      .example(...example('$0 export compose 2m2s -o shop && cd shop && docker compose up -d', 'the official image'))
      .example(...example('$0 export kubernetes 2m2s | kubectl apply -f -', 'StatefulSets, Services, ConfigMaps'))
      .epilogue('Needs no daemon and starts nothing. What the target cannot do is refused, and the first lines say what differs.'),
  handler: (
    { target, profile, output: folder, force, operator, advertise, subnet, namespace, data, home: release, json, ...rest },
    { withOutput },
  ) =>
    withOutput(async ({ output, home }) => {
      const { exportCommandResult } = await import('../export/export-command.js');
      const options = { advertise, subnet, namespace, data, home: release };
      const request = { ...rest, target, profile, output: folder, mayReplace: force, operator, options, home, isJson: json };
      const result = await exportCommandResult(request);
      for (const warning of result.warnings) output.notice(warning);
      output.exported(result);
    }),
});
