import type { Finding } from '../../base/finding.js';
import type { PortHolder } from '../port-holder.js';
import type { AdvertiseFacts } from '../preflight/advertise.js';
import type { EnvironmentFacts } from '../preflight/environment.js';
import type { Known, RocketMqProcess, StoreFacts } from '../preflight/facts.js';
import type { PreflightPlan } from '../preflight/plan.js';
import type { WantedPorts } from '../preflight/ports.js';
import type { HomeState } from '../preflight/processes.js';
import type { ClockFacts, SleepSettings } from '../preflight/sleep.js';
import type { PreflightFacts } from '../preflight.js';
import type { HopFacts } from '../reach/hops.js';

/** Everything that `doctor` looks at. */
export type DoctorFacts = PreflightFacts & {
  system: { name: string; release: string; arch: string; cores: number };
  profile: string;
  /** What `up` of the profile would start now. */
  plan: PreflightPlan;
  home: { root: string; socketPath: string; socketLimitBytes: number };
  /** The JDK that `up` would use, or why there is none; and all that were found. */
  java: Known<{ chosen: { home: string; version: string; source: string } | Finding; found: readonly { home: string; version: string }[] }>;
  /** `home` is undefined if the release is not installed. */
  release: { wanted: string; home: string | undefined; installed: readonly string[]; hasMaven: boolean };
  wantedPorts: readonly WantedPorts[];
  busyPorts: Known<readonly PortHolder[]>;
  firstAllowedPort: number;
  /** The clusters of this home: which node would run on which store. */
  clusters: readonly { plan: PreflightPlan; stores: ReadonlyMap<string, Known<StoreFacts>>; running: number }[];
  brokenStates: readonly { cluster: string; file: string; why: string }[];
  leftovers: Known<readonly { path: string; what: string; sizeBytes: number }[]>;
  processes: Known<readonly RocketMqProcess[]>;
  homes: readonly HomeState[];
  environment: EnvironmentFacts;
  sleep: Known<SleepSettings>;
  clock: ClockFacts;
  advertise: AdvertiseFacts | undefined;
  /** Every port of the cluster, asked where others look for it; none if that was not asked for. */
  hops: readonly HopFacts[];
};
