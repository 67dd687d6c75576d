import { getBrokerConfig, getMaxOffset, updateBrokerConfig } from '../../../remoting/broker-api.js';
import { Perm } from '../../../remoting/codes.js';
import { ConnectionError } from '../../../remoting/connection.js';
import { ACTING_MASTER_ID, brokerAddresses, getTopicRoute, type TopicRoute } from '../../../remoting/namesrv-api.js';
import type { NodeSpec } from '../../spec/node-spec.js';
import type { RoleContext } from '../role.js';

const READ_AND_WRITE = String(Perm.READ | Perm.WRITE);

/**
 * @returns a function that makes the broker register with every NameServer at once, but not more often than every `everyMs`:
 * an UPDATE_BROKER_CONFIG that sets the permission that it already has. It also rewrites the running copy of its file.
 * Source: broker/.../processor/AdminBrokerProcessor.java updateBrokerConfig; measured.
 */
export function registrationNudge(
  node: NodeSpec,
  { remoting, clock }: RoleContext,
  everyMs: number,
): (signal: AbortSignal) => Promise<void> {
  let last: number | undefined;
  return async (signal) => {
    const now = clock.monotonicMs();
    if (last !== undefined && now - last < everyMs) return;
    last = now;
    // A change since then, such as with mqadmin, was intended.
    const brokerPermission = (await getBrokerConfig(remoting, node.localAddress, signal)).get('brokerPermission') ?? READ_AND_WRITE;
    await updateBrokerConfig(remoting, node.localAddress, { brokerPermission }, signal);
  };
}

/**
 * A broker is alive if it answers GET_MAX_OFFSET for its own topic. Not GET_BROKER_RUNTIME_INFO: while a commit log is shorter than
 * two messages of maxMessageSize, each one leaves a WARN `selectMappedBuffer request pos invalid` in store.log.
 * Source: store/.../DefaultMessageStore.java getEarliestMessageTime; measured.
 */
export async function answers(node: NodeSpec, context: RoleContext, signal: AbortSignal): Promise<void> {
  await getMaxOffset(context.remoting, node.localAddress, { topic: node.brokerName as string, queueId: 0 }, signal);
}

/** @returns the NameServers of the node's configuration that must answer now. */
export function namesrvsOf(node: NodeSpec, { peers, isExpected }: RoleContext): NodeSpec[] {
  return peers().filter((peer) => peer.role === 'namesrv' && node.namesrvAddrs.includes(peer.localAddress) && isExpected(peer.id));
}

/**
 * @returns the route of a brokerName's own topic. `silent`: a NameServer of another host cannot be reached, which its host tells and which
 * is no fault of this one's brokers.
 */
export async function routeOn(
  namesrv: NodeSpec,
  brokerName: string,
  { remoting }: RoleContext,
  signal: AbortSignal,
): Promise<TopicRoute | undefined | 'silent'> {
  try {
    return await getTopicRoute(remoting, namesrv.localAddress, brokerName, signal);
  } catch (error) {
    if (namesrv.isElsewhere && error instanceof ConnectionError) return 'silent';
    throw error;
  }
}

/**
 * @returns why the node does not count as registered: every running NameServer of its configuration must list its address under its id,
 * in the route of the topic that is named after its brokerName. Source: broker/.../topic/TopicConfigManager.java
 */
export async function unregistered(node: NodeSpec, context: RoleContext, signal: AbortSignal): Promise<string | undefined> {
  const namesrvs = namesrvsOf(node, context);
  if (namesrvs.length === 0) return 'no NameServer of the cluster runs';
  const reasons = await Promise.all(
    namesrvs.map(async (namesrv) => {
      const route = await routeOn(namesrv, node.brokerName as string, context, signal);
      if (route === 'silent') return undefined;
      const addresses = brokerAddresses(route, node.brokerName as string);
      const ids = [node.brokerId as number, ACTING_MASTER_ID];
      if (ids.some((id) => addresses.get(id) === node.registeredAddress)) return undefined;
      return `not registered with ${namesrv.id} (${namesrv.localAddress})`;
    }),
  );
  return reasons.find((reason) => reason !== undefined);
}
