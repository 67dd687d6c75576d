import { isLoopback } from '../base/loopback.js';
import { didYouMean } from '../base/nearest.js';
import { portOffsets } from '../rocketmq/ports.js';
import type { NodeProfile, ProfileProblem, ProfileWarning } from './profile.js';
import type { ResolvedNode, ResolvedProfile } from './resolve-profile.js';

/** @returns what is wrong between the hosts of a profile and its nodes. */
export function hostProblems({ profile, nodes, placeOf }: ResolvedProfile): ProfileProblem[] {
  const hosts = profile.hosts ?? [];
  const names = hosts.map(({ name }) => name);
  if (hosts.length === 0) {
    return nodes
      .filter(({ node }) => node.host !== undefined)
      .map(({ node, at }) =>
        problem(at('host'), node.id, 'the profile has no hosts; add for example hosts: { a: 192.168.1.20, b: 192.168.1.21 }'),
      );
  }
  const homeless = nodes
    .filter(({ node }) => node.host === undefined)
    .map(({ node, at }) => problem(at(), node.id, `${node.id} needs its host: ${names.join(' or ')}`));
  const unknown = nodes
    .filter(({ node }) => node.host !== undefined && !names.includes(node.host))
    .map(({ node, at }) =>
      problem(at('host'), node.id, `"${node.host}" is not one of the hosts ${names.join(', ')}${didYouMean(String(node.host), names)}`),
    );
  const doubled = hosts.flatMap(({ name, address }, i) => {
    const first = hosts.slice(0, i).find((other) => other.address.toLowerCase() === address.toLowerCase());
    if (!first) return [];
    const path = ['hosts', name, 'address'];
    return [
      {
        place: placeOf(path),
        path,
        message: `hosts ${first.name} and ${name} have the same address ${address}; each machine needs its own`,
      },
    ];
  });
  return [...homeless, ...unknown, ...doubled, ...loopbackProblems({ profile, nodes, placeOf })];
}

const problem = (place: ProfileProblem['place'], id: string, message: string): ProfileProblem => ({
  place,
  path: ['nodes', id, 'host'],
  message,
});

/** 127.0.0.1 is another machine on each host. If all hosts loop back, somebody tries the profile on one machine. */
function loopbackProblems({ profile, nodes, placeOf }: Pick<ResolvedProfile, 'profile' | 'nodes' | 'placeOf'>): ProfileProblem[] {
  const hosts = profile.hosts ?? [];
  if (hosts.every(({ address }) => isLoopback(address))) return [];
  const ofHosts = hosts
    .filter(({ address }) => isLoopback(address))
    .map(({ name, address }) => {
      const path = ['hosts', name, 'address'];
      return { place: placeOf(path), path, message: `host ${name} has the address ${address}, which every machine takes for itself` };
    });
  const ofNodes = nodes.flatMap(({ node, at }) =>
    (['clients', 'replication'] as const)
      .filter((key) => isLoopback(node.advertise[key]) && !ofHosts.some(({ path }) => path[1] === node.host))
      .map((key) => ({
        place: at('advertise', key),
        path: ['nodes', node.id, 'advertise', key],
        message: `${node.id} advertises ${node.advertise[key]}, and the other hosts would look for it on themselves`,
      })),
  );
  return [...ofHosts, ...ofNodes];
}

/** @returns what is strange about the hosts. */
export function hostWarnings({ profile, nodes, placeOf }: ResolvedProfile): ProfileWarning[] {
  return (profile.hosts ?? [])
    .filter(({ name }) => !nodes.some(({ node }) => node.host === name))
    .map(({ name }) => ({ message: `host ${name} runs no node`, place: placeOf(['hosts', name]) }));
}

const LAST_PORT = 65_535;

/** Nodes of one host share its ports. So do nodes of several hosts behind one public address: it passes each port to one machine only. */
export function portProblems(nodes: readonly ResolvedNode[]): ProfileProblem[] {
  const taken = new Map<string, NodeProfile>();
  return nodes.flatMap(({ node, at }): ProfileProblem[] => {
    const { id, listenPort } = node;
    if (listenPort === undefined) return [];
    const ports = Object.values(portOffsets(node))
      .map((offset) => listenPort + offset)
      .sort((a, b) => a - b);
    const refuse = (message: string) => [{ place: at('listenPort'), path: ['nodes', id, 'listenPort'], message }];
    const sockets = ports.flatMap((port) => portDomains(node).map((domain) => ({ port, domain, key: `${domain} ${port}` })));
    const clash = sockets.find(({ key }) => taken.has(key));
    const holder = clash && taken.get(clash.key);
    for (const { key } of sockets) taken.set(key, node);
    if ((ports.at(-1) as number) > LAST_PORT) return refuse(`${id} takes ${ports.join(', ')}, and ports end at ${LAST_PORT}`);
    if (!holder) return [];
    const shared = holder.host === node.host ? '' : `; both are reached at ${clash.domain}`;
    return refuse(`${id} takes ${ports.join(', ')}, but ${holder.id} (listenPort ${holder.listenPort}) also takes ${clash.port}${shared}`);
  });
}

/**
 * @returns names of what gives each port to one node only: the host, and the addresses at which clients, slaves and peers reach it. Hosts
 * that all loop back are one machine, and a node listens on all of its addresses.
 */
export function portDomains({ host, advertise }: Pick<NodeProfile, 'host' | 'advertise'>): string[] {
  if (host === undefined) return [''];
  const domains = [advertise.clients, advertise.replication].map((address) => (isLoopback(address) ? 'loopback' : address.toLowerCase()));
  return [`host ${host}`, ...new Set(domains)];
}
