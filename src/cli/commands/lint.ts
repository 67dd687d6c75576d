import { buffer } from 'node:stream/consumers';
import { type ErrorCode, EXIT_CODES, RmqdevError } from '../../base/errors.js';
import type { LintCode } from '../../diagnose/lint/codes.js';
import { defineCommand, example } from '../command.js';

const HAS_ERRORS: ErrorCode = 'FINDINGS';
/** Of a file that was named, and has nothing to check. */
const NOT_ROCKETMQ: LintCode = 'FILE_NOT_ROCKETMQ';

export const lintCommand = defineCommand({
  command: 'lint <files..>',
  describe: 'Check hand-written configuration files, start scripts, Compose files and manifests: what RocketMQ would silently ignore',
  builder: (argv) =>
    argv
      .positional('files', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'Files, or folders with everything below them; - for stdin',
      })
      .option('rocketmq', { type: 'string', describe: 'The release that they are for (default: the one in the paths, else the newest)' })
      .option('format', {
        choices: ['text', 'github', 'sarif'] as const,
        default: 'text' as const,
        describe: 'github: annotations; sarif: a log for CI',
      })
      .example(...example('$0 lint conf/2m-2s-sync', 'all files of a folder, and how they fit together'))
      .example(...example('$0 lint --rocketmq 4.7.0 broker-a.properties broker-a-s.properties', 'two files, for one release'))
      .epilogue('Starts nothing and writes nothing. Exit 1 if there is an error, 0 if there are only warnings.'),
  handler: ({ json, files, rocketmq, format }, { withOutput, exit }) =>
    withOutput(async ({ output, version }) => {
      if (rocketmq !== undefined && !/^\d+\.\d+\.\d+$/.test(rocketmq)) throw unknownRelease(rocketmq);
      const [{ readSets }, { lint }, { ownInterfaces }] = await Promise.all([
        import('../../import/read-sets.js'),
        import('../../diagnose/lint.js'),
        import('../../machine/reach.js'),
      ]);
      const own = ownInterfaces().map(({ address }) => address);
      const report = lint(await readSets(files, () => buffer(process.stdin)), rocketmq, own);
      if (report.files === 0 && report.findings.every(({ code }) => code === NOT_ROCKETMQ)) throw nothingToCheck(files);
      if (!json && format !== 'text') {
        const formats = await import('../output/lint-formats.js');
        output.raw(format === 'sarif' ? formats.sarif(report, version) : formats.github(report));
      } else output.lint(report);
      if (report.findings.some(({ severity }) => severity === 'error')) exit(EXIT_CODES[HAS_ERRORS]);
    }),
});

/** A misspelt folder, or a check of the wrong file, must not pass. */
function nothingToCheck(files: readonly string[]): RmqdevError {
  return new RmqdevError('FILE_UNREADABLE', {
    what: `nothing was checked in ${files.join(', ')}`,
    why: 'no file there is the configuration of a NameServer, broker, controller or proxy',
    next: 'Name the files, or the folder that holds them: .properties, .conf, rmq-proxy.json, a Compose file, a manifest, a script',
  });
}

function unknownRelease(version: string): RmqdevError {
  return new RmqdevError('RELEASE_UNKNOWN', {
    what: `--rocketmq ${version}`,
    why: 'it is not a version',
    next: 'Write one such as 4.9.7; `rmqdev versions` lists them',
  });
}
