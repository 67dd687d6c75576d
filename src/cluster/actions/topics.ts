import { createSubscriptionGroup, createTopic, getTopicConfigs } from '../../remoting/broker-api.js';
import { releaseTraits } from '../../rocketmq/releases.js';
import type { Cluster } from '../cluster.js';
import { copiesTopics } from '../spec/access-control.js';
import { isElected, isMaster, isSlave, type NodeSpec } from '../spec/node-spec.js';
import { missedElsewhere } from './other-hosts.js';
import type { Report } from './progress.js';

const CREATE_TIMEOUT_MS = 5_000;
const ASK_EVERY_MS = 100;
/** Extra time for a slave to copy its master's topics on a busy machine. */
const GRACE_MS = 10_000;

/**
 * Creates the profile's topics and groups on every broker that must hold them. Resolves once the slaves know the topics too, or their
 * time for it is over (a notice says so). Creates them on slaves as well: from 5.0 on they would learn of a topic only after up to
 * a minute. Those of 4.9.7 refuse ("Can't modify topic or subscription group from slave broker", code 1; 4.7.0 and 5.5.0 do not; measured)
 * and copy their master's within `slaveTopicSyncMs`.
 */
export async function createTopicsAndGroups(cluster: Cluster, report: Report, signal: AbortSignal): Promise<void> {
  const brokers = cluster.specs.filter((spec) => spec.role === 'broker' && cluster.isLive(spec.id) && !waitsElsewhere(cluster, spec));
  const leaders = new Set(brokers.filter(isElected).flatMap((spec) => cluster.elections.lastMaster(spec.brokerName ?? '') ?? []));
  for (const spec of brokers) await createOn(cluster, spec, leaders.has(spec.id), signal);
  const followers = brokers.filter((spec) => copiesTopics(spec) && (isSlave(spec) || (isElected(spec) && !leaders.has(spec.id))));
  await Promise.all(followers.map((follower) => untilKnown(cluster, follower, report, signal)));
}

/** Such as a replica whose group cannot elect yet: the `up` that ends its wait makes what is missing. */
const waitsElsewhere = (cluster: Cluster, { id }: NodeSpec): boolean =>
  cluster.supervisor(id).state !== 'ready' && missedElsewhere(cluster, id).length > 0;

async function createOn(cluster: Cluster, spec: NodeSpec, leads: boolean, signal: AbortSignal): Promise<void> {
  const { remoting, clock } = cluster.world;
  using deadline = clock.deadline(CREATE_TIMEOUT_MS, signal);
  const create = async (created: Promise<void>) => {
    await (isMaster(spec) || leads ? created : created.catch(() => undefined));
  };
  for (const { name, queues } of topicsOf(cluster, spec)) {
    const settings = { topic: name, readQueueNums: queues, writeQueueNums: queues };
    await create(createTopic(remoting, spec.localAddress, settings, deadline.signal));
  }
  for (const { name } of cluster.profile.groups) {
    await create(createSubscriptionGroup(remoting, spec.localAddress, { groupName: name }, deadline.signal));
  }
}

async function untilKnown(cluster: Cluster, slave: NodeSpec, report: Report, signal: AbortSignal): Promise<void> {
  const { remoting, clock } = cluster.world;
  const wanted = topicsOf(cluster, slave).map(({ name }) => name);
  const periodMs = releaseTraits(slave.release.version).slaveTopicSyncMs;
  const tell = (what: string) => report({ event: 'notice', message: `${slave.id} ${what}: it copies them every ${periodMs / 1_000} s` });
  using deadline = clock.deadline(periodMs + GRACE_MS, signal);
  let isTold = false;
  const missing = new Set(wanted);
  while (missing.size > 0 && cluster.isLive(slave.id)) {
    if (deadline.signal.aborted) {
      signal.throwIfAborted();
      return tell(`still lacks its master’s topics (${[...missing].join(', ')})`);
    }
    const known = await getTopicConfigs(remoting, slave.localAddress, deadline.signal).catch(() => undefined);
    for (const name of known?.keys() ?? []) missing.delete(name);
    if (missing.size === 0) return;
    if (!isTold) tell(`waits for its master’s topics (${[...missing].join(', ')})`);
    isTold = true;
    await clock.sleep(ASK_EVERY_MS, deadline.signal);
  }
}

/** The topics that the profile wants on this broker. */
function topicsOf(cluster: Cluster, { brokerName }: NodeSpec): Cluster['profile']['topics'] {
  return cluster.profile.topics.filter(({ brokers }) => brokers === undefined || brokers.includes(brokerName ?? ''));
}
