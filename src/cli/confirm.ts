import { createInterface } from 'node:readline/promises';
import type { Options } from 'yargs';
import { RmqdevError } from '../base/errors.js';

/** Where a question is asked and answered. */
export type Terminal = { input: NodeJS.ReadableStream & { isTTY?: boolean }; output: NodeJS.WritableStream & { isTTY?: boolean } };

export const yesOption = {
  alias: 'y',
  type: 'boolean',
  default: false,
  describe: 'Do not ask; in a pipe there is no question',
} satisfies Options;

/**
 * Asks before something is destroyed, but only on a terminal: scripts go on without an answer.
 * @param destroys returns a sentence that says what will be destroyed; undefined if nothing is. It is called only if somebody can read it.
 * @throws RmqdevError INTERRUPTED if the answer is not yes
 */
export async function confirm(
  options: { yes: boolean; json: boolean; signal: AbortSignal },
  destroys: () => Promise<string | undefined>,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  if (options.yes || options.json || input.isTTY !== true || output.isTTY !== true) return;
  const what = await destroys();
  if (what === undefined) return;
  const readline = createInterface({ input, output });
  try {
    const interrupted = new Promise<string>((resolve) => {
      // Ctrl-C, Ctrl-D, or the end of the input.
      for (const event of ['SIGINT', 'close'] as const) readline.once(event, () => resolve(''));
    });
    const answer = await Promise.race([readline.question(`${what} Go on? [y/N] `, { signal: options.signal }), interrupted]);
    if (/^\s*y(?:es)?\s*$/i.test(answer)) return;
  } finally {
    readline.close();
  }
  throw new RmqdevError('INTERRUPTED', {
    what: 'nothing was changed',
    why: 'the answer was not yes',
    next: 'Run it again and answer y, or add --yes',
  });
}
