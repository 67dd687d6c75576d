import { mkdirSync, statSync } from 'node:fs';
import { asError, RmqdevError } from './errors.js';
import { type HomePaths, MAX_SOCKET_PATH_BYTES } from './paths.js';

/**
 * Makes RMQDEV_HOME ready: there, and short enough for a Unix socket. What it makes is for its owner alone; a folder that was there keeps
 * its mode, since it may be more than our home, and is refused where everybody may write into it.
 * @throws RmqdevError SOCKET_PATH_TOO_LONG, HOME_NOT_WRITABLE
 */
export function prepareHome(home: HomePaths): void {
  const length = Buffer.byteLength(home.socket);
  if (length > MAX_SOCKET_PATH_BYTES) {
    throw new RmqdevError('SOCKET_PATH_TOO_LONG', {
      what: 'RMQDEV_HOME is too deep for a Unix socket',
      why: `${home.socket} has ${length} bytes; ${MAX_SOCKET_PATH_BYTES} are allowed`,
      next: 'Let RMQDEV_HOME point to a shorter path, such as ~/.rmqdev',
    });
  }
  try {
    mkdirSync(home.root, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw homeNotWritable(home, error);
  }
  if ((statSync(home.root).mode & 0o002) !== 0) {
    throw homeNotWritable(home, new Error('every user may write into it, and could put a daemon of theirs in the place of yours'));
  }
}

export function homeNotWritable(home: HomePaths, cause: unknown): RmqdevError {
  return new RmqdevError(
    'HOME_NOT_WRITABLE',
    {
      what: `RMQDEV_HOME cannot be used: ${home.root}`,
      why: asError(cause).message,
      next: 'Make the folder writable for your user, or let RMQDEV_HOME point to another one',
    },
    { cause },
  );
}
