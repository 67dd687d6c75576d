import { expect, test } from 'vitest';
import { outputFileError } from '../../../src/process/launch-error.js';

test.each([
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EROFS', 'HOME_NOT_WRITABLE'],
  ['EACCES', 'HOME_NOT_WRITABLE'],
  ['ENOTDIR', 'NODE_FAILED'],
])('an output file that fails with %s is %s and keeps its cause', (systemError, code) => {
  const cause = Object.assign(new Error('from the system'), { code: systemError });
  expect(outputFileError('nodes/broker-a/stdout.log', cause)).toMatchObject({
    code,
    cause,
    message: expect.stringContaining('nodes/broker-a/stdout.log'),
  });
});
