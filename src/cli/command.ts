import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { GlobalOptions, Run, RunOf } from './session.js';

/**
 * What a handler gets of the options `O` of its builder: each under its name and in camel case, and the words of the command line as `_`.
 * yargs' own type has an index signature too, by which a misspelt option would be no error: it is left out.
 */
export type OptionsOf<O> = {
  [K in keyof ArgumentsCamelCase<O> as string extends K ? never : number extends K ? never : K]: ArgumentsCamelCase<O>[K];
};

/** A command, or a group of commands, as one value. */
export type Command = {
  /** Gives it to yargs. */
  addTo(argv: Argv<GlobalOptions>, runOf: RunOf): void;
  /** What yargs reads of it, or of each of the group: `kill <selector..>`, `topic create <topic>`. */
  usages: readonly string[];
};

type Definition<O> = {
  /** Its name and its positional arguments, as yargs reads them: `topic create <topic>` is `create <topic>` of the group `topic`. */
  command: string;
  aliases?: readonly string[];
  describe: string;
  builder: (argv: Argv<GlobalOptions>) => Argv<O>;
  /** Comes after `builder`: the types of its options follow from it. */
  handler: (options: OptionsOf<O>, run: Run) => Promise<void>;
};

export function defineCommand<O>({ command, aliases = [], describe, builder, handler }: Definition<O>): Command {
  return {
    usages: [command],
    addTo: (argv, runOf) => {
      argv.command([command, ...aliases], describe, builder, (options) =>
        handler(options as OptionsOf<O>, runOf({ json: options.json === true, verbose: options.verbose === true })),
      );
    },
  };
}

/** A command whose next word says what to do: `topic list`, `group show`. */
export function defineGroup(name: string, describe: string, actions: readonly Command[]): Command {
  return {
    usages: actions.flatMap(({ usages }) => usages.map((usage) => `${name} ${usage}`)),
    addTo: (argv, runOf) => {
      argv.command(
        `${name} <action>`,
        describe,
        (group) => {
          for (const action of actions) action.addTo(group, runOf);
          return group.demandCommand(1).recommendCommands().strict();
        },
        () => {},
      );
    },
  };
}

/** @returns an example for `argv.example`: over two lines, so that a narrow terminal does not break the command in the middle. */
export function example(command: string, description: string): [string, string] {
  return [description === '' ? command : `# ${description}\n${command}`, ''];
}
