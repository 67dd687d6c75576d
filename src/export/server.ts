import { posix } from 'node:path';
import { isLoopback } from '../base/loopback.js';
import { NodePaths } from '../base/paths.js';
import { roleTitle } from '../cluster/roles/config-file.js';
import type { NodeSpec } from '../cluster/spec/node-spec.js';
import { THIS_HOST } from '../cluster/spec/placement.js';
import type { NodeProfile, Profile } from '../profile/profile.js';
import { notExportable } from './exported.js';
import { type TargetNode, targetNodes } from './target.js';
import { topicCommands } from './topics.js';

/** The nodes of a profile on Linux servers without rmqdev: `properties` and `systemd`. */

export type ServerRequest = {
  profile: Profile;
  /** By node id. */
  versions: ReadonlyMap<string, string>;
  /** The folder of stores and logs, absolute. */
  data: string | undefined;
};

/** What runs on one machine; `host` is undefined if the profile has no hosts. */
export type Server = { host: string | undefined; nodes: TargetNode[]; all: TargetNode[]; data: string };

export const dataOf = (data: string | undefined, { name }: Profile): string => {
  if (data !== undefined && !data.startsWith('/'))
    throw notExportable(`--data ${data}`, 'it must be an absolute path', `Write --data /var/lib/rocketmq/${name}`);
  return data ?? `/var/lib/rocketmq/${name}`;
};

/** @returns the machines of the profile, each with its nodes as they see the others. */
export function servers(request: ServerRequest, releaseHome: (node: NodeProfile) => string): Server[] {
  const { profile, versions } = request;
  const data = dataOf(request.data, profile);
  const hosts = profile.hosts?.map(({ name }) => name) ?? [undefined];
  return hosts.flatMap((host): Server[] => {
    const all = targetNodes({
      profile,
      release: (node) => ({ home: releaseHome(node), version: versions.get(node.id) as string }),
      placed: (node) => ({
        host: node.host ?? THIS_HOST,
        isElsewhere: node.host !== host,
        paths: new NodePaths(posix.join(data, node.id)),
        advertised: node.advertise,
      }),
    });
    const nodes = all.filter((node) => !node.isElsewhere);
    return nodes.length === 0 ? [] : [{ host, nodes, all, data }];
  });
}

/** @returns the path of a file of a machine in the export. */
export const pathOn = ({ host }: Pick<Server, 'host'>, path: string): string => (host === undefined ? path : `${host}/${path}`);

/** @returns the first line of the file of a node. */
export const titleOf = (node: NodeSpec): string =>
  `# ${node.id}: ${roleTitle(node)} of cluster ${node.cluster}, RocketMQ ${node.release.version}.`;

/** @returns what mqadmin must do on this machine for the topics and groups: they are made once, next to the first broker. @throws RmqdevError NOT_EXPORTABLE */
export function topicsOn({ nodes, all }: Pick<Server, 'nodes' | 'all'>, profile: Profile): string[][] {
  const first = all.find(({ role }) => role === 'broker')?.id;
  if (!nodes.some(({ id }) => id === first)) return [];
  const commands = topicCommands(profile, all);
  if (commands.length > 0 && (profile.acl || profile.tls))
    throw notExportable(
      'topics and groups with acl or tls',
      'mqadmin would need the account or the certificates on the server',
      'Omit them: `--set topics=[] --set groups=[]`, and make them with `rmqdev topic create --namesrv …`',
    );
  return commands;
}

/** @returns a warning if clients on other machines are told an address that they cannot reach. */
export function loopbackNote({ all }: Pick<Server, 'all'>): string[] {
  const isLocal = all.some(({ role, advertised }) => role === 'broker' && isLoopback(advertised.clients));
  return isLocal
    ? ['Brokers tell clients 127.0.0.1, so only clients on this machine reach them: export again with --advertise <address> for others.']
    : [];
}
