import { HomePaths } from '../../base/paths.js';
import { greet } from '../../client/daemon-process.js';
import { DaemonClient } from '../../client/http.js';
import { DEFAULT_CLUSTER } from '../../contract/calls.js';
import { type Command, defineCommand, example } from '../command.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Each script asks `rmqdev --get-yargs-completions` for the words that fit. */
const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `_rmqdev() {
  local words
  words=$(rmqdev --get-yargs-completions "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _rmqdev rmqdev
`,
  zsh: `#compdef rmqdev
_rmqdev() {
  local -a words_found
  words_found=(\${(f)"$(rmqdev --get-yargs-completions "\${words[@]:0:$CURRENT}" 2>/dev/null)"})
  _describe 'rmqdev' words_found
}
compdef _rmqdev rmqdev
`,
  fish: `complete -c rmqdev -f -a '(rmqdev --get-yargs-completions (commandline -opc) (commandline -ct) 2>/dev/null | string replace -r ":.*" "")'
`,
};

export const completionCommand = defineCommand({
  command: 'completion <shell>',
  describe: 'Completion of commands, nodes and profiles for your shell',
  builder: (argv) =>
    argv
      .positional('shell', { choices: SHELLS, demandOption: true, describe: 'bash, zsh or fish' })
      .example(...example('$0 completion bash >> ~/.bashrc', ''))
      .example(...example('$0 completion fish > ~/.config/fish/completions/rmqdev.fish', '')),
  handler: ({ shell }, { withOutput }) => withOutput(async ({ output }) => output.raw(SCRIPTS[shell])),
});

export type Complete = (
  current: string,
  argv: { _: (string | number)[] },
  defaults: (done: (error: Error | null, words: string[] | undefined) => void) => void,
  done: (words: string[]) => void,
) => Promise<void>;

/** For yargs: adds node ids and profiles to the words that it knows, for `commands` that take them. Asks only a daemon that runs. */
export const completeWords =
  (commands: readonly Command[]): Complete =>
  async (current, argv, defaults, done) => {
    const words = new Set(argv._.map(String));
    const takes = positionalsAfter(words, commands);
    const found = current.startsWith('-') ? [] : takes.has('selector') ? await nodeIds() : takes.has('profile') ? await profileNames() : [];
    if (found.length > 0) return done(found);
    defaults((_error, known = []) => done(known.filter((word) => !word.startsWith('completion-words'))));
  };

/** @returns the positional arguments of the commands whose words are all among `words`. */
export function positionalsAfter(words: ReadonlySet<string>, commands: readonly Command[]): Set<string> {
  const parts = commands.flatMap(({ usages }) => usages.map((usage) => usage.split(' ')));
  const isWord = (part: string) => /^\w/.test(part);
  const typed = parts.filter((usage) => usage.filter(isWord).every((word) => words.has(word)));
  return new Set(typed.flatMap((usage) => usage.filter((part) => !isWord(part)).map((part) => part.replace(/\W/g, ''))));
}

async function nodeIds(): Promise<string[]> {
  const client = await runningClient();
  const status = await client?.call('clusterStatus', { cluster: DEFAULT_CLUSTER }).catch(() => undefined);
  const { NODE_GROUPS } = await import('../../profile/names.js');
  return [...(status?.nodes.map((node) => node.id) ?? []), ...NODE_GROUPS];
}

async function profileNames(): Promise<string[]> {
  const client = await runningClient();
  const listed = await client?.call('profiles', { cwd: process.cwd() }).catch(() => undefined);
  return listed?.profiles.flatMap((profile) => [profile.name, ...profile.aliases]) ?? ['single', '2m-noslave', '2m2s', '2m2s-async'];
}

async function runningClient(): Promise<DaemonClient | undefined> {
  const home = HomePaths.fromEnvironment(process.env);
  return (await greet(home)) ? new DaemonClient(home.socket) : undefined;
}
