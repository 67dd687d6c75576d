import { RmqdevError } from '../../base/errors.js';
import { counted } from '../../base/units.js';
import type { Plan } from '../../contract/events.js';
import { allOf, allotPorts } from '../../diagnose/allot-ports.js';
import { fixedPorts } from '../../diagnose/fixed-ports.js';
import { type PortHolder, rmqdevNodeOf } from '../../diagnose/port-holder.js';
import { ownInterfaces } from '../../machine/reach.js';
import { formatPlace } from '../../profile/problems.js';
import { checkDashboardProperty } from '../../rocketmq/dashboards.js';
import { checkProperty } from '../../rocketmq/keys.js';
import { isReleaseRole } from '../../rocketmq/releases.js';
import type { Cluster } from '../cluster.js';
import { specsOnHost } from '../roles/build-specs.js';
import { runConfigFile } from '../roles/config-file.js';
import { changesBetween } from '../spec/differences.js';
import type { Assignment, JarRef, JdkRef, NodePorts, NodeSpec, ReleaseRef } from '../spec/node-spec.js';
import { checkAccessControl } from './access-control-check.js';
import { refuseUnresolved } from './advertised-names.js';
import { resolveJars } from './dashboards.js';
import { checkMachine, refuseForbiddenPorts } from './machine-check.js';
import type { PlanRequest } from './plan-request.js';
import { portsOnDisk } from './ports-on-disk.js';
import {
  namedVersions,
  refuseMissingModules,
  refuseUnsupportedPlatform,
  refuseUnsupportedTopology,
  requireJdks,
  resolveJdks,
  resolveReleases,
} from './releases-and-jdks.js';
import { planRestarts, type Restarts } from './restarts.js';
import { settleHost } from './this-host.js';

export type ClusterPlan = {
  plan: Plan;
  /** Which of the profile's hosts this machine is. */
  host: string | undefined;
  assignments: ReadonlyMap<string, Assignment>;
  /** How running nodes get their new settings. */
  restarts: Restarts;
  /** Nodes that run or are stopped, and are no longer wanted. */
  remove: readonly string[];
};

/**
 * Works out what `up` will do, and refuses what cannot work, before anything starts: release, JDK, properties, ports, memory, disk, stores.
 * @throws RmqdevError with many codes; then nothing has changed, except that a release may have been installed.
 */
export async function planCluster(cluster: Cluster, asked: PlanRequest): Promise<ClusterPlan> {
  const host = await settleHost({
    profile: asked.profile,
    asked: asked.host,
    before: cluster.host,
    isRunning: cluster.runningCount > 0,
    interfaces: ownInterfaces(),
  });
  const nodes = asked.profile.nodes.filter((node) => node.host === host);
  await refuseUnresolved(nodes, cluster.world.clock);
  const profile = { ...asked.profile, nodes };
  /** Only what this host runs is planned; the rest gives addresses and places. */
  const request = { ...asked, profile };
  const notices = request.warnings.map(({ message, place }) => (place ? `${formatPlace(place, request.caller.cwd)}: ${message}` : message));
  const jars = await resolveJars(profile, cluster.world.home);
  await requireJdks(cluster, request);
  // Before anything is downloaded. A release given only as a path is known later.
  refuseUnsupportedTopology(profile, namedVersions(profile));
  const releases = await resolveReleases(cluster, request, notices);
  const jdks = await resolveJdks(cluster, request, { releases, jars }, notices);
  refuseUnsupportedPlatform(releases);
  refuseUnsupportedTopology(profile, new Map([...releases].map(([id, { version }]) => [id, version])));
  await refuseMissingModules(profile, releases);
  checkProperties(request, { releases, jars }, notices);
  checkAccessControl(cluster, request, releases, notices);
  await refuseForbiddenPorts(profile);
  const ports = await settlePorts(cluster, request, host === undefined ? undefined : fixedPorts(asked.profile), notices);
  const assignments = new Map(
    nodes.map((node): [string, Assignment] => [
      node.id,
      {
        ports: ports.get(node.id) as NodePorts,
        release: releases.get(node.id) as ReleaseRef,
        jdk: jdks.get(node.id) as JdkRef,
        jar: jars.get(node.id),
      },
    ]),
  );
  const everyone = specsOnHost({ cluster: cluster.name, profile: asked.profile, host, paths: cluster.paths, assignments });
  const specs = everyone.filter(({ isElsewhere }) => !isElsewhere);
  const changes = new Map(specs.map((spec) => [spec.id, cluster.hasNode(spec.id) ? changesBetween(cluster.spec(spec.id), spec) : []]));
  const restart = specs
    .filter((spec) => cluster.hasNode(spec.id) && cluster.isLive(spec.id) && (changes.get(spec.id)?.length ?? 0) > 0)
    .map((spec) => spec.id);
  const changed = restart.map((id) => ({ now: cluster.spec(id), next: specs.find((spec) => spec.id === id) as NodeSpec }));
  const restarts = planRestarts(changed, specs, (id) => cluster.hasNode(id) && cluster.isLive(id));
  if (restarts.notice) notices.push(restarts.notice);
  const machineNotices = await checkMachine(cluster.world, {
    cluster: cluster.name,
    specs,
    changeOf: (id) => (!cluster.hasNode(id) || !cluster.isLive(id) ? 'start' : restart.includes(id) ? 'restart' : 'none'),
    releaseBefore: (id) => (cluster.hasNode(id) ? cluster.spec(id).release.version : undefined),
  });
  notices.push(...machineNotices);
  const wanted = new Set(specs.map((spec) => spec.id));
  const remove = cluster.specs.filter((spec) => !wanted.has(spec.id)).map((spec) => spec.id);
  const [first] = specs as [NodeSpec, ...NodeSpec[]];
  const plan: Plan = {
    cluster: cluster.name,
    profile: profile.name,
    profileFile: profile.file,
    rocketmq: first.release.version,
    releaseSource: first.release.source,
    java: { version: first.jdk.major, home: first.jdk.home },
    namesrvAddr: first.namesrvAddrs.join(';'),
    ...(host === undefined ? {} : { host, remoteNodes: everyone.filter(({ isElsewhere }) => isElsewhere).map(remoteNode) }),
    nodes: [
      ...specs.map((spec) => plannedNode(spec, { change: changeOf(cluster, spec.id, restart), changes: changes.get(spec.id) ?? [] })),
      ...remove.map((id) => plannedNode(cluster.spec(id), { change: 'remove', changes: ['no longer in the profile; its data stays'] })),
    ],
    memoryBytes: specs.reduce((sum, spec) => sum + spec.memoryBytes, 0),
    files: [cluster.paths.state, ...specs.flatMap((spec) => [spec.paths.config, runConfigFile(spec)])],
    notices,
  };
  return { plan, host, assignments, restarts, remove };
}

const remoteNode = ({ id, host, localAddress }: NodeSpec) => ({ id, host, address: localAddress });

type PlannedNode = Plan['nodes'][number];

function plannedNode(spec: NodeSpec, change: Pick<PlannedNode, 'change' | 'changes'>): PlannedNode {
  return {
    id: spec.id,
    role: spec.brokerRole ?? spec.role,
    rocketmq: spec.release.version,
    java: spec.jdk.major,
    ports: { ...spec.ports },
    heapBytes: spec.heapBytes,
    memoryBytes: spec.memoryBytes,
    folder: spec.paths.root,
    ...change,
  };
}

function changeOf(cluster: Cluster, id: string, restart: readonly string[]): PlannedNode['change'] {
  if (!cluster.hasNode(id)) return 'create';
  if (restart.includes(id)) return 'restart';
  return cluster.isLive(id) ? 'none' : 'start';
}

/** @throws RmqdevError PROFILE_INVALID for properties that their program does not have, or that have the wrong type. */
export function checkProperties(
  request: Pick<PlanRequest, 'profile' | 'placeOf'>,
  { releases, jars }: { releases: ReadonlyMap<string, Pick<ReleaseRef, 'version'>>; jars: ReadonlyMap<string, JarRef> },
  notices: string[],
): void {
  const problems: { at: string; message: string }[] = [];
  for (const node of request.profile.nodes) {
    const { version } = releases.get(node.id) as Pick<ReleaseRef, 'version'>;
    for (const [key, value] of Object.entries(node.properties)) {
      const issue = isReleaseRole(node.role)
        ? checkProperty(version, node.role, key, value)
        : checkDashboardProperty(jars.get(node.id) as JarRef, key);
      if (!issue) continue;
      const at = request.placeOf(node.id, key) ?? `${node.id}.properties.${key}`;
      if (issue.severity === 'error') problems.push({ at, message: issue.message });
      else notices.push(`${at}: ${issue.message}`);
    }
  }
  const unique = [...new Map(problems.map((problem) => [`${problem.at} ${problem.message}`, problem])).values()];
  const [first] = unique;
  if (!first) return;
  throw new RmqdevError('PROFILE_INVALID', {
    what: `profile ${request.profile.name} sets ${counted(unique.length, 'property', 'properties')} that RocketMQ would not take`,
    why: unique
      .slice(0, 5)
      .map(({ at, message }) => `${at}: ${message}`)
      .join('; '),
    next: 'RocketMQ itself would say nothing and keep its default: correct the profile or the --set option',
  });
}

async function settlePorts(
  cluster: Cluster,
  request: PlanRequest,
  fixed: ReadonlyMap<string, NodePorts> | undefined,
  notices: string[],
): Promise<Map<string, NodePorts>> {
  const { platform } = cluster.world;
  const own = new Set(cluster.specs.filter((spec) => cluster.isLive(spec.id)).flatMap((spec) => allOf(spec.ports)));
  const { ports, notices: moved } = await allotPorts(
    {
      nodes: fixed ? request.profile.nodes.map((node) => ({ ...node, listenPort: fixed.get(node.id)?.listen })) : request.profile.nodes,
      kept: cluster.hasNodes
        ? new Map(cluster.specs.map((spec) => [spec.id, spec.ports]))
        : portsOnDisk(cluster.paths, request.profile.nodes),
      running: new Set(cluster.specs.filter((spec) => cluster.isLive(spec.id)).map((spec) => spec.id)),
      debug: request.debug,
      strict: request.strictPorts ? '--strict-ports allows no other' : fixed && 'the other hosts of the cluster look for it there',
    },
    {
      reserved: new Set(request.others().flatMap((other) => other.specs.flatMap((spec) => allOf(spec.ports)))),
      holderOf: async (candidates): Promise<PortHolder | undefined> => {
        for (const port of candidates) {
          const other = liveHolder(request.others(), port);
          if (other) return { port, pid: undefined, command: undefined, rmqdevNode: `rmqdev node ${other}` };
          if (own.has(port) || (await platform.isPortFree(port))) continue;
          const [holder] = await platform.listeners([port]);
          return { port, pid: holder?.pid, command: holder?.command, rmqdevNode: rmqdevNodeOf(holder?.command) };
        }
        // Await nothing between this check and the claim.
        const rival = request.claims.rivalOf(cluster.name, candidates);
        if (rival) return { ...rival, pid: undefined, command: undefined, rmqdevNode: `cluster ${rival.cluster}, which is being started` };
        if (request.mayInstall) request.claims.claim(cluster.name, candidates);
        return undefined;
      },
    },
  );
  notices.push(...moved);
  return ports;
}

/** @returns `<cluster>/<node>` of the node that listens on `port`, or will soon. */
function liveHolder(clusters: readonly Cluster[], port: number): string | undefined {
  for (const cluster of clusters) {
    const spec = cluster.specs.find(({ id, ports }) => allOf(ports).includes(port) && cluster.isLive(id));
    if (spec) return `${cluster.name}/${spec.id}`;
  }
  return undefined;
}
