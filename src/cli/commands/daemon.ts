import type { Argv, CommandModule } from 'yargs';
import { prepareHome } from '../../base/home.js';
import { greet, runDaemonInForeground, startDaemon, stopDaemon } from '../../client/daemon-process.js';
import type { GlobalOptions, Run } from '../session.js';

export const daemonCommand = (run: Run, exit: (code: number) => void): CommandModule<GlobalOptions, GlobalOptions> => ({
  command: 'daemon <action>',
  describe: 'The daemon itself: status, restart, stop, run',
  builder: (argv: Argv<GlobalOptions>) =>
    argv
      .command<GlobalOptions>({
        command: 'status',
        describe: 'Does it run? Starts nothing',
        handler: (options: GlobalOptions) =>
          run.withOutput(options, async ({ output, home }) => {
            const hello = await greet(home);
            output.daemon(
              hello ? { pid: hello.pid, version: hello.version, socket: home.socket } : null,
              hello ? 'The daemon runs' : 'No daemon runs; the next command starts one.',
            );
          }),
      })
      .command<GlobalOptions>({
        command: 'restart',
        describe: 'End it and start this version; nodes keep running and are taken over',
        handler: (options: GlobalOptions) =>
          run.withOutput(options, async ({ output, home }) => {
            await stopDaemon(home);
            prepareHome(home);
            const hello = await startDaemon(home);
            output.daemon({ pid: hello.pid, version: hello.version, socket: home.socket }, 'A new daemon runs');
          }),
      })
      .command<GlobalOptions>({
        command: 'stop',
        describe: 'End it; nodes keep running',
        handler: (options: GlobalOptions) =>
          run.withOutput(options, async ({ output, home }) => {
            const pid = await stopDaemon(home);
            output.daemon(null, pid === undefined ? 'No daemon runs.' : `The daemon (pid ${pid}) has ended; nodes keep running.`);
          }),
      })
      .command<GlobalOptions>({
        command: 'run',
        describe: 'Run it in the foreground: the first Ctrl-C ends it, the second kills it',
        handler: (options: GlobalOptions) => run.withOutput(options, async () => exit(await runDaemonInForeground())),
      })
      .demandCommand(1, 'Say which: status, restart, stop or run'),
  handler: () => {},
});
