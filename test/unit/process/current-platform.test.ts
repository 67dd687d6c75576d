import { expect, test } from 'vitest';
import { currentPlatform } from '../../../src/process/current-platform.js';
import { DarwinPlatform } from '../../../src/process/platform-darwin.js';
import { LinuxPlatform } from '../../../src/process/platform-linux.js';

test('Windows is refused with the way out', () => {
  expect(() => currentPlatform('win32', {})).toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringContaining('WSL') }),
  );
});

test('Linux and macOS have their own; RMQDEV_MACOS_TOOLS runs the macOS half anywhere', () => {
  expect(currentPlatform('linux', {})).toBeInstanceOf(LinuxPlatform);
  expect(currentPlatform('darwin', {})).toBeInstanceOf(DarwinPlatform);
  expect(currentPlatform('linux', { RMQDEV_MACOS_TOOLS: '/tools' })).toBeInstanceOf(DarwinPlatform);
});
