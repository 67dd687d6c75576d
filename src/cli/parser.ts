import yargs, { type Argv } from 'yargs';
import { hideDashes, type KnownOptions, refuseEmptyValues, restoreDashes } from './arguments.js';
import type { Command } from './command.js';
import type { Complete } from './commands/completion.js';
import { checkOptions } from './options.js';
import type { GlobalOptions, RunOf } from './session.js';

/** What yargs is told: one command, or all with what completes their words. */
export type Known = { commands: readonly Command[]; complete?: Complete };

/** The `known` commands, as yargs reads them. */
export function createParser(args: readonly string[], { commands, complete }: Known, runOf: RunOf, version: string): Argv<GlobalOptions> {
  const parser = yargs(hideDashes(args))
    .scriptName('rmqdev')
    // All other texts are English: a help that is half in the language of the shell would be worse.
    .locale('en')
    .usage('$0 <command>\n\nLocal multi-broker RocketMQ clusters under one supervisor')
    .option('json', { type: 'boolean', default: false, describe: 'One JSON object, or one a line for streams', global: true })
    .option('verbose', { type: 'boolean', default: false, describe: 'Stack traces with errors', global: true });

  for (const command of commands) command.addTo(parser, runOf);
  if (complete) parser.completion('completion-words', false, complete);
  withoutCachedHelp(parser);
  return parser
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

/**
 * After each command yargs renders its help, in case somebody asks for it later: nobody does, and it takes as long as a quarter of an
 * empty Node.js start. There is no option for it. What is not there in another version of yargs is not replaced.
 */
function withoutCachedHelp(parser: Argv<GlobalOptions>): void {
  const { getInternalMethods } = parser as { getInternalMethods?(): { getUsageInstance?(): { cacheHelpMessage?: () => void } } };
  const usage = getInternalMethods?.call(parser).getUsageInstance?.();
  if (usage?.cacheHelpMessage) usage.cacheHelpMessage = () => {};
}
