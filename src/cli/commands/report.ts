import { defineCommand, example } from '../command.js';
import { clusterOption } from '../options.js';

/** Starts no daemon: a new one would restart what has crashed, and that would change what the report is about. */
export const reportCommand = defineCommand({
  command: 'report',
  describe: 'One archive for a bug report: configuration, versions, events, crash reports, ends of logs; without names of this machine',
  builder: (argv) =>
    clusterOption(argv)
      .option('output', {
        alias: 'o',
        type: 'string',
        describe: 'The file, or the folder for it',
        defaultDescription: 'rmqdev-report-<cluster>-<time>.zip in this folder',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Replace the file that -o names' })
      .example(...example('$0 report', 'the cluster used last'))
      .example(...example('$0 report -c 2m2s -o /tmp/report.zip', 'another cluster, another file'))
      .epilogue(
        'Starts nothing, sends nothing, and works without a daemon. Host, user and home are replaced: look into it before you share it.',
      ),
  handler: ({ cluster, output: file, force }, { withOutput }) =>
    withOutput(async ({ output, home, version }) => {
      // Loaded on use: most commands need none of it.
      const { makeReport } = await import('../report/make-report.js');
      output.report(await makeReport(home, { cluster, output: file, mayReplace: force, version, now: new Date() }));
    }),
});
