import { buildSpecs } from '../cluster/roles/build-specs.js';
import { renderReasons } from '../cluster/roles/config-file.js';
import { ROLE_DEFINITIONS } from '../cluster/roles/definitions.js';
import { type NodeSpec, nodeMarker } from '../cluster/spec/node-spec.js';
import type { Placement } from '../cluster/spec/placement.js';
import { fixedPorts } from '../diagnose/fixed-ports.js';
import type { NodeProfile, Profile } from '../profile/profile.js';
import type { NodePorts } from '../rocketmq/ports.js';
import { isReleaseRole, type ProcessRole } from '../rocketmq/releases.js';

/** A node of the profile as it runs in a target. */
export type TargetNode = NodeSpec & {
  role: ProcessRole;
  /** JVM options that every JDK from 8 on takes, in order. */
  jvmFlags: readonly string[];
  /** JVM options that JDK 8 would refuse. JDK 9 and newer read them from the variable JDK_JAVA_OPTIONS, which JDK 8 ignores. */
  laterJvmFlags: readonly string[];
  mainClass: string;
  programArguments: readonly string[];
  /** The text of the file that the JVM reads, with the reason of each line if its form has comments. */
  configText: string;
};

export type TargetRequest = {
  profile: Profile;
  /** Of the node: a release that is in `home` on the target. */
  release: (node: NodeProfile) => { home: string; version: string };
  /** Where the target runs it, beside its ports: those are the same in every target. */
  placed: (node: NodeProfile) => Omit<Placement, 'ports'>;
};

/** The JDK of a target is not known: 8 (the official images) or newer. */
const OLDEST_JDK = 8;
const LATER_JDK = 17;

/** @returns the nodes of the profile, in its order, as they run where `placed` puts them. */
export function targetNodes({ profile, release, placed }: TargetRequest): TargetNode[] {
  const ports = fixedPorts(profile);
  const portsOf = (node: NodeProfile) => ports.get(node.id) as NodePorts;
  const specsFor = (major: number) =>
    buildSpecs({
      cluster: profile.name,
      profile,
      assigned: (node) => ({
        ports: portsOf(node),
        release: { ...release(node), source: 'target' },
        jdk: { home: '', java: 'java', major, version: String(major) },
      }),
      placed: (node) => ({ ...placed(node), ports: portsOf(node) }),
    });
  const later = specsFor(LATER_JDK);
  return specsFor(OLDEST_JDK).map((spec, i) => {
    const laterArgs = later[i]?.javaArgs ?? [];
    const { role } = spec;
    const { mainClass, programArguments, renderRunConfig } = ROLE_DEFINITIONS[role];
    if (!isReleaseRole(role) || mainClass === null) throw new Error(`${spec.id} is no part of a release`);
    return {
      ...spec,
      role,
      // The mark is for the process table of a machine with rmqdev.
      jvmFlags: spec.javaArgs.filter((flag) => laterArgs.includes(flag) && flag !== nodeMarker(spec.paths)),
      laterJvmFlags: laterArgs.filter((flag) => !spec.javaArgs.includes(flag)).map((flag) => flag.replaceAll('"', '')),
      mainClass,
      programArguments: programArguments?.(spec) ?? ['-c', spec.paths.runConfig],
      configText: renderRunConfig?.(spec) ?? renderReasons(spec.config),
    };
  });
}

/** @returns the nodes that must be ready before `node` starts. */
export function startsAfter(node: TargetNode, nodes: readonly TargetNode[]): TargetNode[] {
  const ids = new Set(ROLE_DEFINITIONS[node.role].startsAfter(node, nodes).map(({ id }) => id));
  return nodes.filter(({ id }) => ids.has(id) && id !== node.id);
}

/** @returns where clients find the NameServers: what they set as namesrvAddr. */
export function clientNamesrvAddr(nodes: readonly NodeSpec[]): string {
  return nodes
    .filter(({ role }) => role === 'namesrv')
    .map(({ registeredAddress }) => registeredAddress)
    .join(';');
}

/** The sockets of a node that its clients use. */
export function clientPorts({ role, ports }: Pick<NodeSpec, 'role' | 'ports'>): number[] {
  const { listen, fast, remoting } = ports;
  if (role === 'broker') return [listen, fast as number];
  return role === 'proxy' ? [listen, remoting as number] : [listen];
}
