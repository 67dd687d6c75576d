import { EXIT_CODES, RmqdevError, toRmqdevError } from '../base/errors.js';
import { packageVersion } from '../base/version.js';
import { withDashes } from './arguments.js';
import { commandsFor } from './commands.js';
import { endWithReader } from './output/stdout.js';
import { createParser } from './parser.js';
import { createRunOf, outputFor } from './session.js';
import { usageText } from './usage.js';

const args = process.argv.slice(2);
const exit = (code: number) => {
  process.exitCode = code;
};

void main();

async function main(): Promise<void> {
  const version = packageVersion();
  endWithReader(process.stdout, () => process.exit(0));
  const parser = createParser(args, await commandsFor(args), createRunOf(version, exit), version);
  if (args.length === 0) {
    parser.showHelp('log');
    exit(EXIT_CODES.USAGE);
    return;
  }
  try {
    await parser.parseAsync();
  } catch (error) {
    await reportUsage(error);
  }
}

/** What yargs refuses is a mistake of the user. yargs throws some of it before it returns a promise. */
async function reportUsage(thrown: unknown): Promise<void> {
  const isOurs = thrown instanceof RmqdevError;
  const isUsage = thrown instanceof Error && thrown.name === 'YError';
  const failure =
    isOurs || (thrown instanceof Error && !isUsage && thrown.constructor !== Error)
      ? toRmqdevError(thrown)
      : new RmqdevError('USAGE', usageText(withDashes((thrown as Error).message), args));
  const isVerbose = args.includes('--verbose');
  const output = await outputFor({ json: args.includes('--json') }, { showsProgress: false });
  output.error(failure, isVerbose);
  exit(EXIT_CODES[failure.code]);
}
