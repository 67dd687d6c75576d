#!/usr/bin/env node
import { EXIT_CODES, RmqdevError, toRmqdevError } from '../base/errors.js';
import { packageVersion } from '../base/version.js';
import { withDashes } from './arguments.js';
import { jsonOutput } from './output/json-output.js';
import { endWithReader } from './output/stdout.js';
import { createParser } from './parser.js';
import { createRunOf } from './session.js';
import { usageText } from './usage.js';

const args = process.argv.slice(2);
const exit = (code: number) => {
  process.exitCode = code;
};
const version = packageVersion();
const parser = createParser(args, createRunOf(version, exit), version);

endWithReader(process.stdout, () => process.exit(0));

if (args.length === 0) {
  parser.showHelp('log');
  exit(EXIT_CODES.USAGE);
} else {
  try {
    await parser.parseAsync();
  } catch (error) {
    await reportUsage(error);
  }
}

/** What yargs refuses is the user's mistake; it throws some of it before any promise. */
async function reportUsage(thrown: unknown): Promise<void> {
  const isOurs = thrown instanceof RmqdevError;
  const isUsage = thrown instanceof Error && thrown.name === 'YError';
  const failure =
    isOurs || (thrown instanceof Error && !isUsage && thrown.constructor !== Error)
      ? toRmqdevError(thrown)
      : new RmqdevError('USAGE', usageText(withDashes((thrown as Error).message), args));
  const isVerbose = args.includes('--verbose');
  if (args.includes('--json')) jsonOutput(process.stdout, process.stderr, { showsProgress: false }).error(failure, isVerbose);
  else (await import('./output/text-output.js')).textOutput(process.stdout, process.stderr).error(failure, isVerbose);
  exit(EXIT_CODES[failure.code]);
}
