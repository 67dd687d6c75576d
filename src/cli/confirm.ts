import { createInterface } from 'node:readline/promises';
import type { Options } from 'yargs';
import { RmqdevError } from '../base/errors.js';

/** Where a question is asked and answered. */
export type Terminal = { input: NodeJS.ReadableStream & { isTTY?: boolean }; output: NodeJS.WritableStream & { isTTY?: boolean } };

export const yesOption = {
  alias: 'y',
  type: 'boolean',
  default: false,
  describe: 'Do not ask; in a pipe nothing is asked',
} satisfies Options;

/**
 * Asks before something is destroyed, on a terminal only: scripts go on without an answer.
 * @param destroys what will be destroyed, a sentence; undefined: nothing. It is called only if somebody is there to read it.
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
    what: 'nothing was destroyed',
    why: 'the question was not answered with yes',
    next: 'Run it again and answer y, or add --yes',
  });
}
