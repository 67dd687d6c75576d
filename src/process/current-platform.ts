import { RmqdevError } from '../base/errors.js';
import type { Platform } from './platform.js';
import { DarwinPlatform } from './platform-darwin.js';
import { LinuxPlatform } from './platform-linux.js';

/**
 * With RMQDEV_MACOS_TOOLS=<folder> it is the macOS platform on any system, with ps, lsof, vm_stat and sysctl from that folder: this runs
 * the macOS half without a Mac (docs/macos.md). @throws UNSUPPORTED on systems other than Linux (including WSL) and macOS.
 */
export function currentPlatform(name: NodeJS.Platform = process.platform, env: NodeJS.ProcessEnv = process.env): Platform {
  if (env.RMQDEV_MACOS_TOOLS) return new DarwinPlatform(env.RMQDEV_MACOS_TOOLS);
  if (name === 'linux') return new LinuxPlatform();
  if (name === 'darwin') return new DarwinPlatform();
  throw new RmqdevError('UNSUPPORTED', {
    what: `rmqdev cannot run on ${name}`,
    why: 'it can read processes and ports only on Linux and macOS',
    next: name === 'win32' ? 'Run it inside WSL 2' : 'Run it on Linux or macOS',
  });
}
