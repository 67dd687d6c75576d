import type { Command } from './command.js';
import type { Known } from './parser.js';

/** A command, or a few of one file, whose module is loaded on use. */
type Entry = { names: readonly string[]; load: () => Promise<readonly Command[]> };

const command = (name: string, load: () => Promise<Command>): Entry => ({ names: [name], load: async () => [await load()] });

/** In the order of `rmqdev --help`. */
const ENTRIES: readonly Entry[] = [
  command('up', async () => (await import('./commands/up.js')).upCommand),
  command('status', async () => (await import('./commands/status.js')).statusCommand),
  command('logs', async () => (await import('./commands/logs.js')).logsCommand),
  command('kill', async () => (await import('./commands/kill.js')).killCommand),
  {
    names: ['start', 'stop', 'restart', 'reset', 'pause', 'resume'],
    load: async () => (await import('./commands/node-verbs.js')).nodeVerbCommands,
  },
  command('wait', async () => (await import('./commands/wait.js')).waitCommand),
  command('events', async () => (await import('./commands/events.js')).eventsCommand),
  command('explain', async () => (await import('./commands/explain.js')).explainCommand),
  command('send', async () => (await import('./commands/send.js')).sendCommand),
  command('consume', async () => (await import('./commands/consume.js')).consumeCommand),
  command('topic', async () => (await import('./commands/topic.js')).topicCommand),
  command('group', async () => (await import('./commands/group.js')).groupCommand),
  command('admin', async () => (await import('./commands/java-tools.js')).adminCommand),
  command('tools', async () => (await import('./commands/java-tools.js')).toolsCommand),
  command('down', async () => (await import('./commands/down.js')).downCommand),
  { names: ['ls', 'list'], load: async () => [(await import('./commands/clusters.js')).lsCommand] },
  command('clean', async () => (await import('./commands/clusters.js')).cleanCommand),
  command('env', async () => (await import('./commands/env.js')).envCommand),
  command('ports', async () => (await import('./commands/ports.js')).portsCommand),
  command('doctor', async () => (await import('./commands/doctor.js')).doctorCommand),
  command('lint', async () => (await import('./commands/lint.js')).lintCommand),
  command('import', async () => (await import('./commands/import.js')).importCommand),
  command('export', async () => (await import('./commands/export.js')).exportCommand),
  command('report', async () => (await import('./commands/report.js')).reportCommand),
  command('profiles', async () => (await import('./commands/profiles.js')).profilesCommand),
  command('profile', async () => (await import('./commands/profiles.js')).profileCommand),
  command('install', async () => (await import('./commands/releases.js')).installCommand),
  command('versions', async () => (await import('./commands/releases.js')).versionsCommand),
  command('daemon', async () => (await import('./commands/daemon.js')).daemonCommand),
  command('completion', async () => (await import('./commands/completion.js')).completionCommand),
  command('help', async () => (await import('./commands/help.js')).helpCommand),
];

/** Options that may stand before the command: they take no value, so that the next word cannot be one. */
const BEFORE: ReadonlySet<string> = new Set(['--json', '--verbose']);
/** For yargs the word alone asks for help too: `rmqdev help`, `rmqdev status help`. */
const HELP: ReadonlySet<string> = new Set(['--help', '-h', 'help', 'h']);

/**
 * @returns the one command that `args` name, because loading all of them takes longer than `status` does; or all, if that is what
 * `args` need: help, completion, the suggestion for a word that is no command, and everything that this cannot tell.
 */
export async function commandsFor(args: readonly string[]): Promise<Known> {
  const word = args.find((arg) => !BEFORE.has(arg));
  const entry = ENTRIES.find(({ names }) => word !== undefined && names.includes(word));
  return entry === undefined || args.some((arg) => HELP.has(arg)) ? allCommands() : { commands: await entry.load() };
}

/** Every command, in the order of `rmqdev --help`. */
export async function allCommands(): Promise<Required<Known>> {
  const [{ completeWords }, ...loaded] = await Promise.all([import('./commands/completion.js'), ...ENTRIES.map(({ load }) => load())]);
  const commands = loaded.flat();
  return { commands, complete: completeWords(commands) };
}
