import type { Cluster } from '../cluster.js';
import { isElected } from '../spec/node-spec.js';
import type { ClusterMeter } from './meter.js';

/** Asks the NameServers who leads each group that elects its master. Skips a group that has no node that is wanted up. */
export async function noteElections(cluster: Cluster, meter: ClusterMeter): Promise<void> {
  const groups = new Map(cluster.everyone.filter(isElected).map((spec) => [spec.brokerName as string, spec]));
  const isWanted = (brokerName: string) => cluster.everyone.some((spec) => spec.brokerName === brokerName && cluster.isWanted(spec.id));
  const wanted = [...groups].filter(([brokerName]) => isWanted(brokerName));
  if (wanted.length === 0) return;
  const routes = await meter.routes();
  // No NameServer answered: that says nothing about the group.
  if (routes.size === 0) return;
  for (const [brokerName, member] of wanted) {
    const addresses = [...routes.values()].flatMap((view) => view.get(brokerName)?.get(0) ?? []);
    const master = cluster.everyone.find((spec) => addresses.includes(spec.registeredAddress));
    if (master || isWanted(brokerName)) cluster.elections.note(member, master?.id ?? null);
  }
}
