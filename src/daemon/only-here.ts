import { RmqdevError } from '../base/errors.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Selection } from '../cluster/status/selectors.js';

/**
 * Leaves the nodes of other hosts out of `selection`, and says so if somebody named them: their own daemons act on them.
 * @param request the command: where to type it is part of the answer
 * @throws RmqdevError NODE_ELSEWHERE if no node is left
 */
export function onlyHere(
  cluster: Cluster,
  { ids, notice }: Selection,
  request: { verb: string; selectors: readonly string[] | undefined },
): Selection {
  const remote = cluster.elsewhere.filter(({ id }) => ids.includes(id));
  if (remote.length === 0) return { ids, notice };
  const here = ids.filter((id) => cluster.hasNode(id));
  const names = remote.map(({ id }) => id).join(', ');
  const hosts = [...new Set(remote.map(({ host }) => host))].map((host) => `${host} (${addressOf(cluster, host)})`).join(' and ');
  const command = `\`rmqdev ${[request.verb, ...(request.selectors ?? [])].join(' ')} -c ${cluster.name}\``;
  if (here.length === 0) {
    throw new RmqdevError('NODE_ELSEWHERE', {
      what: `${names} ${remote.length === 1 ? 'runs' : 'run'} on host ${hosts}, and this machine is host ${cluster.host}`,
      why: 'each host has its own daemon, and a daemon acts on the nodes of its host only',
      next: `Type it there, with the same options: ${command}`,
    });
  }
  if (request.selectors === undefined) return { ids: here, notice };
  const said = `${names} ${remote.length === 1 ? 'is' : 'are'} on host ${hosts}: type ${command} there too`;
  return { ids: here, notice: [notice, said].filter((part) => part !== null).join('; ') };
}

function addressOf(cluster: Cluster, host: string): string {
  return cluster.profile.hosts?.find(({ name }) => name === host)?.address ?? '';
}
