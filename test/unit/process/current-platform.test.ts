import { expect, test } from 'vitest';
import { currentPlatform } from '../../../src/process/current-platform.js';

test('Windows is refused with the way out', () => {
  expect(() => currentPlatform('win32')).toThrow(expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining('WSL') }));
});
