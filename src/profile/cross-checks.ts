import { didYouMean } from '../base/nearest.js';
import { formatBytes } from '../base/units.js';
import { FIRST_PORT, hostsController, socketsAt } from '../rocketmq/ports.js';
import { isReservedTopic } from '../rocketmq/system-names.js';
import { hostProblems, hostWarnings, portProblems } from './host-checks.js';
import { controllerNumber, peerNumber } from './names.js';
import type { Path, Profile, ProfileProblem, ProfileWarning } from './profile.js';
import type { ResolvedNode, ResolvedProfile } from './resolve-profile.js';

/** Below this even a NameServer spends its time collecting garbage. */
const SMALL_HEAP_BYTES = 32 * 1_048_576;

type PlaceOf = ResolvedProfile['placeOf'];

/** @returns what is wrong, or at least strange, between settings that are fine one by one. */
export function crossCheck(resolved: ResolvedProfile): { problems: ProfileProblem[]; warnings: ProfileWarning[] } {
  const { profile, nodes, placeOf } = resolved;
  const problems = [
    ...hostProblems(resolved),
    ...idProblems(nodes),
    ...replicaProblems(nodes),
    ...electionProblems(nodes),
    ...portProblems(nodes),
    ...roleProblems(nodes, placeOf),
    ...controllerProblems(nodes, placeOf),
    ...proxyProblems(nodes),
    ...dashboardProblems(nodes),
    ...topicProblems(profile, placeOf),
  ];
  return { problems, warnings: [...warningsOf(nodes, placeOf), ...hostWarnings(resolved)] };
}

function warningsOf(nodes: readonly ResolvedNode[], placeOf: PlaceOf): ProfileWarning[] {
  const small = nodes.flatMap(({ node, at }): ProfileWarning[] =>
    node.heapBytes !== undefined && node.heapBytes < SMALL_HEAP_BYTES
      ? [{ message: `${node.id} has a heap of ${formatBytes(node.heapBytes)}; below 32 MB it may not start`, place: at('heap') }]
      : [],
  );
  const hasBroker = nodes.some(({ node }) => node.role === 'broker');
  const lonely = {
    message: 'no node is a broker: nothing can be sent until one registers from elsewhere',
    place: placeOf(['nodes']),
  };
  return hasBroker ? small : [...small, lonely];
}

function idProblems(nodes: readonly ResolvedNode[]): ProfileProblem[] {
  return repeated(nodes, ({ node }) => node.id.toLowerCase()).map(([again, first]) => ({
    place: again.at(),
    path: ['nodes', again.node.id],
    message: `differs from "${first.node.id}" in case only, and both need a folder of that name`,
    isName: true,
  }));
}

function replicaProblems(nodes: readonly ResolvedNode[]): ProfileProblem[] {
  const brokers = nodes.filter(({ node }) => node.role === 'broker' && node.election === undefined);
  const masters = new Set(brokers.filter(({ node }) => node.brokerId === 0).map(({ node }) => String(node.brokerName)));
  const doubled = repeated(brokers, ({ node }) => `${node.brokerName} ${node.brokerId}`).map(([again, first]) => ({
    place: again.at('brokerId'),
    path: ['nodes', again.node.id, 'brokerId'],
    message: `${again.node.id} and ${first.node.id} are both brokerId ${again.node.brokerId} of ${again.node.brokerName}; a NameServer keeps only one of them`,
  }));
  const orphans = brokers
    .filter(({ node }) => !masters.has(String(node.brokerName)))
    .map(({ node, at }) => ({
      place: at('brokerName'),
      path: ['nodes', node.id, 'brokerName'],
      message: `no node is the master (brokerId 0) of ${node.brokerName}${didYouMean(String(node.brokerName), masters)}`,
    }));
  return [...doubled, ...orphans];
}

/** A group of two needs both peers alive, so it is as easily lost as a single one. */
const FEW_PEERS = 3;

/** A DLedger peer is known by the end of its id: its place in the group stays when others come and go. */
function electionProblems(nodes: readonly ResolvedNode[]): ProfileProblem[] {
  const peers = nodes.filter(({ node }) => node.election === 'dledger');
  const misnamed = peers
    .filter(({ node }) => peerNumber(node.id) === undefined)
    .map(({ node, at }) => ({
      place: at(),
      path: ['nodes', node.id],
      message: `a peer of a DLedger group needs an id that ends in its number, such as ${node.brokerName}-n0, not "${node.id}"`,
      isName: true,
    }));
  const doubled = repeated(
    peers.filter(({ node }) => peerNumber(node.id) !== undefined),
    ({ node }) => `${node.brokerName} ${peerNumber(node.id)}`,
  ).map(([again, first]) => ({
    place: again.at(),
    path: ['nodes', again.node.id],
    message: `${again.node.id} and ${first.node.id} are both peer n${peerNumber(again.node.id)} of ${again.node.brokerName}`,
    isName: true,
  }));
  const small = [...new Set(peers.map(({ node }) => node.brokerName))].flatMap((brokerName) => {
    const group = peers.filter(({ node }) => node.brokerName === brokerName);
    const [first] = group;
    if (!first || group.length >= FEW_PEERS) return [];
    const message = `${brokerName} has ${group.length} ${group.length === 1 ? 'peer' : 'peers'}, and a DLedger group that outlives a peer needs at least ${FEW_PEERS}`;
    return [{ place: first.at('brokerName'), path: ['nodes', first.node.id, 'brokerName'], message }];
  });
  return [...misnamed, ...doubled, ...small];
}

/** Each controller is known to the others by the number in its id; replicas that a controller leads need one. */
function controllerProblems(nodes: readonly ResolvedNode[], placeOf: PlaceOf): ProfileProblem[] {
  const standing = nodes.filter(({ node }) => node.role === 'controller');
  const hosting = nodes.filter(({ node }) => hostsController(node));
  const controllers = [...standing, ...hosting];
  const misnamed = controllers
    .filter(({ node }) => controllerNumber(node.id) === undefined)
    .map(({ node, at }) => ({
      place: at(),
      path: ['nodes', node.id],
      message: `a controller needs an id that ends in its number, such as ${node.role}-1, not "${node.id}"`,
      isName: true,
    }));
  const doubled = repeated(controllers, ({ node }) => String(controllerNumber(node.id) ?? node.id)).map(([again, first]) => ({
    place: again.at(),
    path: ['nodes', again.node.id],
    message: `${again.node.id} and ${first.node.id} both have the number ${controllerNumber(again.node.id)}`,
    isName: true,
  }));
  const isMissing = controllers.length === 0 && nodes.some(({ node }) => node.election === 'controller');
  const missing = {
    place: placeOf(['replication']),
    path: ['replication'],
    message:
      'replication: controller needs a controller, such as controller-1: { role: controller }, or NameServers with enableControllerInNamesrv',
  };
  const mixed = hosting.slice(0, standing.length === 0 ? 0 : 1).map(({ node, at }) => ({
    place: at('properties', 'enableControllerInNamesrv'),
    path: ['nodes', node.id, 'properties', 'enableControllerInNamesrv'],
    message: `${node.id} runs a controller in it, and ${standing[0]?.node.id} is one of its own: choose one of the two ways`,
  }));
  return [...(mixed.length > 0 ? mixed : [...misnamed, ...doubled]), ...(isMissing ? [missing] : [])];
}

/** A proxy makes a topic when it starts, and ends with 1 if no broker takes it. */
function proxyProblems(nodes: readonly ResolvedNode[]): ProfileProblem[] {
  if (nodes.some(({ node }) => node.role === 'broker')) return [];
  return nodes
    .filter(({ node }) => node.role === 'proxy')
    .map(({ node, at }) => ({
      place: at(),
      path: ['nodes', node.id],
      message: `${node.id} is a proxy, which needs a broker, such as broker-a: { role: broker }`,
    }));
}

/** Older dashboards listen on 8080, and so does every proxy. A proxy without a listenPort would move, and its clients would not find it. */
function dashboardProblems(nodes: readonly ResolvedNode[]): ProfileProblem[] {
  const proxies = nodes.filter(({ node }) => node.role === 'proxy' && node.listenPort === undefined);
  return nodes.flatMap(({ node, at }): ProfileProblem[] => {
    const proxy = proxies.find((other) => other.node.host === node.host)?.node;
    if (node.role !== 'dashboard' || node.listenPort === undefined || !proxy) return [];
    const { listen, remoting } = socketsAt(proxy, FIRST_PORT.proxy);
    if (node.listenPort !== listen && node.listenPort !== remoting) return [];
    const socket = node.listenPort === listen ? 'its gRPC port' : 'its remoting port';
    const message = `${node.id} cannot have port ${node.listenPort}, because ${proxy.id} has it (${socket}); omit listenPort (${FIRST_PORT.dashboard}), or set one for ${proxy.id} too`;
    return [{ place: at('listenPort'), path: ['nodes', node.id, 'listenPort'], message }];
  });
}

function roleProblems(nodes: readonly ResolvedNode[], placeOf: PlaceOf): ProfileProblem[] {
  if (nodes.some(({ node }) => node.role === 'namesrv')) return [];
  return [{ place: placeOf(['nodes']), path: ['nodes'], message: 'a cluster needs a NameServer, such as namesrv-1: { role: namesrv }' }];
}

function topicProblems({ nodes, topics, groups }: Profile, placeOf: PlaceOf): ProfileProblem[] {
  const problem = (path: Path, message: string): ProfileProblem => ({ place: placeOf(path), path, message });
  const brokerNames = new Set(nodes.flatMap(({ brokerName }) => brokerName ?? []));
  const names = { topics: topics.map(({ name }) => name), groups: groups.map(({ name }) => name) };
  const doubled = (['topics', 'groups'] as const).flatMap((key) =>
    names[key].flatMap((name, i, all) => (all.indexOf(name) < i ? [problem([key, i], `"${name}" is listed twice`)] : [])),
  );
  const system = names.topics.flatMap((name, i) =>
    isReservedTopic(name) ? [problem(['topics', i], `"${name}" is a topic of RocketMQ itself`)] : [],
  );
  const unknown = topics.flatMap(({ brokers = [] }, i) =>
    brokers.flatMap((name, j) => {
      if (brokerNames.has(name)) return [];
      return [problem(['topics', i, 'brokers', j], `no node has the brokerName "${name}"${didYouMean(name, brokerNames)}`)];
    }),
  );
  const homeless = topics.length > 0 && brokerNames.size === 0 ? [problem(['topics'], 'topics need a broker')] : [];
  return [...doubled, ...system, ...unknown, ...homeless];
}

/** @returns each item whose key an earlier one has, with that one. */
function repeated<T>(items: readonly T[], keyOf: (item: T) => string): [again: T, first: T][] {
  const first = new Map<string, T>();
  return items.flatMap((item): [T, T][] => {
    const earlier = first.get(keyOf(item));
    if (earlier === undefined) first.set(keyOf(item), item);
    return earlier === undefined ? [] : [[item, earlier]];
  });
}
