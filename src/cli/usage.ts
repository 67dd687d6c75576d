import { type ErrorText, RmqdevError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';

/** @returns an error about what the user has typed. */
export function usage(what: string, why: string, next: string): RmqdevError {
  return new RmqdevError('USAGE', { what, why, next });
}

const NOT_UNDERSTOOD = 'rmqdev does not understand this command';
const SELECTOR = 'nodes: broker-a, master-a, slaves, all';

/** What each command needs, by its words. */
export const NEEDED: Readonly<Record<string, string>> = {
  help: 'a topic, such as dashboard',
  kill: SELECTOR,
  start: SELECTOR,
  stop: SELECTOR,
  restart: SELECTOR,
  pause: SELECTOR,
  resume: SELECTOR,
  lint: 'files or folders: `rmqdev lint conf/2m-2s-sync`',
  import: 'files or folders: `rmqdev import conf/2m-2s-sync`',
  export: 'a target (properties, compose, kubernetes or systemd): `rmqdev export compose 2m2s -o shop`',
  send: 'a topic: `rmqdev send Test`',
  consume: 'a topic: `rmqdev consume Test`',
  topic: 'an action: list, create, delete, show or route',
  'topic create': 'a topic: `rmqdev topic create Test`',
  'topic delete': 'a topic: `rmqdev topic delete Test`',
  'topic show': 'a topic: `rmqdev topic show Test`',
  'topic route': 'a topic: `rmqdev topic route Test`',
  group: 'an action: list, create, delete, show or reset-offset',
  'group create': 'a group: `rmqdev group create my-app`',
  'group delete': 'a group: `rmqdev group delete my-app`',
  'group show': 'a group: `rmqdev group show my-app`',
  'group reset-offset': 'a group: `rmqdev group reset-offset my-app --topic Test --to first`',
  profile: 'an action: `rmqdev profile show 2m2s`',
  'profile show': 'a profile: `rmqdev profile show 2m2s`',
  daemon: 'an action: status, restart, stop or run',
  completion: 'a shell: bash, zsh or fish',
};

/** @returns what is wrong with the words `args`, if `message` is what yargs says about them. */
export function usageText(message: string, args: readonly string[]): ErrorText {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const [command] = words;
  const meant = /^Did you mean (.+)\?$/.exec(message)?.[1];
  if (meant !== undefined) {
    const unknown = words.find((word) => nearest(word, [meant]) !== undefined) ?? words.at(-1);
    return { what: NOT_UNDERSTOOD, why: `there is no command "${unknown}"`, next: message };
  }
  const isUnknown = message.startsWith('Unknown command');
  const help = command === undefined || (isUnknown && words.length === 1) ? 'rmqdev --help' : `rmqdev ${command} --help`;
  const named = [words.slice(0, 2).join(' '), command ?? ''].find((name) => name in NEEDED);
  const why =
    message.startsWith('Not enough non-option arguments') && named !== undefined
      ? `\`rmqdev ${named}\` needs ${NEEDED[named]}`
      : (missingOptions(message) ?? missingValue(message) ?? plainChoices(message));
  return { what: NOT_UNDERSTOOD, why, next: `See \`${help}\`` };
}

/** yargs names options without their dashes. */
function missingOptions(message: string): string | undefined {
  const names = /^Missing required arguments?: (.+)$/.exec(message)?.[1]?.split(', ');
  return names && `${names.map((name) => `--${name}`).join(' and ')} ${names.length === 1 ? 'is' : 'are'} missing`;
}

function missingValue(message: string): string | undefined {
  const name = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  return name && `${name.length === 1 ? '-' : '--'}${name} has no value: nothing follows it`;
}

/** yargs lists wrong values over several lines, as `Argument: format, Given: "xml", Choices: "shell", "json"`. */
function plainChoices(message: string): string {
  const [, name, given, choices] = /Argument: (\S+), Given: (.+), Choices: (.+)/.exec(message) ?? [];
  return name ? `${name} can be ${choices?.replaceAll('"', '')}, not ${given}` : message;
}
