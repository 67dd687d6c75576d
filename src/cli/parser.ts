import yargs, { type Argv } from 'yargs';
import { hideDashes, type KnownOptions, refuseEmptyValues, restoreDashes } from './arguments.js';
import type { Command } from './command.js';
import { cleanCommand, lsCommand } from './commands/clusters.js';
import { completeWords, completionCommand } from './commands/completion.js';
import { consumeCommand } from './commands/consume.js';
import { daemonCommand } from './commands/daemon.js';
import { doctorCommand } from './commands/doctor.js';
import { downCommand } from './commands/down.js';
import { envCommand } from './commands/env.js';
import { eventsCommand } from './commands/events.js';
import { explainCommand } from './commands/explain.js';
import { exportCommand } from './commands/export.js';
import { groupCommand } from './commands/group.js';
import { helpCommand } from './commands/help.js';
import { importCommand } from './commands/import.js';
import { adminCommand, toolsCommand } from './commands/java-tools.js';
import { killCommand } from './commands/kill.js';
import { lintCommand } from './commands/lint.js';
import { logsCommand } from './commands/logs.js';
import { nodeVerbCommands } from './commands/node-verbs.js';
import { portsCommand } from './commands/ports.js';
import { profileCommand, profilesCommand } from './commands/profiles.js';
import { installCommand, versionsCommand } from './commands/releases.js';
import { reportCommand } from './commands/report.js';
import { sendCommand } from './commands/send.js';
import { statusCommand } from './commands/status.js';
import { topicCommand } from './commands/topic.js';
import { upCommand } from './commands/up.js';
import { waitCommand } from './commands/wait.js';
import { checkOptions } from './options.js';
import type { GlobalOptions, RunOf } from './session.js';

/** In the order of `rmqdev --help`. */
export const COMMANDS: readonly Command[] = [
  upCommand,
  statusCommand,
  logsCommand,
  killCommand,
  ...nodeVerbCommands,
  waitCommand,
  eventsCommand,
  explainCommand,
  sendCommand,
  consumeCommand,
  topicCommand,
  groupCommand,
  adminCommand,
  toolsCommand,
  downCommand,
  lsCommand,
  cleanCommand,
  envCommand,
  portsCommand,
  doctorCommand,
  lintCommand,
  importCommand,
  exportCommand,
  reportCommand,
  profilesCommand,
  profileCommand,
  installCommand,
  versionsCommand,
  daemonCommand,
  completionCommand,
  helpCommand,
];

/** Every command, as yargs reads them. */
export function createParser(args: readonly string[], runOf: RunOf, version: string): Argv<GlobalOptions> {
  const parser = yargs(hideDashes(args))
    .scriptName('rmqdev')
    // All other texts are English: a help that is half in the language of the shell would be worse.
    .locale('en')
    .usage('$0 <command>\n\nLocal multi-broker RocketMQ clusters under one supervisor')
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object, or one a line for streams', global: true })
    .option('verbose', { type: 'boolean', default: false, describe: 'Stack traces with errors', global: true });

  for (const command of COMMANDS) command.addTo(parser, runOf);
  return parser
    .completion('completion-words', false, completeWords(COMMANDS))
    .demandCommand(1, 'Say what to do: `rmqdev up 2m2s` starts a cluster')
    .recommendCommands()
    .strict()
    .middleware(restoreDashes, true)
    .check((argv, options: unknown) => {
      // Its types call the second parameter `aliases`, but it is all that yargs knows of the options.
      refuseEmptyValues(args, options as KnownOptions);
      return checkOptions(argv);
    })
    .version(version)
    .alias({ h: 'help', v: 'version' })
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .fail(false)
    .epilogue('Start here: rmqdev up 2m2s');
}
