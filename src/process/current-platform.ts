import { RmqdevError } from '../base/errors.js';
import type { Platform } from './platform.js';
import { DarwinPlatform } from './platform-darwin.js';
import { LinuxPlatform } from './platform-linux.js';

/** @throws UNSUPPORTED on anything but Linux (WSL included) and macOS. */
export function currentPlatform(name: NodeJS.Platform = process.platform): Platform {
  if (name === 'linux') return new LinuxPlatform();
  if (name === 'darwin') return new DarwinPlatform();
  throw new RmqdevError('UNSUPPORTED', {
    what: `rmqdev cannot run on ${name}`,
    why: 'it reads processes and ports the way Linux and macOS show them',
    next: name === 'win32' ? 'Run it inside WSL 2' : 'Run it on Linux or macOS',
  });
}
