import type { KillItem } from '../../contract/events.js';
import type { Role } from '../../profile/profile.js';
import { getTopicConfigs, pullMessages, sendMessage } from '../../remoting/broker-api.js';
import type { RemotingClient } from '../../remoting/client.js';
import { ResponseCode } from '../../remoting/codes.js';
import { getGroupMembers } from '../../remoting/group-api.js';
import { ACTING_MASTER_ID, brokerAddresses, getClusterInfo, getTopicRoute } from '../../remoting/namesrv-api.js';
import { isSystemTopic } from '../../rocketmq/system-names.js';
import { endsProcess } from '../../supervisor/exit-cause.js';
import type { Cluster } from '../cluster.js';
import { hasTooFewPeers, noLeader } from '../roles/broker/elected-startup.js';
import { isController } from '../roles/controller.js';
import { remotingAddress } from '../roles/proxy.js';
import { PROBE_GROUP } from '../roles/role.js';
import { isElected, isMaster, type NodeSpec } from '../spec/node-spec.js';
import { askControllers, haveTooFewControllers } from '../status/controllers.js';
import { mayList, watchRoute } from './route-watch.js';

/** How often to ask who was elected. */
const WATCH_EVERY_MS = 20;
const ASK_TIMEOUT_MS = 1_000;
/** A SYNC_MASTER without its slave answers a send only after 3 to 5 s. */
const SEND_TIMEOUT_MS = 6_000;
/** An election takes 1 s (controller) to 10 s (DLedger). */
const ELECTION_TIMEOUT_MS = 30_000;

export type Tell = (item: KillItem) => void;
export type KillOptions = { signal: NodeJS.Signals; restart: boolean; timeoutMs: number; abort: AbortSignal };

/**
 * Sends `signal` to one node and reports, on one clock, what happens then: process gone, route changed, and the verdict
 * (who still accepts sends and reads, how to bring the node back). When the verdict comes:
 * for a fixed pair, when every NameServer that answers has dropped the route;
 * for a group that elects its master, when another replica holds id 0 and accepted a send, or after 30 s;
 * for a controller, when another one leads, or none can; for a killed NameServer, right after its end.
 * @param options.beforeVerdict is waited for before the verdict
 */
export async function killAndTell(
  cluster: Cluster,
  id: string,
  options: KillOptions & { beforeVerdict?: () => Promise<void> },
  tell: Tell,
): Promise<void> {
  const { clock } = cluster.world;
  const spec = cluster.spec(id);
  using deadline = clock.deadline(options.timeoutMs, options.abort);
  const wasMaster = isMaster(spec) || (isElected(spec) && (await masterOf(cluster, spec))?.id === id);
  const knownTopics = wasMaster ? await topicsOf(cluster, spec, deadline.signal) : [];
  const routes = spec.role === 'broker' ? await mayList(cluster, spec, deadline.signal) : { namesrvs: [], unasked: new Map() };
  const { pid } = await cluster.supervisor(id).kill(options.signal, { restart: options.restart });
  const since = clock.monotonicMs();
  const tMs = () => Math.round(clock.monotonicMs() - since);
  cluster.journal.record('node-killed', id, `${id} was sent ${options.signal} by the user`, {
    pid,
    signal: options.signal,
    restart: options.restart,
  });
  tell({ event: 'signalled', node: id, signal: options.signal, pid, tMs: 0 });
  if (!endsProcess(options.signal)) {
    const message = `${options.signal} does not end a JVM; what it prints is in \`rmqdev logs ${id} --file stdout -c ${cluster.name}\``;
    return tell({ event: 'notice', node: id, message, tMs: tMs() });
  }
  let isGone = false;
  try {
    await Promise.all([
      untilExited(cluster, id, pid, deadline.signal).then((exit) => tell({ event: 'exited', node: id, ...exit, tMs: tMs() })),
      watchRoute(cluster, spec, routes, deadline.signal, (namesrv) =>
        tell({ event: 'routeChanged', node: id, namesrv, master: null, tMs: tMs() }),
      ),
    ]);
    isGone = true;
  } catch (error) {
    if (!deadline.signal.aborted || options.abort.aborted) throw error;
    tell({
      event: 'notice',
      node: id,
      message: `the process or its route is still there after ${options.timeoutMs / 1_000} s; a frozen broker is dropped only after 120 s of silence`,
      tMs: tMs(),
    });
  }
  for (const [namesrv, why] of routes.unasked) {
    const message = `${namesrv} could not be asked whether it still lists ${id} (${why}): clients that ask it may still be sent there`;
    tell({ event: 'notice', node: id, message, tMs: tMs() });
  }
  if (isGone && wasMaster && isElected(spec)) {
    const canBeKnown = liveNamesrvs(cluster).some((namesrv) => !routes.unasked.has(namesrv.id));
    const promoted = canBeKnown ? await untilPromoted(cluster, spec, deadline.signal) : undefined;
    options.abort.throwIfAborted();
    const message = canBeKnown
      ? `nobody was elected: ${noLeader(spec, cluster.roleContext)}`
      : `who was elected in ${spec.brokerName} is not known: no NameServer could be asked`;
    tell(
      promoted
        ? { event: 'routeChanged', node: id, namesrv: promoted.listedBy, master: promoted.id, tMs: tMs() }
        : { event: 'notice', node: id, message, tMs: tMs() },
    );
  }
  if (options.restart) tell({ event: 'notice', node: id, message: 'left to its restart policy: see `rmqdev status`', tMs: tMs() });
  await options.beforeVerdict?.();
  await cluster.lookElsewhere();
  const controllers = await controllersAfter(cluster, spec, deadline.signal);
  options.abort.throwIfAborted();
  const verdict = spec.role === 'broker' ? await brokerVerdict(cluster, spec, { wasMaster, knownTopics }) : await otherVerdict(cluster);
  tell({
    event: 'verdict',
    node: id,
    role: spec.role,
    tMs: tMs(),
    ...verdict,
    routeUnknownOn: [...routes.unasked.keys()],
    controllers,
    next: nextCommands(cluster, spec, options.restart),
  });
}

type FullVerdict = Extract<KillItem, { event: 'verdict' }>;
type Verdict = Omit<FullVerdict, 'event' | 'node' | 'role' | 'tMs' | 'routeUnknownOn' | 'controllers' | 'next'>;

/**
 * @returns what the controllers say. If one of them has ended: once another leads, or none can, or none does within ELECTION_TIMEOUT_MS.
 * Null if the cluster has none.
 */
async function controllersAfter(cluster: Cluster, killed: NodeSpec, signal: AbortSignal): Promise<FullVerdict['controllers']> {
  if (!cluster.everyone.some(isController)) return null;
  using deadline = cluster.world.clock.deadline(ELECTION_TIMEOUT_MS, signal);
  for (;;) {
    const { leader: said, answering, total, needed } = await askControllers(cluster, () => ASK_TIMEOUT_MS);
    // A controller that has lost its majority says for seconds that it leads, but can decide nothing. Measured on 5.5.0.
    const leader = answering.length < needed ? undefined : said;
    if (leader || !isController(killed) || haveTooFewControllers(cluster) || deadline.signal.aborted)
      return { leader: leader?.id ?? null, answering: answering.map(({ id }) => id), total, needed };
    await cluster.world.clock.sleep(WATCH_EVERY_MS, deadline.signal);
  }
}

async function brokerVerdict(
  cluster: Cluster,
  killed: NodeSpec,
  { wasMaster, knownTopics }: { wasMaster: boolean; knownTopics: readonly string[] },
): Promise<Verdict> {
  const partners = liveBrokers(cluster).filter((spec) => spec.brokerName === killed.brokerName);
  const [writableOn, ...answering] = await Promise.all([takesSends(cluster), answeringNamesrvs(cluster), answeringProxies(cluster)]);
  const master = wasMaster ? await masterOf(cluster, killed) : undefined;
  const promoted = master && master.id !== killed.id ? master.id : null;
  if (promoted) cluster.elections.note(killed, promoted);
  const acting = wasMaster && !promoted ? await listedAs(cluster, killed, ACTING_MASTER_ID) : undefined;
  const reader = await firstReader(cluster, partners);
  const missingTopics = reader && wasMaster ? await topicsMissingOn(cluster, reader, knownTopics) : [];
  return {
    promoted,
    actingMaster: acting?.id ?? null,
    writable: liveBrokers(cluster).some(({ id, brokerName }) => writableOn.includes(id) && brokerName === killed.brokerName),
    writableOn,
    readableFrom: reader?.id ?? null,
    missingTopics,
    routedBy: answering[0],
    proxiedBy: answering[1],
  };
}

/** After the end of a NameServer, a controller or a proxy. */
async function otherVerdict(cluster: Cluster): Promise<Verdict> {
  const [writableOn, routedBy, proxiedBy] = await Promise.all([takesSends(cluster), answeringNamesrvs(cluster), answeringProxies(cluster)]);
  const reader = await firstReader(cluster, liveBrokers(cluster));
  const readableFrom = reader?.id ?? null;
  return {
    promoted: null,
    actingMaster: null,
    writable: writableOn.length > 0,
    writableOn,
    readableFrom,
    missingTopics: [],
    routedBy,
    proxiedBy,
  };
}

function nextCommands(cluster: Cluster, killed: NodeSpec, isRestarted: boolean): string[] {
  const suffix = ` -c ${cluster.name}`;
  return [...(isRestarted ? [] : [`rmqdev start ${killed.id}${suffix}`]), `rmqdev status${suffix}`];
}

async function untilExited(
  cluster: Cluster,
  id: string,
  pid: number,
  signal: AbortSignal,
): Promise<{ code: number | null; signal: string | null }> {
  await cluster.until(() => cluster.supervisor(id).pid !== pid, signal);
  const exit = cluster.supervisor(id).lastExit;
  return { code: exit?.code ?? null, signal: exit?.signal ?? null };
}

/** @returns the node that the NameServers list under `brokerId` (0: the master) of the brokerName of `member`. */
async function listedAs(cluster: Cluster, member: NodeSpec, brokerId: number): Promise<(NodeSpec & { listedBy: string }) | undefined> {
  for (const namesrv of liveNamesrvs(cluster)) {
    using deadline = cluster.world.clock.deadline(ASK_TIMEOUT_MS);
    const route = await getTopicRoute(cluster.world.remoting, namesrv.localAddress, member.brokerName as string, deadline.signal).catch(
      () => undefined,
    );
    const address = brokerAddresses(route, member.brokerName as string).get(brokerId);
    const holder = cluster.everyone.find((spec) => spec.registeredAddress === address);
    if (holder) return { ...holder, listedBy: namesrv.localAddress };
  }
  return undefined;
}

const masterOf = (cluster: Cluster, member: NodeSpec) => listedAs(cluster, member, 0);

/**
 * @returns the replica that holds id 0 in the place of `killed` and accepted a send. Undefined if none does within ELECTION_TIMEOUT_MS or
 * until `signal` aborts, or if none can because too few peers are left to elect one.
 */
async function untilPromoted(
  cluster: Cluster,
  killed: NodeSpec,
  signal: AbortSignal,
): Promise<(NodeSpec & { listedBy: string }) | undefined> {
  const { clock } = cluster.world;
  using deadline = clock.deadline(ELECTION_TIMEOUT_MS, signal);
  while (!deadline.signal.aborted && !hasTooFewPeers(killed, cluster.roleContext)) {
    const master = await masterOf(cluster, killed);
    if (master && master.id !== killed.id && (await takesSend(cluster, master))) return master;
    await clock.sleep(WATCH_EVERY_MS, deadline.signal);
  }
  return undefined;
}

/** @returns the brokers that stored a message just now. A slave refuses; a SYNC_MASTER without its slave stores, and answers 11 or 12. */
async function takesSends(cluster: Cluster): Promise<string[]> {
  const brokers = liveBrokers(cluster);
  const answers = await Promise.all(brokers.map((spec) => takesSend(cluster, spec)));
  return brokers.filter((_, index) => answers[index]).map((spec) => spec.id);
}

async function takesSend(cluster: Cluster, spec: NodeSpec): Promise<boolean> {
  using deadline = cluster.world.clock.deadline(SEND_TIMEOUT_MS);
  const message = { topic: spec.brokerName as string, queueId: 0, body: Buffer.from('rmqdev failover probe'), producerGroup: PROBE_GROUP };
  // Await here: the deadline is disposed of at the end of this function.
  return await sendMessage(cluster.world.remoting, spec.localAddress, message, deadline.signal).then(
    () => true,
    () => false,
  );
}

/** @returns the first of `brokers` that returns a message of its brokerName's own topic. */
async function firstReader(cluster: Cluster, brokers: readonly NodeSpec[]): Promise<NodeSpec | undefined> {
  for (const spec of brokers) {
    using deadline = cluster.world.clock.deadline(ASK_TIMEOUT_MS);
    const request = { topic: spec.brokerName as string, queueId: 0, offset: 0, maxMessages: 1, consumerGroup: PROBE_GROUP };
    const pulled = await pullMessages(cluster.world.remoting, spec.localAddress, request, deadline.signal).catch(() => undefined);
    if (pulled?.code === ResponseCode.SUCCESS) return spec;
  }
  return undefined;
}

/** @returns the NameServers of the cluster that answer now. */
function answeringNamesrvs(cluster: Cluster): Promise<string[]> {
  return answering(cluster, liveNamesrvs(cluster), (client, { localAddress }, signal) => getClusterInfo(client, localAddress, signal));
}

/** @returns the proxies that answer now. `writableOn` says whether they find a broker. */
function answeringProxies(cluster: Cluster): Promise<string[]> {
  const proxies = askable(cluster, 'proxy');
  return answering(cluster, proxies, (client, spec, signal) => getGroupMembers(client, remotingAddress(spec), PROBE_GROUP, signal));
}

async function answering(
  cluster: Cluster,
  nodes: readonly NodeSpec[],
  ask: (client: RemotingClient, node: NodeSpec, signal: AbortSignal) => Promise<unknown>,
): Promise<string[]> {
  const answers = await Promise.all(
    nodes.map(async (node) => {
      using deadline = cluster.world.clock.deadline(ASK_TIMEOUT_MS);
      return await ask(cluster.world.remoting, node, deadline.signal).then(
        () => true,
        () => false,
      );
    }),
  );
  return nodes.filter((_, index) => answers[index]).map(({ id }) => id);
}

async function topicsOf(cluster: Cluster, spec: NodeSpec, signal: AbortSignal): Promise<string[]> {
  using deadline = cluster.world.clock.deadline(ASK_TIMEOUT_MS, signal);
  const topics = await getTopicConfigs(cluster.world.remoting, spec.localAddress, deadline.signal).catch(() => undefined);
  return [...(topics?.keys() ?? [])];
}

async function topicsMissingOn(cluster: Cluster, reader: NodeSpec, topics: readonly string[]): Promise<string[]> {
  using deadline = cluster.world.clock.deadline(ASK_TIMEOUT_MS);
  const known = new Set(await topicsOf(cluster, reader, deadline.signal));
  return topics.filter((topic) => !known.has(topic) && !isSystemTopic(topic));
}

const askable = (cluster: Cluster, role: Role): NodeSpec[] =>
  cluster.everyone.filter((spec) => spec.role === role && cluster.canAnswer(spec.id));
const liveNamesrvs = (cluster: Cluster): NodeSpec[] => askable(cluster, 'namesrv');
const liveBrokers = (cluster: Cluster): NodeSpec[] => askable(cluster, 'broker');
