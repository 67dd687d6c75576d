import { HomePaths } from '../../base/paths.js';
import { greet } from '../../client/daemon-process.js';
import { DaemonClient } from '../../client/http.js';
import { DEFAULT_CLUSTER } from '../../contract/calls.js';
import { defineCommand, example } from '../command.js';

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

const SELECTOR_COMMANDS: ReadonlySet<string> = new Set([
  'status',
  'logs',
  'kill',
  'start',
  'stop',
  'restart',
  'pause',
  'resume',
  'wait',
  'events',
  'reset',
]);
const PROFILE_COMMANDS: ReadonlySet<string> = new Set(['up', 'show']);

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

/** For yargs: adds node ids and profiles to the words that it knows. Asks only a daemon that runs. */
export async function completeWords(
  current: string,
  argv: { _: (string | number)[] },
  defaults: (done: (error: Error | null, words: string[] | undefined) => void) => void,
  done: (words: string[]) => void,
): Promise<void> {
  const words = new Set(argv._.map(String));
  const has = (set: ReadonlySet<string>) => [...words].some((word) => set.has(word));
  const found = current.startsWith('-') ? [] : has(SELECTOR_COMMANDS) ? await nodeIds() : has(PROFILE_COMMANDS) ? await profileNames() : [];
  if (found.length > 0) return done(found);
  defaults((_error, known = []) => done(known.filter((word) => !word.startsWith('completion-words'))));
}

async function nodeIds(): Promise<string[]> {
  const client = await runningClient();
  const status = await client?.call('clusterStatus', { cluster: DEFAULT_CLUSTER }).catch(() => undefined);
  return [
    ...(status?.nodes.map((node) => node.id) ?? []),
    'masters',
    'slaves',
    'brokers',
    'namesrvs',
    'controllers',
    'proxies',
    'dashboards',
    'all',
  ];
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
