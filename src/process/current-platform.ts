import { RmqdevError } from '../base/errors.js';
import type { Platform } from './platform.js';
import { DarwinPlatform } from './platform-darwin.js';
import { LinuxPlatform } from './platform-linux.js';

/**
 * With RMQDEV_MACOS_TOOLS=<folder> it is macOS's, whatever the system is, with ps, lsof, vm_stat and sysctl from that folder: so the macOS half
 * is run where there is no Mac (docs/macos.md). @throws UNSUPPORTED on anything but Linux (WSL included) and macOS.
 */
export function currentPlatform(name: NodeJS.Platform = process.platform, env: NodeJS.ProcessEnv = process.env): Platform {
  if (env.RMQDEV_MACOS_TOOLS) return new DarwinPlatform(env.RMQDEV_MACOS_TOOLS);
  if (name === 'linux') return new LinuxPlatform();
  if (name === 'darwin') return new DarwinPlatform();
  throw new RmqdevError('UNSUPPORTED', {
    what: `rmqdev cannot run on ${name}`,
    why: 'it reads processes and ports the way Linux and macOS show them',
    next: name === 'win32' ? 'Run it inside WSL 2' : 'Run it on Linux or macOS',
  });
}
