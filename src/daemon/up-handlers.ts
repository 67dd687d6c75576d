import { RmqdevError } from '../base/errors.js';
import { type UpRequest, up } from '../cluster/actions/up.js';
import { Cluster } from '../cluster/cluster.js';
import { planCluster } from '../cluster/plan/plan.js';
import { PortClaims } from '../cluster/plan/port-claims.js';
import { settleHost } from '../cluster/plan/this-host.js';
import type { World } from '../cluster/world.js';
import type { Handlers, UpParams } from '../contract/routes.js';
import { ownInterfaces } from '../machine/reach.js';
import type { LoadedProfile } from '../profile/load-profile.js';
import { formatPlace } from '../profile/problems.js';
import type { ClusterRegistry } from './cluster-registry.js';
import { refuseWhileStraysLive } from './lost-clusters.js';
import { overridesOf, readRequested } from './profile-handlers.js';
import { refuseOtherProfile } from './profile-of-cluster.js';

const CLUSTER_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$/;

export function upHandlers(world: World, registry: ClusterRegistry): Pick<Handlers, 'up' | 'plan'> {
  const claims = new PortClaims();
  return {
    plan: async (params, signal, emit) => {
      const { name, request } = await prepare(params);
      const existing = registry.all.find(({ cluster }) => cluster.name === name)?.cluster;
      const cluster = existing ?? new Cluster(world, name);
      const { plan } = await planCluster(cluster, { ...request, mayInstall: false, report: () => {}, signal });
      for (const message of plan.notices) await emit({ event: 'notice', message });
      return plan;
    },

    up: async (params, _closed, emit) => {
      const { name, request } = await prepare(params);
      await refuseWhileStraysLive(world, registry, name);
      const { cluster, meter } = registry.getOrCreate(name);
      try {
        return await cluster.operate('up', 'alone', (signal) =>
          up(cluster, meter, request, emit, signal).finally(() => claims.release(name)),
        );
      } finally {
        if (cluster.hasNodes) registry.noteUsed(name);
        else if (!cluster.operation) registry.remove(cluster);
      }
    },
  };

  /** A dashboard that an earlier `up` added stays until an `up` removes it. */
  async function load({ dashboard, ...params }: UpParams): Promise<{ name: string; loaded: LoadedProfile }> {
    const { read, name: usual } = await readRequested(world, params);
    const name = params.name ?? usual;
    const existing = registry.all.find(({ cluster }) => cluster.name === name)?.cluster;
    const kept = existing?.hasNodes ? existing.profile.dashboard : undefined;
    const wanted = dashboard === undefined ? kept : (dashboard ?? undefined);
    if (wanted === undefined) return { name, loaded: read(overridesOf(params)) };
    // A dashboard that the profile does not have runs on this host. Other options may be about the dashboard, which is not there yet.
    const { profile } = read(overridesOf({ ...params, set: params.set.filter((option) => option.startsWith('hosts.')), heap: [] }));
    const host = await settleHost({
      profile,
      asked: params.host,
      before: existing?.host,
      isRunning: (existing?.runningCount ?? 0) > 0,
      interfaces: ownInterfaces(),
    });
    return { name, loaded: read(overridesOf({ ...params, host, dashboard: wanted })) };
  }

  async function prepare(params: UpParams): Promise<{ name: string; request: UpRequest }> {
    const { name, loaded } = await load(params);
    const { profile, warnings, propertyPlaces } = loaded;
    refuseBadName(name, [...registry.all.map(({ cluster }) => cluster.name), ...registry.broken.keys()]);
    const existing = registry.all.find(({ cluster }) => cluster.name === name)?.cluster;
    if (params.name === undefined && existing?.hasNodes) await refuseOtherProfile(existing, profile);
    const others = () => registry.all.map(({ cluster }) => cluster).filter((cluster) => cluster.name !== name && cluster.hasNodes);
    const placeOf = (node: string, key: string) => {
      const place = propertyPlaces.get(`${node}.${key}`);
      return place && formatPlace(place, params.caller.cwd);
    };
    const { caller, from, host, debug, strictPorts, wait, timeoutMs } = params;
    return { name, request: { profile, warnings, placeOf, caller, from, host, debug, strictPorts, others, claims, wait, timeoutMs } };
  }
}

function refuseBadName(name: string, known: readonly string[]): void {
  const namesake = known.includes(name) ? undefined : known.find((other) => other.toLowerCase() === name.toLowerCase());
  if (namesake !== undefined) {
    throw new RmqdevError('NAME_INVALID', {
      what: `"${name}" cannot be a cluster's name`,
      why: `there is a cluster "${namesake}", and macOS keeps folders whose names differ in case only as one`,
      next: `Use that one: \`--name ${namesake}\`; or choose a name that differs in a letter`,
    });
  }
  if (CLUSTER_NAME.test(name)) return;
  throw new RmqdevError('NAME_INVALID', {
    what: `"${name}" cannot be a cluster's name`,
    why: 'a name is a folder and part of commands: letters, digits, - and _, at most 63 of them, beginning with a letter or digit',
    next: `Choose another one: --name ${name.replace(/[^a-zA-Z0-9_-]+/g, '-').replace(/^[-_]+|-+$/g, '') || 'dev'}`,
  });
}
