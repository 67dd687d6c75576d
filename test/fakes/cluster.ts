import { ClusterPaths } from '../../src/base/paths.js';
import { specsOnHost } from '../../src/cluster/roles/build-specs.js';
import type { Assignment, NodeSpec } from '../../src/cluster/spec/node-spec.js';
import type { NodeProfile, Profile } from '../../src/profile/profile.js';
import { FIRST_PORT, PORT_STEP, socketsAt } from '../../src/rocketmq/ports.js';
import { RESTART } from './supervisor.js';

/** A node as the profile loader makes it: the id says the role, the brokerName, and whether it is a slave (`broker-a-s`) or a DLedger peer (`broker-a-n0`). */
export function nodeProfile(id: string, overrides: Partial<NodeProfile> = {}): NodeProfile {
  const role = id.startsWith('namesrv')
    ? 'namesrv'
    : ((['controller', 'proxy', 'dashboard'] as const).find((word) => id.startsWith(word)) ?? 'broker');
  const isSlave = id.endsWith('-s');
  const election = /-n\d$/.test(id) ? 'dledger' : undefined;
  return {
    id,
    role,
    brokerName: role === 'broker' ? id.replace(/-(s|n\d)$/, '') : undefined,
    brokerId: role === 'broker' ? (election ? -1 : Number(isSlave)) : undefined,
    election,
    rocketmq: undefined,
    java: undefined,
    heapBytes: undefined,
    jvm: [],
    properties: {},
    env: {},
    listenPort: undefined,
    restart: RESTART,
    stopTimeoutMs: undefined,
    startTimeoutMs: undefined,
    startup: 'fast',
    advertise: { clients: '127.0.0.1', replication: '127.0.0.1' },
    ...overrides,
  };
}

export const IDS_2M2S = ['namesrv-1', 'namesrv-2', 'broker-a', 'broker-a-s', 'broker-b', 'broker-b-s'] as const;

/** A profile of these nodes; a string stands for the node of that id. */
export function profileOf(nodes: readonly (string | NodeProfile)[] = IDS_2M2S, overrides: Partial<Profile> = {}): Profile {
  return {
    name: '2m2s',
    file: '/profiles/2m2s.yaml',
    description: '',
    rocketmq: undefined,
    java: undefined,
    brokerClusterName: 'DefaultCluster',
    replication: 'sync',
    flush: 'async',
    advertise: { clients: '127.0.0.1', replication: '127.0.0.1' },
    topics: [],
    groups: [],
    ...overrides,
    nodes: nodes.map((node) => (typeof node === 'string' ? nodeProfile(node) : node)),
  };
}

/** Ports as a free machine gives them: NameServers from 9876, brokers from 10911 in steps of 10. */
export function assignmentsOf({ nodes }: Profile, version = '5.5.0'): Map<string, Assignment> {
  const counts = { namesrv: 0, controller: 0, broker: 0, proxy: 0, dashboard: 0 };
  return new Map(
    nodes.map((node) => {
      const { id, role } = node;
      const listen = FIRST_PORT[role] + PORT_STEP[role] * counts[role];
      counts[role] += 1;
      return [
        id,
        {
          ports: socketsAt(node, listen),
          release: { home: `/releases/${version}`, version, source: 'installed' },
          jdk: { home: '/jdk-17', java: '/jdk-17/bin/java', major: 17, version: '17.0.9' },
        },
      ];
    }),
  );
}

type SpecsRequest = {
  profile?: Profile;
  host?: string;
  version?: string;
  cluster?: string;
  root?: string;
  assignments?: Map<string, Assignment>;
};

export function specsOf({
  profile = profileOf(),
  version,
  cluster = '2m2s',
  root = '/home/clusters/2m2s',
  assignments,
  host,
}: SpecsRequest = {}): NodeSpec[] {
  return specsOnHost({
    cluster,
    profile,
    host,
    paths: new ClusterPaths(root),
    assignments: assignments ?? assignmentsOf(profile, version),
  });
}

/** The spec of one node of `specsOf(request)`. */
export function specOf(id: string, request: SpecsRequest = {}): NodeSpec {
  return specsOf(request).find((spec) => spec.id === id) as NodeSpec;
}
