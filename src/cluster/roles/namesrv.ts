import { getClusterInfo } from '../../remoting/namesrv-api.js';
import type { NodeSpec } from '../spec/node-spec.js';
import { namesrvClosed } from './clean-end.js';
import { namesrvClosing } from './closings.js';
import { controllerLines, isController, leaderless } from './controller.js';
import { overlay, probe, type RoleContext, type RoleDefinition } from './role.js';

/** Alive and ready are the same for a NameServer: it answers GET_BROKER_CLUSTER_INFO. It holds no state to wait for. */
const answers = (node: NodeSpec, context: RoleContext) => probe((signal) => ask(node, context, signal));

async function ask(node: NodeSpec, { remoting }: RoleContext, signal: AbortSignal): Promise<undefined> {
  await getClusterInfo(remoting, node.localAddress, signal);
}

export const namesrvRole: RoleDefinition = {
  mainClass: 'org.apache.rocketmq.namesrv.NamesrvStartup',
  config: (draft, all) =>
    overlay(
      [
        { key: 'listenPort', value: String(draft.ports.listen), reason: 'where brokers and clients find this NameServer' },
        ...(isController(draft) ? controllerLines(draft, all) : []),
      ],
      draft.profile.properties,
    ),
  startsAfter: () => [],
  milestones: () => [{ label: 'NameServers', until: 'ready' }],
  // So that every other node can still unregister from them.
  stopsAfter: ['proxy', 'broker', 'controller'],
  restartRank: () => 0,
  /** With a controller in it: once the controllers have a leader, if enough of them will come to elect one. */
  startup: (node, context) =>
    probe(async (signal) => {
      await ask(node, context, signal);
      return isController(node) && mayLead(context) ? leaderless(node, context, signal) : undefined;
    }),
  readiness: answers,
  liveness: answers,
  endedCleanly: namesrvClosed,
  closing: namesrvClosing,
};

function mayLead({ peers, isExpected }: RoleContext): boolean {
  const controllers = peers().filter(isController);
  return controllers.filter(({ id }) => isExpected(id)).length > controllers.length / 2;
}
