import type { Finding } from '../base/finding.js';
import type { HostNameFacts, Known, LimitFacts, MemoryFacts, StoreFacts, VolumeFacts } from './preflight/facts.js';
import type { PreflightPlan } from './preflight/plan.js';
import { judgeDisk, judgeHomeVolume, judgeMemory } from './preflight/resources.js';
import { judgeStore } from './preflight/store.js';
import { judgeAges } from './preflight/store-age.js';
import { judgeHostName, judgeLimits } from './preflight/system.js';

export type PreflightFacts = {
  os: NodeJS.Platform;
  wsl: 1 | 2 | null;
  memory: Known<MemoryFacts>;
  /** Of RMQDEV_HOME. */
  volume: Known<VolumeFacts>;
  limits: Known<LimitFacts>;
  hostName: HostNameFacts;
  /** By node id; a node without a store has none. */
  stores: ReadonlyMap<string, Known<StoreFacts>>;
};

const ORDER = { error: 0, warning: 1, info: 2 } as const;

/** Everything about the machine and the stores that speaks against a plan, the worst first. An unknown fact is never a finding. */
export function preflight(plan: PreflightPlan, facts: PreflightFacts): Finding[] {
  const findings = [
    ...judgeHomeVolume(plan, facts.volume, facts.wsl),
    ...judgeMemory(plan, facts.memory),
    ...judgeDisk(plan, facts.volume),
    ...judgeStores(plan, facts.stores),
    ...judgeLimits(plan, facts.limits),
    ...judgeHostName(facts.hostName, facts.os),
  ];
  return findings.sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

function judgeStores({ nodes, cluster }: PreflightPlan, stores: ReadonlyMap<string, Known<StoreFacts>>): Finding[] {
  const known = nodes.flatMap((node) => {
    const store = stores.get(node.id)?.value;
    return store ? [{ node, store }] : [];
  });
  return [...known.flatMap(({ node, store }) => judgeStore(node, store, cluster)), ...judgeAges(known, cluster)];
}
