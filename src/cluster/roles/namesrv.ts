import { getClusterInfo } from '../../remoting/namesrv-api.js';
import type { NodeSpec } from '../node-spec.js';
import { namesrvClosed } from './clean-end.js';
import { overlay, probe, type RoleContext, type RoleDefinition } from './role.js';

/** Alive and ready are the same for a NameServer: it answers GET_BROKER_CLUSTER_INFO. It holds no state to wait for. */
const answers = (node: NodeSpec, context: RoleContext) =>
  probe(async (signal) => {
    await getClusterInfo(context.remoting, node.localAddress, signal);
    return undefined;
  });

export const namesrvRole: RoleDefinition = {
  mainClass: 'org.apache.rocketmq.namesrv.NamesrvStartup',
  config: (draft) =>
    overlay(
      [{ key: 'listenPort', value: String(draft.ports.listen), reason: 'where brokers and clients find this NameServer' }],
      draft.profile.properties,
    ),
  startup: answers,
  readiness: answers,
  liveness: answers,
  endedCleanly: namesrvClosed,
};
