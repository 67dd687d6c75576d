import type { Clock } from '../base/clock.js';
import type { PreflightPlan } from '../diagnose/preflight/plan.js';
import type { PreflightFacts } from '../diagnose/preflight.js';
import type { Platform } from '../process/platform.js';
import { bounded } from './bounded.js';
import { hostNameFacts } from './host-name.js';
import { limitFacts } from './limits.js';
import type { MachineWorld } from './machine-world.js';
import { storeFacts } from './store.js';
import { volumeFacts } from './volume.js';
import { wslVersion } from './wsl.js';

const TIMEOUT_MS = 1_000;

/**
 * Everything that `preflight` judges, collected in parallel. Never rejects; writes nothing.
 * @param hostNameWaitMs how long the lookup of the host name may delay the rest
 */
export async function preflightFacts(
  plan: PreflightPlan,
  { machine, platform, clock, hostNameWaitMs }: { machine: MachineWorld; platform: Platform; clock: Clock; hostNameWaitMs: number },
): Promise<PreflightFacts> {
  const brokers = plan.nodes.filter(({ role, change }) => role === 'broker' && change !== 'none');
  const [hostName, memory, volume, limits, wsl, stores] = await Promise.all([
    hostNameFacts(hostNameWaitMs, clock),
    bounded(() => platform.memory(), TIMEOUT_MS, clock),
    volumeFacts(plan.home, machine, platform, clock),
    limitFacts(machine, clock),
    wslVersion(machine),
    Promise.all(brokers.map(async ({ id, store, properties }) => [id, await storeFacts(store, properties, machine, clock)] as const)),
  ]);
  return { os: machine.os, wsl, hostName, memory, volume, limits, stores: new Map(stores) };
}
