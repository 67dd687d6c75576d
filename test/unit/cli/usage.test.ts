import { expect, test } from 'vitest';
import { consumeCommand } from '../../../src/cli/commands/consume.js';
import { groupCommand } from '../../../src/cli/commands/group.js';
import { sendCommand } from '../../../src/cli/commands/send.js';
import { topicCommand } from '../../../src/cli/commands/topic.js';
import { NEEDED, usageText } from '../../../src/cli/usage.js';

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

type Command = { command: string; builder: (argv: object) => unknown };

/** @returns the words of each command that needs another word, its actions included. */
function needy(module: unknown, before = ''): string[] {
  const { command, builder } = module as Command;
  const [name] = command.split(' ') as [string];
  const actions: unknown[] = [];
  const argv: object = new Proxy(
    {},
    {
      get: (_, method) => (action: unknown) => {
        if (method === 'command') actions.push(action);
        return argv;
      },
    },
  );
  builder(argv);
  return [...(command.includes('<') ? [`${before}${name}`] : []), ...actions.flatMap((action) => needy(action, `${before}${name} `))];
}

test('whatever send, consume, topic and group cannot do without is said in our words', () => {
  const run = {} as Parameters<typeof consumeCommand>[0];
  const commands = [sendCommand(run, () => {}), consumeCommand(run), topicCommand(run), groupCommand(run)].flatMap((module) =>
    needy(module),
  );
  expect(commands).toContain('topic show');
  expect(commands.filter((name) => !(name in NEEDED))).toEqual([]);
});
