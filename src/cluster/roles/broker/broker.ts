import { releaseTraits } from '../../../rocketmq/releases.js';
import { isElected, isMaster, isSlave, type NodeSpec } from '../../spec/node-spec.js';
import { brokerClosed } from '../clean-end.js';
import { brokerClosing } from '../closings.js';
import { isController } from '../controller.js';
import { missingVoters, type Need, needs, probe, type RoleContext, type RoleDefinition, silentElsewhere } from '../role.js';
import { brokerConfig } from './config.js';
import { electedStartup, hasRole, unled } from './elected-startup.js';
import { brokerStartup } from './fixed-startup.js';
import { answers, registrationNudge, unregistered } from './registration.js';

const NUDGE_AGAIN_MS = 2_000;

export const brokerRole: RoleDefinition = {
  mainClass: 'org.apache.rocketmq.broker.BrokerStartup',
  config: brokerConfig,
  startsAfter,
  milestones: (nodes) => [
    { label: 'brokers', until: 'answering' },
    // Masters without slaves are in sync with nobody.
    { label: nodes.every(isMaster) ? 'writable' : 'in sync', until: 'ready' },
  ],
  // Slaves and masters end at the same time: to wait for the slaves first doubles the time and saves nothing, because each closes its own store.
  stopsAfter: ['proxy'],
  restartRank: (node, leadsItsGroup) => (isSlave(node) ? 1 : isMaster(node) ? 4 : leadsItsGroup ? 3 : 2),
  missesElsewhere,
  startup: (node, context) => (isElected(node) ? electedStartup(node, context) : brokerStartup(node, context)),
  readiness: (node, context) => {
    const nudge = registrationNudge(node, context, NUDGE_AGAIN_MS);
    return probe(async (signal) => {
      await answers(node, context, signal);
      const missing = isElected(node) ? await unled(node, context, signal) : await unregistered(node, context, signal);
      // Before its election a replica has no id and cannot register.
      if (missing && isElected(node) && !(await hasRole(node, context, signal))) return missing;
      // A restarted NameServer would know this broker only after registerNameServerPeriod.
      if (missing) await nudge(signal);
      return missing;
    });
  },
  endedCleanly: brokerClosed,
  closing: brokerClosing,
  liveness: (node, context) =>
    probe(async (signal) => {
      await answers(node, context, signal);
      return undefined;
    }),
};

function missesElsewhere(node: NodeSpec, context: RoleContext): readonly NodeSpec[] {
  const peers = context.peers();
  const namesrvs = peers.filter(({ role }) => role === 'namesrv');
  if (!namesrvs.some(({ id }) => context.isExpected(id))) return silentElsewhere(namesrvs, context);
  if (node.election === 'dledger')
    return missingVoters(
      peers.filter(({ brokerName }) => brokerName === node.brokerName),
      context,
    );
  if (node.election === 'controller') return missingVoters(peers.filter(isController), context);
  const partners = peers.filter(({ brokerName }) => brokerName === node.brokerName);
  // NameServers do not route a slave before they know its master.
  return isSlave(node) ? silentElsewhere(partners.filter(isMaster), context) : [];
}

/**
 * NameServers and controllers first: a broker that finds none asks again only after 5 to 10 s. What a slave waits for besides is a trait of
 * its release.
 */
function startsAfter(node: NodeSpec, started: readonly NodeSpec[]): Need[] {
  const namesrvs = needs(started, ['namesrv', 'controller'], 'ready');
  if (!isSlave(node)) return namesrvs;
  const masters = started.filter((other) => isMaster(other) && other.brokerName === node.brokerName);
  const { slaveStarts } = releaseTraits(node.release.version);
  return slaveStarts === 'at-once' ? [] : [...namesrvs, ...masters.map(({ id }): Need => ({ id, until: 'answering' }))];
}
