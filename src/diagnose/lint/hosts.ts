import { isIPv4 } from 'node:net';
import { dirname } from 'node:path';
import type { ConfigSet } from './config-set.js';
import type { NodeView } from './node-view.js';

const LOOPBACK = /^(127\.|localhost$|::1$)/;

export type Relation = 'same' | 'different' | 'unknown';
/** What two nodes share: the ports of one network stack, the folders of one disk. */
export type Sharing = { network: Relation; disk: Relation };

/** Everything that the files say about the host of a node. */
export type Spot = {
  /** Equal for nodes about which the files say the same. */
  key: string;
  /** Of its host, if the files come in one folder for each; else its own. */
  ip: string | undefined;
  folderIp: string | undefined;
  isLocal: boolean;
  hasServiceNames: boolean;
  /** Start scripts that start it and others. */
  scripts: readonly number[];
  container: 'none' | 'own network' | 'network of the host';
};

/** Where nodes should run, as far as the files say. */
export function spotsOf(set: ConfigSet): (node: NodeView) => Spot {
  const scripts = scriptsByFile(set);
  const hosts = new Map((set.hosts ?? []).flatMap(({ address, files }) => files.map((file): [string, string] => [file, address])));
  const containers = new Map<string, Spot['container']>();
  for (const { files, isOnHostNetwork } of set.containers ?? []) {
    for (const file of files) {
      const isOwn = !isOnHostNetwork || containers.get(file) === 'own network';
      containers.set(file, isOwn ? 'own network' : 'network of the host');
    }
  }
  return (node) => {
    const { path } = node.file;
    const told = {
      ip: hosts.get(path) ?? ipOf(node),
      folderIp: folderIp(node),
      isLocal: isLocal(node),
      hasServiceNames: hasServiceNames(node),
      scripts: scripts.get(path) ?? [],
      container: containers.get(path) ?? 'none',
    };
    return { key: JSON.stringify(Object.values(told)), ...told };
  };
}

/** The scripts that start more than one file, by file. */
function scriptsByFile({ scripts }: ConfigSet): ReadonlyMap<string, number[]> {
  const byFile = new Map<string, number[]>();
  scripts.forEach(({ launches }, index) => {
    if (launches.length < 2) return;
    const files = new Set(launches.flatMap(({ file }) => (file === undefined ? [] : [file])));
    if (files.size < 2) return;
    for (const file of files) {
      const known = byFile.get(file);
      if (known) known.push(index);
      else byFile.set(file, [index]);
    }
  });
  return byFile;
}

/** Whether two nodes are meant for one host. Each container has its own network and disk. */
export function sharingOf(a: Spot, b: Spot): Sharing {
  if (a.container !== 'none' && b.container !== 'none') {
    const areOnHost = a.container === 'network of the host' && b.container === 'network of the host';
    return { network: areOnHost ? hostRelation(a, b) : 'different', disk: 'different' };
  }
  const host = hostRelation(a, b);
  // One address for many nodes is the address of the machine that runs the containers.
  return { network: host, disk: host === 'same' && a.hasServiceNames && b.hasServiceNames ? 'different' : host };
}

/** Equal addresses are the same host, different addresses are different hosts: crowd.ts relies on it. */
function hostRelation(a: Spot, b: Spot): Relation {
  if (a.ip && b.ip) return a.ip === b.ip ? 'same' : 'different';
  if (a.folderIp && b.folderIp) return a.folderIp === b.folderIp ? 'same' : 'different';
  return (a.isLocal && b.isLocal) || a.scripts.some((script) => b.scripts.includes(script)) ? 'same' : 'unknown';
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

/** NameServers with a name without a dot: the name of a container, or from /etc/hosts. */
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
