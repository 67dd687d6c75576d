import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { asError, type ErrorCode, type ErrorText, RmqdevError, systemCode } from '../base/errors.js';

const FULL = new Set(['ENOSPC', 'EDQUOT']);
const FORBIDDEN = new Set(['EACCES', 'EPERM', 'EROFS']);

/** @returns DISK_FULL, HOME_NOT_WRITABLE or NODE_FAILED: why the file for stdout and stderr could not be opened. */
export function outputFileError(outputFile: string, error: unknown): RmqdevError {
  const systemError = systemCode(error) ?? '';
  const what = `${outputFile} cannot be opened for the output of the process`;
  const cause = asError(error);
  if (FULL.has(systemError)) {
    return failure('DISK_FULL', { what, why: `the disk is full (${systemError})`, next: 'Free some space, then start it again' }, cause);
  }
  if (FORBIDDEN.has(systemError)) {
    const next = `Make ${dirname(outputFile)} writable for this user, or set RMQDEV_HOME to a folder that is`;
    return failure('HOME_NOT_WRITABLE', { what, why: `it is not writable (${systemError})`, next }, cause);
  }
  return failure('NODE_FAILED', { what, why: cause.message, next: `Look at ${dirname(outputFile)}, then start it again` }, cause);
}

/** @returns JAVA_NOT_FOUND or NODE_FAILED: why `command` could not be run. */
export function spawnError(command: string, cwd: string, error: unknown): RmqdevError {
  const systemError = systemCode(error) ?? '';
  const what = `${command} cannot be run`;
  const cause = asError(error);
  // A missing working directory reads as ENOENT too.
  if (!existsSync(cwd))
    return failure('NODE_FAILED', { what, why: `its working directory ${cwd} does not exist`, next: 'Start it again' }, cause);
  if (systemError === 'ENOENT' || systemError === 'EACCES') {
    const why = systemError === 'ENOENT' ? 'there is no such file' : 'it is not executable for this user';
    return failure(
      'JAVA_NOT_FOUND',
      { what, why: `${why} (${systemError})`, next: 'Choose another JDK with --java, and start it again' },
      cause,
    );
  }
  return failure(
    'NODE_FAILED',
    { what, why: systemError || cause.message, next: 'Solve this problem, then start it again: `rmqdev start <node>`' },
    cause,
  );
}

/** @returns NODE_FAILED: `undone` was not done, because the system did not tell which process has `pid`. */
export function identityError(pid: number, undone: string, error: unknown): RmqdevError {
  const cause = asError(error);
  const why = `the system does not tell which process has pid ${pid} (${systemCode(error) ?? cause.message})`;
  return failure('NODE_FAILED', { what: undone, why, next: 'Close programs or files of this user, then try again' }, cause);
}

const failure = (code: ErrorCode, text: ErrorText, cause: Error): RmqdevError => new RmqdevError(code, text, { cause });
