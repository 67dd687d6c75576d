import { asError } from '../../base/errors.js';
import { sayState } from '../../base/node-words.js';
import { brokerAddresses, getTopicRoute } from '../../remoting/namesrv-api.js';
import type { Cluster } from '../cluster.js';
import type { NodeSpec } from '../spec/node-spec.js';

/** How often to ask the NameServers whether the route has changed. */
const WATCH_EVERY_MS = 20;
const ASK_TIMEOUT_MS = 1_000;
/** Do not wait for a NameServer that has not answered for this long: it may be frozen, or its policy restarts it. */
const MUTE_MS = 3_000;

/** NameServers that did not answer, by id, and why. */
export type Unasked = Map<string, string>;

/** What a NameServer answered, or why it did not answer. */
type Listing = { isListed: boolean } | { unasked: string };

/** @returns the NameServers that list the broker now, and those that did not answer and may list it. */
export async function mayList(
  cluster: Cluster,
  broker: NodeSpec,
  signal: AbortSignal,
): Promise<{ namesrvs: NodeSpec[]; unasked: Unasked }> {
  const unasked: Unasked = new Map();
  const namesrvs = cluster.everyone.filter(({ role, id }) => role === 'namesrv' && (cluster.isLive(id) || cluster.canAnswer(id)));
  const listings = await Promise.all(namesrvs.map((namesrv) => ask(cluster, namesrv, broker, signal)));
  const may = namesrvs.filter((namesrv, index) => {
    const listing = listings[index] as Listing;
    if ('isListed' in listing) return listing.isListed;
    unasked.set(namesrv.id, listing.unasked);
    return true;
  });
  return { namesrvs: may, unasked };
}

/**
 * Resolves when each of `namesrvs` has answered that it no longer lists the broker, or does not answer. Only an answer proves that the
 * broker is not listed; `unasked` always holds the NameServers that do not answer.
 */
export async function watchRoute(
  cluster: Cluster,
  broker: NodeSpec,
  { namesrvs, unasked }: { namesrvs: readonly NodeSpec[]; unasked: Unasked },
  signal: AbortSignal,
  dropped: (namesrv: string) => void,
): Promise<void> {
  const { clock } = cluster.world;
  await Promise.all(
    namesrvs.map(async (namesrv) => {
      let answeredAt = clock.monotonicMs();
      for (;;) {
        const listing = await ask(cluster, namesrv, broker, signal);
        if ('isListed' in listing) {
          unasked.delete(namesrv.id);
          answeredAt = clock.monotonicMs();
          if (!listing.isListed) return dropped(namesrv.localAddress);
        } else {
          unasked.set(namesrv.id, listing.unasked);
          if (!cluster.canAnswer(namesrv.id) || clock.monotonicMs() - answeredAt >= MUTE_MS) return;
        }
        await clock.sleep(WATCH_EVERY_MS, signal);
        signal.throwIfAborted();
      }
    }),
  );
}

async function ask(cluster: Cluster, namesrv: NodeSpec, broker: NodeSpec, signal: AbortSignal): Promise<Listing> {
  const { world } = cluster;
  if (!cluster.canAnswer(namesrv.id)) {
    return { unasked: namesrv.isElsewhere ? `it is on host ${namesrv.host}` : `it ${sayState(cluster.supervisor(namesrv.id).state)}` };
  }
  const brokerName = broker.brokerName as string;
  using deadline = world.clock.deadline(ASK_TIMEOUT_MS, signal);
  try {
    const route = await getTopicRoute(world.remoting, namesrv.localAddress, brokerName, deadline.signal);
    return { isListed: [...brokerAddresses(route, brokerName).values()].includes(broker.registeredAddress) };
  } catch (error) {
    return { unasked: asError(error).message };
  }
}
