import { nearest } from '../base/nearest.js';
import { formatBytes } from '../base/units.js';
import { isReservedTopic } from '../rocketmq/system-names.js';
import { didYouMean, type ProfileProblem } from './problems.js';
import type { NodeProfile, Profile, ProfileWarning } from './profile.js';
import type { ResolvedNode } from './resolve-nodes.js';
import { type Path, placeAt, type Tree } from './source-tree.js';

/** Below this even a NameServer spends its time collecting garbage. */
const SMALL_HEAP_BYTES = 32 * 1_048_576;

/** Ports beside listenPort. Source: broker/.../BrokerController.java (fast: -2), store/.../ha/HAService.java (HA: +1). */
const PORT_OFFSETS = { namesrv: [0], broker: [-2, 0, 1] } as const;

/** @returns what is wrong between settings that are fine one by one. */
export function crossProblems(nodes: readonly ResolvedNode[], profile: Profile, tree: Tree): ProfileProblem[] {
  return [
    ...idProblems(nodes),
    ...replicaProblems(nodes),
    ...portProblems(nodes),
    ...roleProblems(nodes, tree),
    ...topicProblems(profile, tree),
  ];
}

export function profileWarnings(nodes: readonly ResolvedNode[], tree: Tree): ProfileWarning[] {
  const small = nodes.flatMap(({ node, at }): ProfileWarning[] =>
    node.heapBytes !== undefined && node.heapBytes < SMALL_HEAP_BYTES
      ? [{ message: `${node.id} has a heap of ${formatBytes(node.heapBytes)}; below 32 MB it may not start`, place: at('heap') }]
      : [],
  );
  const hasBroker = nodes.some(({ node }) => node.role === 'broker');
  const lonely = {
    message: 'no node is a broker: nothing can be sent until one registers from elsewhere',
    place: placeAt(tree, ['nodes']),
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
  const brokers = nodes.filter(({ node }) => node.role === 'broker');
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
      message: `no node is the master (brokerId 0) of ${node.brokerName}${didYouMean(nearest(String(node.brokerName), masters))}`,
    }));
  return [...doubled, ...orphans];
}

function portProblems(nodes: readonly ResolvedNode[]): ProfileProblem[] {
  const taken = new Map<number, NodeProfile>();
  return nodes.flatMap(({ node, at }): ProfileProblem[] => {
    const { id, role, listenPort } = node;
    if (listenPort === undefined) return [];
    const ports = PORT_OFFSETS[role].map((offset) => listenPort + offset);
    const port = ports.find((candidate) => taken.has(candidate));
    const holder = port === undefined ? undefined : taken.get(port);
    for (const own of ports) taken.set(own, node);
    if (!holder) return [];
    const message = `${id} takes ${ports.join(', ')}, but ${holder.id} (listenPort ${holder.listenPort}) also takes ${port}`;
    return [{ place: at('listenPort'), path: ['nodes', id, 'listenPort'], message }];
  });
}

function roleProblems(nodes: readonly ResolvedNode[], tree: Tree): ProfileProblem[] {
  if (nodes.some(({ node }) => node.role === 'namesrv')) return [];
  return [
    { place: placeAt(tree, ['nodes']), path: ['nodes'], message: 'a cluster needs a NameServer, such as namesrv-1: { role: namesrv }' },
  ];
}

function topicProblems({ nodes, topics, groups }: Profile, tree: Tree): ProfileProblem[] {
  const problem = (path: Path, message: string): ProfileProblem => ({ place: placeAt(tree, path), path, message });
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
      return [problem(['topics', i, 'brokers', j], `no node has the brokerName "${name}"${didYouMean(nearest(name, brokerNames))}`)];
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
