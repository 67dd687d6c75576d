import { expect, test } from 'vitest';
import { allCommands, commandsFor } from '../../../src/cli/commands.js';
import { createParser, type Known } from '../../../src/cli/parser.js';
import type { RunOf } from '../../../src/cli/session.js';

const ALL = await allCommands();

/** The words that name a command: its first one, of each command that is known. */
const namesOf = ({ commands }: Known) => [...new Set(commands.flatMap(({ usages }) => usages.map((usage) => usage.split(' ')[0])))];

test('a command line that names a command loads it alone, under each of its names', async () => {
  for (const name of namesOf(ALL).filter((word) => word !== 'help')) {
    const known = await commandsFor([name as string]);
    expect(namesOf(known), name).toContain(name);
    expect(known.commands.length, name).toBeLessThanOrEqual(6);
    expect(known.complete, name).toBeUndefined();
  }
  expect(namesOf(await commandsFor(['list']))).toEqual(['ls']);
  expect(namesOf(await commandsFor(['--json', '--verbose', 'status', 'all']))).toEqual(['status']);
});

test.each([
  ['nothing', []],
  ['help', ['--help']],
  ['the help of a command', ['status', '-h']],
  ['help as a word, as yargs takes it', ['help']],
  ['a word that is no command', ['statsu']],
  ['an option that may take the next word', ['-c', 'status', 'down']],
  ['completion', ['--get-yargs-completions', 'rmqdev', 'st']],
])('%s needs all of them', async (_, args) => {
  const known = await commandsFor(args);
  expect(known.commands).toEqual(ALL.commands);
  expect(known.complete).toBeDefined();
});

test('a command that is loaded alone has its help', async () => {
  const run: RunOf = () => ({ withDaemon: async () => {}, withOutput: async () => {}, exit: () => {} });
  for (const name of ['status', 'resume', 'topic', 'lint']) {
    const help = await createParser([name], await commandsFor([name]), run, '0.0.0')
      .exitProcess(false)
      .getHelp();
    expect(help).toContain(`rmqdev ${name} `);
  }
});
