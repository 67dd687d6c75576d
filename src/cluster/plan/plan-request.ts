import type { CallerEnvironment } from '../../contract/routes.js';
import type { InstallProgress } from '../../install/progress.js';
import type { Profile, ProfileWarning } from '../../profile/profile.js';
import type { Cluster } from '../cluster.js';
import type { PortClaims } from './port-claims.js';

/** What a plan is asked for, and what the caller is told while it is made. */
export type PlanRequest = {
  profile: Profile;
  warnings: readonly ProfileWarning[];
  /** Where the profile sets a property: `<node id>.<key>` → `file:line`. */
  placeOf: (node: string, key: string) => string | undefined;
  caller: CallerEnvironment;
  from: string | undefined;
  /** `--host`: which of the profile's hosts this machine is. */
  host: string | undefined;
  debug: boolean;
  strictPorts: boolean;
  /** False for --dry-run: then nothing is downloaded or written. */
  mayInstall: boolean;
  /** @returns the other clusters of the same daemon, as they are at that moment: their ports do not belong to a stranger. */
  others: () => readonly Cluster[];
  claims: PortClaims;
  report: (version: string, progress: InstallProgress) => void;
  signal: AbortSignal;
};
