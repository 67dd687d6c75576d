import { counted } from '../../base/units.js';
import type { Cluster } from '../cluster.js';
import { ROLE_DEFINITIONS } from '../roles/definitions.js';
import type { NodeSpec } from '../spec/node-spec.js';

/** @returns the nodes of other hosts that `id` needs to become ready, and that do not answer. */
export function missedElsewhere(cluster: Cluster, id: string): readonly NodeSpec[] {
  const spec = cluster.spec(id);
  return ROLE_DEFINITIONS[spec.role].missesElsewhere?.(spec, cluster.roleContext) ?? [];
}

/** @returns what `up` cannot wait for: which nodes of other hosts do not answer, who waits for them, and how to start them. */
export function silentHosts(cluster: Cluster): string[] {
  const silent = cluster.elsewhere.filter(({ id }) => !cluster.canAnswer(id));
  return [...new Set(silent.map(({ host }) => host))].map((host) => {
    const nodes = silent.filter((spec) => spec.host === host);
    const all = cluster.elsewhere.filter((spec) => spec.host === host).length;
    const waiting = cluster.specs
      .map(({ id }) => id)
      .filter((id) => cluster.isLive(id) && cluster.supervisor(id).state !== 'ready')
      .filter((id) => missedElsewhere(cluster, id).some((missed) => nodes.includes(missed)));
    const who = nodes.length === all ? `host ${host} does not answer yet` : `host ${host} answers in part`;
    const waits = waiting.length === 0 ? '' : `; ${waiting.join(', ')} ${waiting.length === 1 ? 'waits' : 'wait'} for it`;
    const addresses = nodes.map(({ id, localAddress }) => `${id} (${localAddress})`).join(', ');
    return `${who}: ${counted(nodes.length, 'silent node')}, ${addresses}${waits}. Start it there with the same profile and addresses: \`rmqdev up ${cluster.profile.name} --host ${host}\``;
  });
}
