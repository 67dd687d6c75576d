import yargs, { type Argv } from 'yargs';
import { hideDashes, type KnownOptions, refuseEmptyValues, restoreDashes } from './arguments.js';
import { cleanCommand, lsCommand } from './commands/clusters.js';
import { completionCommand } from './commands/completion.js';
import { consumeCommand } from './commands/consume.js';
import { daemonCommand } from './commands/daemon.js';
import { doctorCommand } from './commands/doctor.js';
import { downCommand } from './commands/down.js';
import { envCommand } from './commands/env.js';
import { eventsCommand } from './commands/events.js';
import { explainCommand } from './commands/explain.js';
import { groupCommand } from './commands/group.js';
import { importCommand } from './commands/import.js';
import { adminCommand, toolsCommand } from './commands/java-tools.js';
import { killCommand } from './commands/kill.js';
import { lintCommand } from './commands/lint.js';
import { logsCommand } from './commands/logs.js';
import { nodeVerbCommands } from './commands/node-verbs.js';
import { profileCommand, profilesCommand } from './commands/profiles.js';
import { installCommand, versionsCommand } from './commands/releases.js';
import { reportCommand } from './commands/report.js';
import { sendCommand } from './commands/send.js';
import { statusCommand } from './commands/status.js';
import { topicCommand } from './commands/topic.js';
import { upCommand } from './commands/up.js';
import { waitCommand } from './commands/wait.js';
import { checkOptions } from './options.js';
import type { GlobalOptions, Run } from './session.js';

/** Every command, as yargs reads them. @param exit is told the exit code of what does not end with 0 */
export function createParser(args: readonly string[], run: Run, version: string, exit: (code: number) => void): Argv<GlobalOptions> {
  const parser = yargs(hideDashes(args))
    .scriptName('rmqdev')
    // All other texts are English: a help half in the language of the shell would be worse than none.
    .locale('en')
    .usage('$0 <command>\n\nLocal multi-broker RocketMQ clusters under one supervisor')
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object, or one a line for streams', global: true })
    .option('verbose', {
      type: 'boolean',
      default: false,
      describe: 'Stack traces with errors',
      global: true,
    }) as unknown as Argv<GlobalOptions>;

  parser
    .command(upCommand(run, exit))
    .command(statusCommand(run))
    .command(logsCommand(run))
    .command(killCommand(run))
    .command(nodeVerbCommands(run) as never)
    .command(waitCommand(run))
    .command(eventsCommand(run))
    .command(explainCommand(run))
    .command(sendCommand(run, exit))
    .command(consumeCommand(run))
    .command(topicCommand(run))
    .command(groupCommand(run))
    .command(adminCommand(run, exit))
    .command(toolsCommand(run, exit))
    .command(downCommand(run))
    .command(lsCommand(run))
    .command(cleanCommand(run))
    .command(envCommand(run))
    .command(doctorCommand(run, exit))
    .command(lintCommand(run, exit))
    .command(importCommand(run))
    .command(reportCommand(run))
    .command(profilesCommand(run))
    .command(profileCommand(run))
    .command(installCommand(run))
    .command(versionsCommand(run))
    .command(daemonCommand(run, exit))
    .command(completionCommand(run, parser))
    .demandCommand(1, 'Say what to do: `rmqdev up 2m2s` starts a cluster')
    .recommendCommands()
    .strict()
    .middleware(restoreDashes, true)
    .check((argv, options) => {
      refuseEmptyValues(args, options as unknown as KnownOptions);
      return checkOptions(argv);
    })
    .version(version)
    .alias({ h: 'help', v: 'version' })
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .fail(false)
    .epilogue('Start here: rmqdev up 2m2s');
  return parser;
}
