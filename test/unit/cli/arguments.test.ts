import { expect, test } from 'vitest';
import { hideDashes, refuseEmptyValues, restoreDashes } from '../../../src/cli/arguments.js';

const OPTIONS = { string: ['cluster', 'c', 'body', 'set'], number: ['lines', 'n'], alias: { cluster: ['c'], lines: ['n'] } };

test.each([
  ['down --delete -c', '-c'],
  ['down -c --delete', '-c'],
  ['down --cluster= --delete', '--cluster'],
  ['down -c= --delete', '-c'],
  ['logs -n', '-n'],
  ['logs -fn', '-n'],
  ['up single --set', '--set'],
])('`%s` is refused: %s has no value', (words, option) => {
  expect(() => refuseEmptyValues(words.split(' '), OPTIONS)).toThrow(`${option} has no value`);
});

test('an empty value is refused wherever it stands', () => {
  for (const args of [
    ['down', '-c', '', '--delete'],
    ['down', '--delete', '-c', ''],
    ['logs', '-n', ''],
  ])
    expect(() => refuseEmptyValues(args, OPTIONS), args.join(' ')).toThrow('has no value');
});

test.each(['down -c one --delete', 'logs -fn 20', 'logs -n 20 --follow', 'logs -n -1', 'send T --body -', 'down --delete', 'admin -- -c'])(
  '`%s` is taken',
  (words) => {
    expect(() => refuseEmptyValues(words.split(' '), OPTIONS)).not.toThrow();
  },
);

test('--advertise means something without a value, but not with an empty one', () => {
  const options = { ...OPTIONS, string: [...OPTIONS.string, 'advertise'] };
  for (const words of ['doctor single --advertise', 'doctor --advertise --json', 'doctor --advertise 192.168.1.20'])
    expect(() => refuseEmptyValues(words.split(' '), options), words).not.toThrow();
  for (const args of [
    ['doctor', '--advertise', ''],
    ['doctor', '--advertise='],
  ])
    expect(() => refuseEmptyValues(args, options), args.join(' ')).toThrow('--advertise has no value');
});

test('a lone dash comes back as it was, also in a list; behind -- nothing is touched', () => {
  const hidden = hideDashes(['explain', '-', '--', '-']);
  expect(hidden[1]).not.toMatch(/^-/);
  expect(hidden.slice(2)).toEqual(['--', '-']);
  const argv = { what: ['a', hidden[1]], body: hidden[1], count: 3 };
  restoreDashes(argv);
  expect(argv).toEqual({ what: ['a', '-'], body: '-', count: 3 });
});
