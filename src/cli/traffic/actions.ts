import type { Argv, CommandModule } from 'yargs';
import type { GlobalOptions, Run } from '../session.js';
import { type AccessOptions, accessOptions } from './access.js';

export type ListOptions = AccessOptions & { all: boolean };

/** A command whose first word after it says what to do: `topic list`, `group show`. */
export function commandOfActions(
  run: Run,
  name: string,
  describe: string,
  actions: readonly ((run: Run) => object)[],
): CommandModule<GlobalOptions, GlobalOptions> {
  return {
    command: `${name} <action>`,
    describe,
    builder: (argv) => {
      for (const action of actions) argv.command(action(run) as never);
      return argv.demandCommand(1).recommendCommands().strict();
    },
    handler: () => {},
  };
}

/** Options of `list`; `describe` says what --all shows too. */
export const listOptions = (argv: Argv<GlobalOptions>, describe: string): Argv<ListOptions> =>
  accessOptions<ListOptions>(argv as never).option('all', { type: 'boolean', default: false, describe }) as never;
