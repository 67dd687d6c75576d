import { isIPv4 } from 'node:net';
import { dirname } from 'node:path';
import type { ConfigSet } from './config-set.js';
import type { NodeView } from './node-view.js';

const LOOPBACK = /^(127\.|localhost$|::1$)/;

export type Relation = 'same' | 'different' | 'unknown';
/** What two nodes share: the ports of one network stack, the folders of one disk. */
export type Sharing = { network: Relation; disk: Relation };
export type Hosts = (a: NodeView, b: NodeView) => Sharing;

/** All on one machine, whatever the author meant. */
export const ONE_MACHINE: Hosts = () => ({ network: 'same', disk: 'same' });

/** Whether two nodes are meant for one host, as far as the files tell. Containers have a network and a disk of their own each. */
export function hostsOf(set: ConfigSet): Hosts {
  const containersOf = (node: NodeView) => set.containers?.filter(({ files }) => files.includes(node.file.path)) ?? [];
  return (a, b) => {
    const [left, right] = [containersOf(a), containersOf(b)];
    if (left.length > 0 && right.length > 0) {
      const areOnHost = [...left, ...right].every(({ isOnHostNetwork }) => isOnHostNetwork);
      return { network: areOnHost ? hostRelation(set, a, b) : 'different', disk: 'different' };
    }
    const host = hostRelation(set, a, b);
    // One address for many is that of the machine that runs the containers.
    return { network: host, disk: host === 'same' && hasServiceNames(a) && hasServiceNames(b) ? 'different' : host };
  };
}

function hostRelation(set: ConfigSet, a: NodeView, b: NodeView): Relation {
  const [left, right] = [ipOf(a), ipOf(b)];
  if (left && right) return left === right ? 'same' : 'different';
  const [there, here] = [folderIp(a), folderIp(b)];
  if (there && here) return there === here ? 'same' : 'different';
  const together = set.scripts.some(({ launches }) => [a, b].every((node) => launches.some(({ file }) => file === node.file.path)));
  return together || (isLocal(a) && isLocal(b)) ? 'same' : 'unknown';
}

function ipOf(node: NodeView): string | undefined {
  return [node.value('brokerIP2'), node.value('brokerIP1')].find((ip) => ip !== undefined && isIPv4(ip) && !LOOPBACK.test(ip));
}

function folderIp({ file }: NodeView): string | undefined {
  return /(?:^|[/\\])[^/\\]*?(\d+\.\d+\.\d+\.\d+)[^/\\]*$/.exec(dirname(file.path))?.[1];
}

/** A broker whose NameServers are all on its own host. */
function isLocal(node: NodeView): boolean {
  const hosts = nameServerHosts(node);
  return hosts.length > 0 && hosts.every((host) => LOOPBACK.test(host));
}

/** NameServers under a name without a dot: the name of a container, or of a line in /etc/hosts. */
export function hasServiceNames(node: NodeView): boolean {
  const hosts = nameServerHosts(node);
  return hosts.length > 0 && hosts.every((host) => /^[a-z][\w-]*$/i.test(host) && !LOOPBACK.test(host));
}

const nameServerHosts = (node: NodeView) =>
  (node.value('namesrvAddr') ?? '')
    .split(';')
    .map((address) => address.trim().replace(/:\d+$/, ''))
    .filter(Boolean);

export const isLoopback = (host: string) => LOOPBACK.test(host);
