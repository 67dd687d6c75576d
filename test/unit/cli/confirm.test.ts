import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { confirm, type Terminal } from '../../../src/cli/confirm.js';

const QUESTION = 'This deletes cluster 2m2s.';
const signal = new AbortController().signal;

/** A terminal at which somebody types `answer`. @returns what it shows, too */
function terminal(answer: string, isTTY = true): Terminal & { shown: () => string } {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY });
  input.end(answer);
  return { input, output, shown: () => String(output.read() ?? '') };
}
const ask = (answer: string, options = {}, isTTY = true) => {
  const used = terminal(answer, isTTY);
  return { done: confirm({ yes: false, json: false, signal, ...options }, async () => QUESTION, used), shown: used.shown };
};

test.each(['y\n', 'Y\n', ' yes \n'])('%j goes on', async (answer) => {
  const { done, shown } = ask(answer);
  await done;
  expect(shown()).toContain(`${QUESTION} Go on? [y/N]`);
});

test.each(['\n', 'n\n', 'what?\n', ''])('%j changes nothing', async (answer) => {
  await expect(ask(answer).done).rejects.toMatchObject({ code: 'INTERRUPTED', text: { what: 'nothing was changed' } });
});

test.each([
  ['--yes', { yes: true }, true],
  ['--json', { json: true }, true],
  ['a pipe', {}, false],
])('with %s nothing is asked', async (_, options, isTTY) => {
  const { done, shown } = ask('', options, isTTY);
  await done;
  expect(shown()).toBe('');
});

test('what destroys nothing needs no answer', async () => {
  await confirm({ yes: false, json: false, signal }, async () => undefined, terminal(''));
});
