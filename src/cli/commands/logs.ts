import { homedir } from 'node:os';
import { defineCommand, example } from '../command.js';
import { clusterOption, linesOption, optionalSelectors } from '../options.js';
import { parsePointInTime } from '../point-in-time.js';
import { interruptible } from '../session.js';

const DEFAULT_LINES = 100;

export const logsCommand = defineCommand({
  command: 'logs [selector..]',
  describe: "The nodes' logs, merged by time, in local time, stack traces whole",
  builder: (argv) =>
    optionalSelectors(clusterOption(argv))
      .option('follow', { alias: 'f', type: 'boolean', default: false, describe: 'Go on with new lines, through rotation and restarts' })
      .option('lines', {
        ...linesOption,
        defaultDescription: '100; with --since all of them',
        describe: 'Show this many of the last records first',
      })
      .option('since', { type: 'string', describe: '5m (ago), 12:30, 2026-11-20T12:30:00' })
      .option('until', { type: 'string', describe: 'As --since' })
      .option('level', { choices: ['trace', 'debug', 'info', 'warn', 'error'] as const, describe: 'This level and above' })
      .option('grep', { type: 'string', describe: 'Only records that match this regular expression' })
      .option('file', {
        type: 'string',
        array: true,
        nargs: 1,
        default: [],
        describe: 'broker, store, remoting, namesrv, stdout, gc, all, or a file name; commas allowed',
      })
      .option('user-home', { type: 'boolean', default: false, describe: 'Read ~/logs/rocketmqlogs, where brokers started by hand write' })
      .example(...example('$0 logs broker-a -f', 'follow one broker'))
      .example(...example('$0 logs masters --level warn --since 10m', 'warnings of both masters'))
      .example(...example('$0 logs --file store,gc broker-b -n 50', 'other files')),
  handler: ({ cluster, selector, userHome, file, since, until, level, grep, follow, lines }, { withDaemon, withOutput }) => {
    const names = file.flatMap((list) => list.split(','));
    const request = () => ({
      follow,
      lines: lines ?? (since === undefined ? DEFAULT_LINES : undefined),
      sinceMs: since === undefined ? undefined : parsePointInTime('--since', since),
      untilMs: until === undefined ? undefined : parsePointInTime('--until', until),
      level,
      grep,
    });
    if (userHome) {
      return withOutput(async ({ output }) => {
        const [{ chooseHomeFiles }, { showLogs }] = await reading();
        const wanted = request();
        const sources = await chooseHomeFiles(homedir(), names);
        await interruptible((signal) => showLogs(sources, wanted, { output, signal }));
      });
    }
    return withDaemon(async ({ client, output, signal }) => {
      const [{ chooseFiles }, { showLogs }] = await reading();
      const wanted = request();
      const { files, notice } = await client.call('logFiles', { cluster, ...(selector.length > 0 ? { selector } : {}) }, signal);
      if (notice) output.notice(notice);
      await showLogs(chooseFiles(files, names), wanted, { output, signal });
    });
  },
});

/** Loaded on use: no other command needs it. */
const reading = () => Promise.all([import('../logs/choose-files.js'), import('../logs/show-logs.js')]);
