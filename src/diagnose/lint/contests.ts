import { grouped } from '../../base/grouped.js';
import { compareVersions } from '../../rocketmq/releases.js';
import type { Tenant } from './crowd.js';
import type { NodeView } from './node-view.js';
import { COMMITLOG_FOLLOWS_SINCE, cleanPath } from './path-rules.js';

/** A node wants something, by a key of its file; `isBelow` if it wants only a folder inside. */
export type Want = { tenant: Tenant; key: string; isBelow: boolean };
/** One port or folder, and all nodes that want it, in their order. */
export type Contest = { about: string; wants: readonly Want[] };

export function portContests(tenants: readonly Tenant[]): Contest[] {
  const wants = tenants.flatMap((tenant) => [...new Set(tenant.node.sockets.map(({ port }) => port))].map((port) => ({ tenant, port })));
  return [...grouped(wants, ({ port }) => port)].map(([port, wanting]) => ({
    about: `${port}`,
    wants: wanting.map(({ tenant }) => ({ tenant, key: 'listenPort', isBelow: false })),
  }));
}

/** Nodes share a folder if it is their root or commit log, or contains their root or commit log. */
export function storeContests(tenants: readonly Tenant[]): Contest[] {
  const stores = tenants.filter(({ node }) => node.role === 'broker').map((tenant) => ({ tenant, folders: foldersOf(tenant.node) }));
  const wanted = new Map<string, Map<Tenant, Want>>();
  for (const { tenant, folders } of stores) {
    for (const { path, key } of folders) {
      const known = wanted.get(path) ?? new Map<Tenant, Want>();
      wanted.set(path, known);
      if (!known.has(tenant)) known.set(tenant, { tenant, key, isBelow: false });
    }
  }
  for (const { tenant, folders } of stores) {
    for (const { path, key } of folders) {
      for (const parent of parentsOf(path)) {
        const known = wanted.get(parent);
        if (known && !known.has(tenant)) known.set(tenant, { tenant, key, isBelow: true });
      }
    }
  }
  return [...wanted].map(([about, wants]) => ({
    about,
    wants: [...wants.values()].sort((a, b) => a.tenant.order - b.tenant.order),
  }));
}

function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let end = path.lastIndexOf('/'); end >= 0; end = end === 0 ? -1 : path.lastIndexOf('/', end - 1)) parents.push(path.slice(0, end));
  return parents;
}

function foldersOf(node: NodeView): { path: string; key: string }[] {
  if (node.isOpen('storePathRootDir') || node.isOpen('storePathCommitLog')) return [];
  const root = cleanPath(node.value('storePathRootDir') ?? '~/store');
  const follows = compareVersions(node.version, COMMITLOG_FOLLOWS_SINCE) >= 0;
  const log = cleanPath(node.value('storePathCommitLog') ?? (follows ? `${root}/commitlog` : '~/store/commitlog'));
  return [
    { path: root, key: 'storePathRootDir' },
    // A commit log path that is not written follows the paths that are.
    { path: log, key: follows && !node.entry('storePathCommitLog') ? 'storePathRootDir' : 'storePathCommitLog' },
  ];
}
