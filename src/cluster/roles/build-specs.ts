import type { ClusterPaths } from '../../base/paths.js';
import { fixedPorts } from '../../diagnose/fixed-ports.js';
import type { NodeProfile, Profile, Role } from '../../profile/profile.js';
import { defaultHeapBytes, jvmFlags, nodeMemoryEstimateBytes } from '../../rocketmq/jvm-flags.js';
import { isReleaseRole, releaseTraits } from '../../rocketmq/releases.js';
import { accessControlFlags } from '../spec/access-control.js';
import { type Assignment, type NodePorts, type NodeSpec, nodeMarker } from '../spec/node-spec.js';
import { addressOf, hostOf, type Placement, THIS_HOST } from '../spec/placement.js';
import { ROLE_DEFINITIONS } from './definitions.js';
import type { NodeDraft } from './role.js';

/**
 * Logback of 5.1 and later would print about 230 lines about its own configuration at every start and hide the broker's own messages.
 * Source: ch/qos/logback/core/util/StatusListenerConfigHelper.java, relocated by RocketMQ.
 */
const QUIET_LOGBACK = 'org.apache.rocketmq.logging.ch.qos.logback.core.status.NopStatusListener';
const DEFAULT_START_TIMEOUT_MS = 120_000;
/** A proxy takes twice the CPU of a broker to start, a third of it for two TLS certificates; measured on 5.5.0: 10 s of one core. */
const START_TIMEOUT_MS: Partial<Record<Role, number>> = { proxy: 240_000 };

/**
 * The part of the daemon's environment that a JVM may see. Everything else could change what RocketMQ does: a leftover NAMESRV_ADDR
 * makes a dev broker join another cluster, JAVA_TOOL_OPTIONS adds options.
 */
const PASSED_ENVIRONMENT = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ'] as const;

export type SpecRequest = {
  cluster: string;
  profile: Profile;
  assigned: (node: NodeProfile) => Assignment;
  placed: (node: NodeProfile) => Placement;
};

export type HostSpecsRequest = {
  cluster: string;
  profile: Profile;
  /** Which of the profile's hosts this machine is; undefined if the profile has none. */
  host: string | undefined;
  paths: ClusterPaths;
  /** Of the nodes that run here, at least one. */
  assignments: ReadonlyMap<string, Assignment>;
};

/**
 * @returns the specs of a cluster as this host runs and sees it. A node of another host has its addresses and its place in the cluster; its
 * release and JDK are those of this host, because nobody here knows them.
 */
export function specsOnHost({ cluster, profile, host, paths, assignments }: HostSpecsRequest): NodeSpec[] {
  const ports = fixedPorts(profile);
  const [known] = assignments.values();
  const assigned = (node: NodeProfile) =>
    assignments.get(node.id) ?? { ...(known as Assignment), jar: undefined, ports: ports.get(node.id) as NodePorts };
  const placed = (node: NodeProfile): Placement => ({
    host: node.host ?? THIS_HOST,
    isElsewhere: node.host !== host,
    ports: assigned(node).ports,
    paths: paths.node(node.id),
    advertised: node.advertise,
  });
  return buildSpecs({ cluster, profile, assigned, placed });
}

/** @returns one spec for each node, in the profile's order: everything that a launch needs, except the class path, which is read at the launch. */
export function buildSpecs({ cluster, profile, assigned, placed }: SpecRequest): NodeSpec[] {
  const namesrvAddrs = profile.nodes.filter((node) => node.role === 'namesrv').map((node) => addressOf(placed(node), 'host'));
  const drafts = profile.nodes.map((node) => draftNode(node, assigned(node), placed(node), { cluster, profile, namesrvAddrs }));
  return drafts.map((draft) => ({ ...draft, config: ROLE_DEFINITIONS[draft.role].config(draft, drafts), javaArgs: javaArguments(draft) }));
}

function draftNode(
  node: NodeProfile,
  { release, jdk, jar }: Assignment,
  placement: Placement,
  { cluster, profile, namesrvAddrs }: { cluster: string; profile: Profile; namesrvAddrs: readonly string[] },
): NodeDraft {
  const heapBytes = node.heapBytes ?? defaultHeapBytes(release.version, node.role);
  return {
    id: node.id,
    role: node.role,
    cluster,
    brokerClusterName: profile.brokerClusterName,
    brokerName: node.brokerName ?? null,
    brokerId: node.brokerId ?? null,
    election: node.election ?? null,
    brokerRole: brokerRole(node, profile),
    profile: node,
    release,
    jdk,
    jar: jar ?? null,
    ...placement,
    heapBytes,
    memoryBytes: nodeMemoryEstimateBytes(release.version, node.role, heapBytes),
    localAddress: addressOf(placement, 'host'),
    registeredAddress: addressOf(placement, 'clients'),
    replicationAddress: hostOf(placement, 'slaves'),
    flushDiskType: profile.flush === 'sync' ? 'SYNC_FLUSH' : 'ASYNC_FLUSH',
    namesrvAddrs,
    account: profile.acl ?? null,
    tls: profile.tls ?? false,
    env: node.env,
    startTimeoutMs: node.startTimeoutMs ?? START_TIMEOUT_MS[node.role] ?? DEFAULT_START_TIMEOUT_MS,
    stopTimeoutMs: node.stopTimeoutMs ?? releaseTraits(release.version).stopGraceMs,
  };
}

function brokerRole(node: NodeProfile, profile: Profile): string | null {
  if (node.role !== 'broker' || node.election) return null;
  if (node.brokerId !== 0) return 'SLAVE';
  return profile.replication === 'sync' && profile.nodes.some((other) => other.brokerName === node.brokerName && other.brokerId !== 0)
    ? 'SYNC_MASTER'
    : 'ASYNC_MASTER';
}

/** All of java's arguments before the class path: those that identify the node first, the profile's own last (the last one wins). */
function javaArguments(draft: NodeDraft): string[] {
  const { paths, release, jdk, ports, role } = draft;
  const traits = releaseTraits(release.version);
  const flags = jvmFlags({
    version: release.version,
    jdkMajor: jdk.major,
    role,
    startup: draft.profile.startup,
    tls: draft.tls,
    heapBytes: draft.heapBytes,
    gcLogFile: paths.gcLog,
    nodeDir: paths.root,
  });
  return [
    nodeMarker(paths),
    `-Duser.home=${paths.root}`,
    ...(isReleaseRole(role) ? [`-Drocketmq.home.dir=${release.home}`] : []),
    `-Djava.io.tmpdir=${paths.tmp}`,
    ...(traits.logbackProperty && isReleaseRole(role)
      ? [
          `-Drmq.logback.configurationFile=${release.home}/conf/${traits.logbackFileName(role)}`,
          `-Dlogback.statusListenerClass=${QUIET_LOGBACK}`,
        ]
      : []),
    ...accessControlFlags(draft),
    ...flags.map(({ flag }) => flag),
    ...(ports.debug ? [`-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=${addressOf(draft, 'host', 'debug')}`] : []),
    ...draft.profile.jvm,
  ];
}

/** @returns the whole environment of a node's JVM. */
export function launchEnvironment(node: NodeSpec, daemonEnv: NodeJS.ProcessEnv): Record<string, string> {
  const passed = PASSED_ENVIRONMENT.flatMap((name) => (daemonEnv[name] === undefined ? [] : [[name, daemonEnv[name]] as const]));
  return { ...Object.fromEntries(passed), JAVA_HOME: node.jdk.home, ROCKETMQ_HOME: node.release.home, ...node.env };
}
