import { expect, test } from 'vitest';
import { usageText } from '../../../src/cli/usage-text.js';

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
