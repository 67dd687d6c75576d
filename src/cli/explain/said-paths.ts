import { existsSync } from 'node:fs';
import { RmqdevError } from '../../base/errors.js';

/** A word that is meant as a file or folder: it has a slash, or ends as a log does. */
const PATH_LIKE = /^(?:\S*\/\S*|\.{1,2}|\S+\.(?:log|out|txt|gz)(?:\.\d+)?)$/;

/**
 * @returns `words` where all are written like files or folders, undefined where one is something else.
 * @throws RmqdevError FILE_UNREADABLE where one of them is not there
 */
export function saidPaths(words: readonly string[]): readonly string[] | undefined {
  if (words.length === 0 || !words.every((word) => PATH_LIKE.test(word))) return undefined;
  const missing = words.find((word) => !existsSync(word));
  if (missing === undefined) return words;
  throw new RmqdevError('FILE_UNREADABLE', {
    what: `${missing} cannot be explained`,
    why: 'there is no such file or folder',
    next: 'Name a log that is there, put a pasted line in quotes, or name a node: `rmqdev explain broker-a`',
  });
}
