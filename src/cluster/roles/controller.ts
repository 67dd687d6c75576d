import { controllerNumber } from '../../profile/names.js';
import { getControllerMetadata } from '../../remoting/controller-api.js';
import type { ConfigLine, NodeSpec } from '../spec/node-spec.js';
import { addressOf, type Reachable } from '../spec/placement.js';
import { controllerClosed } from './clean-end.js';
import { missingVoters, type NodeDraft, overlay, probe, type RoleContext, type RoleDefinition } from './role.js';

/** What all controllers of a cluster call their group; only they read it. */
const GROUP = 'rmqdev-controllers';

/** Ready once its group has a leader: without one, no broker learns who is the master. */
const led = (node: NodeSpec, context: RoleContext) => probe((signal) => leaderless(node, context, signal));

/** @returns what is wrong while the controllers that `node` is one of have no leader. */
export async function leaderless(node: NodeSpec, { remoting }: RoleContext, signal: AbortSignal): Promise<string | undefined> {
  const { leaderAddress } = await getControllerMetadata(remoting, controllerAddress(node), signal);
  return leaderAddress === undefined ? 'the controllers have no leader yet' : undefined;
}

/** A separate controller, or one inside a NameServer. */
export const isController = ({ ports, role }: Pick<NodeSpec, 'ports' | 'role'>): boolean =>
  role === 'controller' || ports.controller !== undefined;

/** The address at which to ask the controller that `node` is, or contains. */
export const controllerAddress = (node: Reachable): string =>
  addressOf(node, 'voters', node.ports.controller === undefined ? 'listen' : 'controller');

export const controllerRole: RoleDefinition = {
  mainClass: 'org.apache.rocketmq.controller.ControllerStartup',
  config: controllerConfig,
  startsAfter: () => [],
  milestones: () => [{ label: 'controllers', until: 'ready' }],
  stopsAfter: ['proxy', 'broker'],
  restartRank: () => 0,
  missesElsewhere: (_, context) => missingVoters(context.peers().filter(isController), context),
  startup: (node, context) =>
    probe(async (signal) => {
      const why = await leaderless(node, context, signal);
      context.stage(node.id, 'answering');
      return why;
    }),
  readiness: led,
  liveness: (node, { remoting }) =>
    probe(async (signal) => {
      await getControllerMetadata(remoting, node.localAddress, signal);
      return undefined;
    }),
  endedCleanly: controllerClosed,
};

/** Sources: common/.../ControllerConfig.java, controller/.../ControllerStartup.java (the port comes from the peers). */
function controllerConfig(draft: NodeDraft, all: readonly NodeDraft[]): ConfigLine[] {
  return overlay(
    [
      { key: 'listenPort', value: String(draft.ports.listen), reason: 'where brokers and the other controllers find it; as in the peers' },
      ...controllerLines(draft, all),
    ],
    draft.profile.properties,
  );
}

/** What makes a node one of the controllers of its cluster, as a separate process or inside a NameServer. */
export function controllerLines(draft: NodeDraft, all: readonly NodeDraft[]): ConfigLine[] {
  const peers = controllersOf(all).map((peer) => `${selfId(peer)}-${controllerAddress(peer)}`);
  return [
    { key: 'controllerDLegerGroup', value: GROUP, reason: 'the controllers of a cluster share it' },
    { key: 'controllerDLegerPeers', value: peers.join(';'), reason: 'every controller with its port; the same on each' },
    { key: 'controllerDLegerSelfId', value: selfId(draft), reason: 'which of the peers this is: one letter and a number' },
    { key: 'controllerStorePath', value: draft.paths.store, reason: 'this node’s own store' },
  ];
}

/**
 * What lets a controller decide about a replica. Sources: common/.../BrokerConfig.java, broker/.../controller/ReplicasManager.java,
 * distribution/conf/controller (brokerId -1, SLAVE).
 */
export function controllerModeLines(all: readonly NodeDraft[]): ConfigLine[] {
  const addresses = controllersOf(all).map(controllerAddress);
  return [
    { key: 'enableControllerMode', value: 'true', reason: 'the controllers say which replica is the master' },
    { key: 'controllerAddr', value: addresses.join(';'), reason: 'every controller of this cluster' },
    { key: 'brokerId', value: '-1', reason: 'a controller gives it' },
    { key: 'brokerRole', value: 'SLAVE', reason: 'a replica is a slave until a controller makes it the master' },
  ];
}

const controllersOf = (all: readonly NodeDraft[]) => all.filter(isController);

const selfId = ({ id }: NodeDraft) => `n${controllerNumber(id)}`;
