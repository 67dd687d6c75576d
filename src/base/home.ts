import { mkdirSync, statSync } from 'node:fs';
import { asError, RmqdevError } from './errors.js';
import { type HomePaths, MAX_SOCKET_PATH_BYTES } from './paths.js';

/**
 * Prepares RMQDEV_HOME: it must exist, and be short enough for a Unix socket. A new folder is only for its owner. An existing folder
 * keeps its mode, because it may have other uses, and is refused if everybody may write to it.
 * @throws RmqdevError SOCKET_PATH_TOO_LONG, HOME_NOT_WRITABLE
 */
export function prepareHome(home: HomePaths): void {
  const length = Buffer.byteLength(home.socket);
  if (length > MAX_SOCKET_PATH_BYTES) {
    throw new RmqdevError('SOCKET_PATH_TOO_LONG', {
      what: 'the path of RMQDEV_HOME is too long for a Unix socket',
      why: `${home.socket} has ${length} bytes; ${MAX_SOCKET_PATH_BYTES} are allowed`,
      next: 'Set RMQDEV_HOME to a shorter path, such as ~/.rmqdev',
    });
  }
  try {
    mkdirSync(home.root, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw homeNotWritable(home, error);
  }
  if ((statSync(home.root).mode & 0o002) !== 0) {
    throw homeNotWritable(home, new Error('every user may write to it, and could replace your daemon with another one'));
  }
}

export function homeNotWritable(home: HomePaths, cause: unknown): RmqdevError {
  return new RmqdevError(
    'HOME_NOT_WRITABLE',
    {
      what: `RMQDEV_HOME cannot be used: ${home.root}`,
      why: asError(cause).message,
      next: 'Make the folder writable for your user, or set RMQDEV_HOME to another one',
    },
    { cause },
  );
}
