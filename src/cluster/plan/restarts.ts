import { peersChanged } from '../roles/broker/dledger.js';
import { isController } from '../roles/controller.js';
import { isMaster, type NodeSpec } from '../spec/node-spec.js';

/** A node that runs as `now` and must become `next`. */
export type ChangedNode = { now: NodeSpec; next: NodeSpec };

/** `rolled` are restarted one at a time, `together` all at the same time; `notice` says so before anything changes. */
export type Restarts = { rolled: readonly string[]; together: readonly string[]; notice: string | undefined };

/**
 * How running nodes apply what has changed. If the NameServers change, or a master moves to another address, a rolling restart cannot work: a
 * slave is routed only on NameServers that know its master, and follows it only at its current address. A group cannot be rolled either if its
 * list of peers or its kind of election changes: RocketMQ reads the list at its start, and two halves with different lists do not vote for each
 * other. Nor can a change of TLS, which all nodes must use or none. A new node starts together with those that must learn of the same change,
 * because it is ready only once they have; a plain NameServer waits for no other node.
 * @param specs all nodes as they must be; those that are neither in `changed` nor running are started in any case
 */
export function planRestarts(changed: readonly ChangedNode[], specs: readonly NodeSpec[], isLive: (id: string) => boolean): Restarts {
  const ids = changed.map(({ next }) => next.id);
  const moves = changed.some(
    ({ now, next }) => (isMaster(now) && now.localAddress !== next.localAddress) || now.namesrvAddrs.join() !== next.namesrvAddrs.join(),
  );
  if (moves) {
    const joining = specs.filter((spec) => !isLive(spec.id) && (spec.role !== 'namesrv' || isController(spec)));
    const notice = `addresses change: ${ids.join(', ')} ${ids.length === 1 ? 'is restarted' : 'are restarted together'}`;
    return { rolled: [], together: [...ids, ...joining.map(({ id }) => id)], notice };
  }
  if (changed.some(({ now, next }) => now.tls !== next.tls)) {
    return {
      rolled: [],
      together: ids,
      notice: `TLS changes: ${ids.join(', ')} ${ids.length === 1 ? 'is restarted' : 'are restarted together'}`,
    };
  }
  const regrouped = changed.filter(({ now, next }) => peersChanged(now, next)).map(({ next }) => next);
  if (regrouped.length === 0) return { rolled: ids, together: [], notice: undefined };
  const groups = new Set(regrouped.map(groupOf));
  const joining = specs.filter((spec) => groups.has(groupOf(spec)) && !isLive(spec.id));
  const together = [...regrouped, ...joining].map(({ id }) => id);
  return {
    rolled: ids.filter((id) => !together.includes(id)),
    together,
    notice: `the list of peers changes, which RocketMQ cannot apply node by node: ${regrouped.map(({ id }) => id).join(', ')} are restarted together, and ${[...groups].join(' and ')} take${groups.size === 1 ? 's' : ''} no sends until ${groups.size === 1 ? 'it has' : 'they have'} elected`,
  };
}

/** The group of nodes that elect together; also shown to people. */
function groupOf({ role, brokerName }: NodeSpec): string {
  return role === 'broker' ? (brokerName as string) : `the ${role}s`;
}
