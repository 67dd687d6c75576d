import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { HomePaths } from '../base/paths.js';
import type { LaunchSpec } from '../process/launcher.js';
import type { Platform } from '../process/platform.js';
import type { RemotingClient } from '../remoting/client.js';
import type { HeldConnection } from '../remoting/held-connection.js';
import type { Launcher } from '../supervisor/launcher.js';

/** What every cluster of a daemon shares. Made once, in `daemon/main.ts`. */
export type World = {
  home: HomePaths;
  clock: Clock;
  remoting: RemotingClient;
  holdConnection: (host: string, port: number) => HeldConnection;
  launcher: Launcher<LaunchSpec>;
  platform: Platform;
  /** Changes with every restart of the machine; null if it cannot be known. */
  bootId: string | null;
  env: NodeJS.ProcessEnv;
  log: Logger;
};
