import { expect, test } from 'vitest';
import yargs from 'yargs';
import { checkOptions, countOption, durationOption, rateOption } from '../../../src/cli/options.js';

/** What a command gets for these words, or the text of the refusal. */
async function parsed(words: string): Promise<unknown> {
  const parser = yargs(words === '' ? [] : words.split(' '))
    .option('queues', { ...countOption({ min: 1, example: 8 }), default: 8 })
    .option('count', { ...countOption({ min: 1, example: 10 }), alias: 'n' })
    .option('rate', rateOption(10))
    .option('timeout', durationOption('5m', 'How long'))
    .check(checkOptions)
    .fail(false);
  try {
    const { queues, count, rate, timeout } = await parser.parseAsync();
    return { queues, count, rate, timeout };
  } catch (error) {
    return (error as { text?: object }).text ?? error;
  }
}

test('numbers arrive as numbers, durations in milliseconds', async () => {
  expect(await parsed('')).toEqual({ queues: 8, count: undefined, rate: undefined, timeout: 300_000 });
  expect(await parsed('-n 12 --queues 1 --rate 0.5 --timeout 20')).toEqual({ queues: 1, count: 12, rate: 0.5, timeout: 20_000 });
});

test.each([
  ['-n abc', { what: '-n abc', why: 'it must be a whole number, 1 or more', next: 'Write -n 10' }],
  ['--count 1.5', { what: '--count 1.5', next: 'Write --count 10' }],
  ['--queues 0', { what: '--queues 0', why: 'it must be a whole number, 1 or more', next: 'Write --queues 8' }],
  ['--rate 0', { what: '--rate 0', why: 'it must be a number above 0', next: 'Write --rate 10' }],
  ['--rate fast', { what: '--rate fast' }],
  ...['0', '0s', '-1s', 'soon'].map((text): [string, object] => [
    `--timeout=${text}`,
    { what: `--timeout ${text}`, next: expect.stringContaining('500ms, 5s or 2m') },
  ]),
  ['-n 1 -n 2', { what: '-n is given 2 times' }],
])('%s is refused as it was written, with an example of the same option', async (words, text) => {
  expect(await parsed(words)).toMatchObject(text);
});
