import { peersChanged } from '../roles/broker/dledger.js';
import { isController } from '../roles/controller.js';
import { isMaster, type NodeSpec } from '../spec/node-spec.js';

/** A node that runs as `now` and is to be `next`. */
export type ChangedNode = { now: NodeSpec; next: NodeSpec };

/** `rolled` are restarted one at a time, `together` are stopped and started as one; `notice` says so before anything is touched. */
export type Restarts = { rolled: readonly string[]; together: readonly string[]; notice: string | undefined };

/**
 * How nodes that run take up what has changed. Where the NameServers change, or a master moves to another address, there is nothing to roll: a
 * slave is routed only where its master is registered, and follows it only where it listens. A group whose list of peers, or way of electing,
 * changes cannot be rolled either (nor can TLS, which all must speak or none): RocketMQ reads the list at its start, and two halves with different lists do not vote for each other. What
 * joins starts with those that must learn of the same change, because it is ready only once they have; a plain NameServer waits for nobody.
 * @param specs all nodes as they are to be; what of them is neither in `changed` nor runs is started in any case
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
    notice: `the list of peers changes, which RocketMQ cannot take up node by node: ${regrouped.map(({ id }) => id).join(', ')} are restarted together, and ${[...groups].join(' and ')} take${groups.size === 1 ? 's' : ''} no sends until ${groups.size === 1 ? 'it has' : 'they have'} elected`,
  };
}

/** Those that elect with each other; for people, too. */
function groupOf({ role, brokerName }: NodeSpec): string {
  return role === 'broker' ? (brokerName as string) : `the ${role}s`;
}
