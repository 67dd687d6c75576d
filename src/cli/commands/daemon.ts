import { prepareHome } from '../../base/home.js';
import { greet, startDaemon, stopDaemon } from '../../client/daemon-process.js';
import { runDaemonInForeground } from '../../client/spawn-daemon.js';
import { defineCommand, defineGroup } from '../command.js';

const statusCommand = defineCommand({
  command: 'status',
  describe: 'Does it run? Starts nothing',
  builder: (argv) => argv,
  handler: (_options, { withOutput }) =>
    withOutput(async ({ output, home }) => {
      const hello = await greet(home);
      output.daemon(
        hello ? { pid: hello.pid, version: hello.version, socket: home.socket } : null,
        hello ? 'The daemon runs' : 'No daemon runs; the next command starts one.',
      );
    }),
});

const restartCommand = defineCommand({
  command: 'restart',
  describe: 'End it and start this version; nodes keep running, and the new daemon takes them over',
  builder: (argv) => argv,
  handler: (_options, { withOutput }) =>
    withOutput(async ({ output, home }) => {
      await stopDaemon(home);
      prepareHome(home);
      const hello = await startDaemon(home);
      output.daemon({ pid: hello.pid, version: hello.version, socket: home.socket }, 'A new daemon runs');
    }),
});

const stopCommand = defineCommand({
  command: 'stop',
  describe: 'End it; nodes keep running',
  builder: (argv) => argv,
  handler: (_options, { withOutput }) =>
    withOutput(async ({ output, home }) => {
      const pid = await stopDaemon(home);
      output.daemon(null, pid === undefined ? 'No daemon runs.' : `The daemon (pid ${pid}) has ended; nodes keep running.`);
    }),
});

const runCommand = defineCommand({
  command: 'run',
  describe: 'Run it in the foreground: the first Ctrl-C ends it, the second kills it',
  builder: (argv) => argv,
  handler: (_options, { withOutput, exit }) => withOutput(async () => exit(await runDaemonInForeground())),
});

export const daemonCommand = defineGroup('daemon', 'The daemon itself: status, restart, stop, run', [
  statusCommand,
  restartCommand,
  stopCommand,
  runCommand,
]);
