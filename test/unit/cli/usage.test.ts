import { expect, test } from 'vitest';
import type { Argv } from 'yargs';
import { allCommands } from '../../../src/cli/commands.js';
import { createParser } from '../../../src/cli/parser.js';
import type { GlobalOptions, RunOf } from '../../../src/cli/session.js';
import { NEEDED, usageText } from '../../../src/cli/usage.js';

const NO_RUN: RunOf = () => ({ withDaemon: async () => {}, withOutput: async () => {}, exit: () => {} });
const ALL = await allCommands();

test.each([
  [
    'Not enough non-option arguments: got 0, need at least 1',
    'kill',
    '`rmqdev kill` needs nodes: broker-a, master-a, slaves, all',
    'rmqdev kill --help',
  ],
  [
    'Not enough non-option arguments: got 0, need at least 1',
    'profile show',
    '`rmqdev profile show` needs a profile: `rmqdev profile show 2m2s`',
    'rmqdev profile --help',
  ],
  [
    'Invalid values:\n  Argument: format, Given: "xml", Choices: "shell", "json"',
    'env --format xml',
    'format can be shell, json, not "xml"',
    'rmqdev env --help',
  ],
  [
    'Not enough non-option arguments: got 0, need at least 1',
    'lint',
    '`rmqdev lint` needs files or folders: `rmqdev lint conf/2m-2s-sync`',
    'rmqdev lint --help',
  ],
  ['Not enough arguments following: set', 'up single --set', '--set has no value: nothing follows it', 'rmqdev up --help'],
  [
    'Not enough non-option arguments: got 0, need at least 1',
    'send',
    '`rmqdev send` needs a topic: `rmqdev send Test`',
    'rmqdev send --help',
  ],
  [
    'Not enough non-option arguments: got 0, need at least 1',
    'topic show --json',
    '`rmqdev topic show` needs a topic: `rmqdev topic show Test`',
    'rmqdev topic --help',
  ],
  ['Missing required arguments: topic, to', 'group reset-offset g', '--topic and --to are missing', 'rmqdev group --help'],
  ['Unknown argument: wat', 'up single --wat', 'Unknown argument: wat', 'rmqdev up --help'],
])('%j after `rmqdev %s` becomes %j', (message, command, why, help) => {
  expect(usageText(message, command.split(' '))).toEqual({
    what: 'rmqdev does not understand this command',
    why,
    next: `See \`${help}\``,
  });
});

test.each([
  ['Did you mean status?', 'statsu', 'there is no command "statsu"'],
  ['Did you mean show?', 'profile shwo', 'there is no command "shwo"'],
])('%j after `rmqdev %s` names the word that is meant', (message, command, why) => {
  expect(usageText(message, command.split(' '))).toEqual({ what: 'rmqdev does not understand this command', why, next: message });
});

/** @returns each command with its arguments, such as `topic show <topic>`: a stand-in for yargs that notes what it is given. */
function commandLines(addTo: (argv: Argv<GlobalOptions>) => void, before = ''): string[] {
  const lines: string[] = [];
  const recorder: object = new Proxy(
    {},
    {
      get: (_, method) => (words: string | string[], _describe: string, builder?: (argv: Argv<GlobalOptions>) => void) => {
        if (method === 'command') {
          const line = `${before}${[words].flat()[0]}`;
          lines.push(line, ...commandLines((argv) => builder?.(argv), line.replace(/ .[a-z]+(?:\.\.)?.$/, ' ')));
        }
        return recorder;
      },
    },
  );
  addTo(recorder as Argv<GlobalOptions>);
  return lines;
}

const LINES = ALL.commands.flatMap((command) => commandLines((argv) => command.addTo(argv, NO_RUN)));

test('what a command cannot do without is said in our words', () => {
  const needy = LINES.filter((line) => line.includes('<')).map((line) => line.replace(/ [<[].*/, ''));
  expect(needy).toContain('topic show');
  expect(needy.filter((name) => !(name in NEEDED))).toEqual([]);
});

test('help says each name of an option once', async () => {
  const paths = LINES.filter((line) => !line.endsWith('<action>')).map((line) => line.replace(/ [<[].*/, ''));
  expect(paths).toContain('topic create');
  for (const path of paths) {
    const help = await createParser(path.split(' '), ALL, NO_RUN, '0.0.0').exitProcess(false).getHelp();
    const named = [...help.matchAll(/^ {2,}((?:--?[a-z-]+, )*--?[a-z-]+) /gm)].map(([, names = '']) => names.split(', '));
    expect(named, path).toContainEqual(['--json']);
    for (const names of named) expect(new Set(names).size, `${path} ${names.join(' ')}`).toBe(names.length);
  }
});

test('help breaks no example in the middle of its command, on a terminal of 80 columns', async () => {
  const paths = LINES.filter((line) => !line.endsWith('<action>')).map((line) => line.replace(/ [<[].*/, ''));
  for (const path of paths) {
    const help = await createParser(path.split(' '), ALL, NO_RUN, '0.0.0').exitProcess(false).wrap(80).getHelp();
    const examples = help.split('Examples:\n')[1]?.split('\n\n')[0] ?? '';
    const odd = examples.split('\n').filter((line) => line.trim() !== '' && !/^ {2}(# .|rmqdev |\w[\w ]* \| rmqdev |eval )/.test(line));
    expect(odd, path).toEqual([]);
  }
});
