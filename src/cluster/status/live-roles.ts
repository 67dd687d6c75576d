import type { Cluster } from '../cluster.js';
import { isElected, isMaster, isSlave, type NodeSpec } from '../spec/node-spec.js';
import type { ClusterMeter } from './meter.js';
import type { LiveRoles } from './selectors.js';

/** Who holds which role, as the NameServers answer at this moment. */
export async function liveRolesOf(cluster: Cluster, meter: ClusterMeter): Promise<LiveRoles> {
  const routes = await meter.routes();
  const byAddress = new Map(cluster.everyone.map((spec) => [spec.registeredAddress, spec.id]));
  return {
    holder: (brokerName, role) => {
      for (const view of routes.values()) {
        const entries = [...(view.get(brokerName) ?? [])].filter(([id]) => (id === 0) === (role === 'master'));
        const ids = entries.flatMap(([, address]) => byAddress.get(address) ?? []);
        if (ids.length > 0) return ids;
      }
      return [];
    },
    lastHolder: (brokerName, role) => {
      const lastMaster = cluster.elections.lastMaster(brokerName);
      const held = (spec: NodeSpec) => {
        if (isElected(spec)) return lastMaster !== undefined && (spec.id === lastMaster) === (role === 'master');
        return role === 'master' ? isMaster(spec) : isSlave(spec);
      };
      return cluster.everyone.filter((spec) => spec.brokerName === brokerName && held(spec)).map((spec) => spec.id);
    },
  };
}
